"""What a frame of the cockpit costs: our changed cells against `Static.update(markup)` of the same content.

    python -m tests.benchmarks.frame_cost [--frames N]

Four panes on 120x40. Both are taken to the bytes that the terminal would get, interleaved in one run, so that
the ratio holds on any machine. Drawing the cells is in both: the markup is made from the cells that were drawn,
which is not counted.
"""

from __future__ import annotations

import asyncio
import time
from statistics import quantiles

import numpy as np
from rich.color import ColorSystem
from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from tests.benchmarks.options import count, parser
from tests.tui.panes.frames import chain, changes, curve, decaying, frame
from vgtui.tui.drawing.cells import BOLD, CellBuffer
from vgtui.tui.drawing.encode import encode, row_runs
from vgtui.tui.frame import Frame
from vgtui.tui.panes.base import LivePane
from vgtui.tui.panes.chain import ChainPane
from vgtui.tui.panes.gradient import GradientPane
from vgtui.tui.panes.loss import LossPane
from vgtui.tui.panes.weights import WeightsPane


def training_frame(serial: int) -> Frame:
    """Nine layers whose every number moves a little, as in training."""
    gradient = decaying(9, 0.6 + 0.1 * np.sin(serial / 9)) + 0.1 * np.sin(serial + np.arange(9))
    return frame(
        gradient,
        serial=serial,
        chain=chain(9, 0.22 + 0.02 * np.sin(serial / 5)),
        curve=curve(60 + serial),
        weights=changes(9),
    )


class Cockpit(App[None]):
    """Four panes of one kind of widget."""

    CSS = "Horizontal > Vertical { width: 1fr; } Static, LivePane { height: 1fr; }"

    def __init__(self, markup: bool) -> None:
        super().__init__()
        self.markup = markup
        self.panes: list[LivePane] = [GradientPane(), ChainPane(), LossPane(), WeightsPane()]
        self.statics = [Static() for _ in self.panes]

    def compose(self) -> ComposeResult:
        shown = self.statics if self.markup else self.panes
        with Horizontal():
            yield Vertical(*shown[:2])
            yield Vertical(*shown[2:])


def markup_of(cells: CellBuffer) -> str:
    """The buffer as Textual markup."""
    lines = []
    for y in range(cells.height):
        parts = []
        for text, (ink, ground, attributes) in row_runs(cells, y):
            bold = "bold " if attributes & BOLD else ""
            parts.append(f"[{bold}#{ink:06x} on #{ground:06x}]{text.replace('[', chr(92) + '[')}[/]")
        lines.append("".join(parts))
    return "\n".join(lines)


def paint_cells(app: Cockpit, shown: Frame) -> str:
    """A frame by changed cells: draw, compare, encode."""
    patches = []
    for pane in app.panes:
        pane.show(shown)
        place = pane.content_region
        patch = pane.patch(place.y, place.x)
        if patch is not None:
            patches.append(patch)
    sequence = encode(patches, ColorSystem.TRUECOLOR)
    for pane in app.panes:
        pane.painted()
    return sequence


def paint_markup(app: Cockpit, contents: list[str]) -> str:
    """A frame by markup: parse, lay out, render the dirty regions as Textual does."""
    for static, content in zip(app.statics, contents, strict=True):
        static.update(content)
    compositor = app.screen._compositor
    compositor.update_widgets(set(app.statics))
    update = compositor.render_update(full=False)
    return update.render_segments(app.console) if update is not None else ""


async def measure(frames: int) -> None:
    """Both ways, frame by frame."""
    cells_app, markup_app = Cockpit(markup=False), Cockpit(markup=True)
    costs: dict[str, list[float]] = {"cells": [], "markup": []}
    sizes: dict[str, list[float]] = {"cells": [], "markup": []}
    async with cells_app.run_test(size=(120, 40)) as one, markup_app.run_test(size=(120, 40)) as other:
        for pane in cells_app.panes:
            pane.show(training_frame(0))
            pane.repaint()
        await one.pause()
        await other.pause()
        for serial in range(1, frames + 1):
            shown = training_frame(serial)
            began = time.thread_time()
            sequence = paint_cells(cells_app, shown)
            costs["cells"].append(time.thread_time() - began)
            sizes["cells"].append(len(sequence.encode()))
            contents = [markup_of(pane.shown) for pane in cells_app.panes if pane.shown is not None]
            began = time.thread_time()
            sequence = paint_markup(markup_app, contents)
            costs["markup"].append(time.thread_time() - began)
            sizes["markup"].append(len(sequence.encode()))
    report(costs, sizes)


def report(costs: dict[str, list[float]], sizes: dict[str, list[float]]) -> None:
    """Medians with quartiles, and the ratios frame by frame."""
    for name in costs:
        low, middle, high = quantiles(costs[name], n=4)
        kilobytes = quantiles(sizes[name], n=4)[1] / 1000
        print(
            f"{name:7} {middle * 1e3:6.2f} ms a frame ({low * 1e3:.2f} to {high * 1e3:.2f}), {kilobytes:5.1f} KB"
        )
    for name, table in (("time", costs), ("bytes", sizes)):
        ratios = [large / small for small, large in zip(table["cells"], table["markup"], strict=True)]
        low, middle, high = quantiles(ratios, n=4)
        print(f"{name:7} {middle:6.1f} times less ({low:.1f} to {high:.1f})")


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--frames", type=count, default=200)
    asyncio.run(measure(options.parse_args().frames))
