"""What a frame costs on a long way."""

from __future__ import annotations

import numpy as np
from rich.color import ColorSystem

from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.palette import ANSI, DEFAULT
from vgtui.tui.thrift import Thrift, coarsen


def after(*round_trips: float) -> Thrift:
    thrift = Thrift()
    for seconds in round_trips:
        thrift.took(seconds)
    return thrift


def test_on_a_short_way_nothing_is_saved() -> None:
    near = after(*[0.02] * 50)
    assert near.colours(ColorSystem.TRUECOLOR) == ColorSystem.TRUECOLOR
    assert near.panes is None


def test_on_a_long_way_colours_and_panes_are_fewer() -> None:
    far = after(*[0.25] * 20)
    assert far.colours(ColorSystem.TRUECOLOR) == ColorSystem.EIGHT_BIT
    assert far.colours(ColorSystem.STANDARD) == ColorSystem.STANDARD
    assert far.panes is not None
    assert after(*[2.0] * 20).panes == 1


def test_one_late_answer_is_no_long_way() -> None:
    assert after(*[0.02] * 10, 0.4).level == 0


def test_near_the_threshold_it_does_not_change_back_and_forth() -> None:
    levels = []
    thrift = after(*[0.2] * 30)
    for turn in range(40):
        thrift.took(0.14 if turn % 2 else 0.16)
        levels.append(thrift.level)
    assert set(levels) == {1}
    for _ in range(20):
        thrift.took(0.02)
    assert thrift.level == 0


def test_every_pane_gets_its_turn() -> None:
    thrift = after(*[2.0] * 20)
    seen = []
    for _ in range(6):
        first = thrift.order(3)[0]
        seen.append(first)
        thrift.shown(first, 3)
    assert seen == [0, 1, 2, 0, 1, 2]


def test_few_shades_are_near_and_leave_the_terminal_s_own_colours() -> None:
    cells = CellBuffer(4, 1, 0x123456, 0xFFFFFF)
    cells.foreground[0] = [0x808080, 0x818181, ANSI | 4, DEFAULT]
    coarsen(cells)
    assert cells.foreground[0, 0] == cells.foreground[0, 1]
    assert cells.foreground[0, 2:].tolist() == [ANSI | 4, DEFAULT]
    assert (cells.background == 0xFFFFFF).all()
    parts = [int(cells.foreground[0, 0]) >> shift & 0xFF for shift in (16, 8, 0)]
    assert np.abs(np.array(parts) - 0x80).max() <= 26
