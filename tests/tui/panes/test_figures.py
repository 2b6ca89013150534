"""Panes that plotext draws wait until the engine's thread has imported it: the event loop never does."""

from __future__ import annotations

from msgspec.structs import replace

from tests.tui.panes.frames import frame
from vgtui.tui.panes.activation import ActivationPane
from vgtui.tui.panes.curves import CurvesPane


def test_curves_are_drawn_once_everything_is_loaded():
    pane = CurvesPane()
    pane.show(replace(frame(), loaded=False))
    assert not pane.is_ready
    assert pane.notice()
    pane.show(frame())
    assert pane.is_ready


def test_what_would_be_drawn_is_found_once_everything_is_loaded():
    pane = ActivationPane()
    assert pane.findings == ()
    pane.show(replace(frame(), loaded=False))
    assert pane.findings == ()
    pane.show(frame())
    assert pane.findings == ("activation",)
