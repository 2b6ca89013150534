"""A small real app with the live panes, for the tests that read it from a pseudo-terminal.

Keys: f shows the next frame, p repaints everything from the frames, w says when all has been painted, d opens and
closes a dialog over the panes, t shows a toast over a part of them and takes it away, y changes the theme, h hides a
pane and shows it. With the arguments `stream` and a path it shows 50 frames a second, and n writes into that file
how many there have been.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widgets import Static

from tests.tui.panes.frames import chain, changes, curve, decaying, frame
from vgtui.tui.driver import JobDriver
from vgtui.tui.frame import Frame
from vgtui.tui.output import LivePainting
from vgtui.tui.panes.base import LivePane
from vgtui.tui.panes.chain import ChainPane
from vgtui.tui.panes.gradient import GradientPane
from vgtui.tui.panes.loss import LossPane
from vgtui.tui.panes.weights import WeightsPane
from vgtui.tui.piecewise import InPieces
from vgtui.tui.screens.behind import Overlay
from vgtui.tui.thrift import Thrift


def moving_frame(serial: int) -> Frame:
    """Frames that differ in all panes, with everything that a frame can go through."""
    layers = 9 if serial % 7 else 30
    gradient = decaying(layers, 0.5 + 0.3 * np.sin(serial))
    if serial % 5 == 4:
        gradient[: layers // 2] = np.nan
    return frame(
        gradient,
        serial=serial,
        chain=chain(layers, 0.2 + 0.01 * serial, culprit=serial % layers),
        curve=curve(10 + serial, diverges=serial % 3 == 2),
        weights=changes(layers),
    )


class Behind(InPieces, Screen[None]):
    """The panes."""


class Dialog(Overlay, ModalScreen[None]):
    """Something over the middle of the screen."""

    DEFAULT_CSS = (
        "Dialog { align: center middle; } Dialog Static { width: 30; height: 5; border: round red; }"
    )
    BINDINGS = [("d", "dismiss", "")]

    def compose(self) -> ComposeResult:
        yield Static("a dialog")


class Lavish(Thrift):
    """Spends as if the link were fast, however late a busy machine lets the terminal answer."""

    def took(self, seconds: float) -> None:
        pass


class LiveApp(LivePainting, App[None]):
    """Four panes and a line of facts."""

    ENABLE_COMMAND_PALETTE = False
    CSS = ".pane { border: round $primary; background: $surface; } #facts { height: 1; }"
    BINDINGS = [
        ("f", "next", ""),
        ("p", "all", ""),
        ("w", "tell_when_painted", ""),
        ("d", "dialog", ""),
        ("t", "toast", ""),
        ("y", "paint_it", ""),
        ("h", "hide", ""),
        ("n", "number", ""),
    ]

    def __init__(self, counted: Path | None) -> None:
        super().__init__(driver_class=JobDriver)
        self.counted = counted
        self.streaming: Timer | None = None
        self.serial = 0
        self.told = 0
        self.facts = "ready"
        self.live_output.thrift = Lavish()

    def get_default_screen(self) -> Behind:
        return Behind()

    def compose(self) -> ComposeResult:
        with Horizontal():
            with Vertical():
                yield GradientPane(classes="pane")
                yield ChainPane(classes="pane")
            with Vertical():
                yield LossPane(classes="pane")
                yield WeightsPane(classes="pane")
        yield Static(self.facts, id="facts")

    def on_ready(self) -> None:
        self.action_next()
        if self.counted is not None:
            self.streaming = self.set_interval(0.02, self.action_next)

    def action_next(self) -> None:
        self.serial += 1
        for pane in self.query(LivePane):
            pane.show(moving_frame(self.serial))
        self.paint()

    def action_all(self) -> None:
        if self.streaming is not None:
            self.streaming.stop()
        for pane in self.query(LivePane):
            pane.forget()
        self.facts = f"serial {self.serial} direct {self.live_output.frames} painted {self.told}."
        self.query_one("#facts", Static).update(self.facts)
        self.screen.refresh()

    def action_tell_when_painted(self) -> None:
        if self.is_painting or not self.live_output.is_ready():
            self.set_timer(0.01, self.action_tell_when_painted)
        else:
            self.call_after_refresh(self.tell)

    def tell(self) -> None:
        self.told += 1
        self.facts = f"{self.facts.partition(' painted')[0]} painted {self.told}."
        self.query_one("#facts", Static).update(self.facts)

    def action_dialog(self) -> None:
        self.push_screen(Dialog())

    def action_toast(self) -> None:
        if self._notifications:
            self.clear_notifications()
        else:
            self.notify("over the panes", timeout=60)

    def action_hide(self) -> None:
        pane = self.query_one(LossPane)
        pane.display = not pane.display

    def action_number(self) -> None:
        if self.counted is not None:
            self.counted.write_text(str(self.serial))

    def action_paint_it(self) -> None:
        self.theme = "nord"


if __name__ == "__main__":
    LiveApp(Path(sys.argv[2]) if "stream" in sys.argv else None).run()
