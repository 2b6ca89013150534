"""The paths that carry one weight's gradient: how many, the strongest, and how far they cancel."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from vgtui.analysis.notation import gradient_name
from vgtui.tui.drawing.bars import Scale, draw_bars, draw_ticks
from vgtui.tui.drawing.cells import BOLD, CUT, CellBuffer, joined
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import decades, from_log10, percent
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.paths import Path, Paths

SHARE = Scale(-12.0, 0.0, 4.0)
"""Of all paths' sizes."""

HEAD = 3
NUMBER = 10
BAR = 14
MARK = "▸"
CANCELLING = 0.1
"""Below this share of the sizes the sum is mostly what cancelling left."""

PASSED = ("weight", "recurrent", "skip", "pool")
"""Roles of the steps whose units a path is told by."""


def draw_paths(paths: Paths, top: int, aside: str, width: int, height: int, palette: Palette) -> CellBuffer:
    """Three sentences, then a row a path, the strongest first, from path `top` on, which is the chosen one."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    name = gradient_name(paths)
    over = "whole batch" if paths.sample is None else f"sample {paths.sample}"
    heading = [f"{name} = {from_log10(paths.log10, sign=paths.sign)}", f"{counted(paths.count)} paths", over]
    draw_heading(cells, heading, aside, palette)
    alive = f"{percent(paths.alive)} of them have no factor of 0"
    cells.text(1, 0, joined([cancelling(paths), alive], width), _ink(paths, palette))
    if not paths.strongest:
        cells.text(3, 0, "every path has a factor of 0: nothing comes back", palette.muted)
        return cells
    bar = BAR if width >= NUMBER + BAR + 44 else 0
    x = 2 + NUMBER + 1 + 8 + 1 + (bar + 1 if bar else 0)
    cells.text(2, 2, "carries".rjust(NUMBER), palette.muted)
    cells.text(2, 3 + NUMBER, "share".rjust(7), palette.muted)
    if bar:
        draw_ticks(cells, 2, 4 + NUMBER + 7, bar, SHARE, palette.muted)
    cells.text(2, x, "sample  units on the way", palette.muted)
    _draw_rows(cells, paths, top, bar, x, palette)
    return cells


def cancelling(paths: Paths) -> str:
    """How far the paths cancel."""
    if math.isnan(paths.cancellation):
        return "all paths are 0"
    log10 = paths.log10 - paths.absolute_log10
    if log10 == -math.inf:
        return "they cancel exactly"
    share = percent(10.0**log10) if log10 > -3 else decades(log10)
    return f"their sum is {share} of their sizes: " + (
        "they cancel"
        if paths.cancellation < CANCELLING
        else "they mostly agree"
        if log10 > -0.31
        else "half cancels"
    )


def counted(count: int) -> str:
    """A whole number, or its power of ten where it is long."""
    return f"{count:,}" if count < 10**12 else f"{Decimal(count):.3g}"


def route(path: Path, width: int) -> str:
    """The units that a path passes, one for each weight; a skip has a +; the middle of a long one is left out."""
    steps = [path.start, *(step for step in path.steps if step.role in PASSED)]
    units = [f"{'+' if step.role == 'skip' else ''}{step.unit}" for step in steps]
    whole = " → ".join(units)
    if len(whole) <= width:
        return whole
    for kept in range(len(units) - 1, 1, -1):
        first = (kept + 1) // 2
        text = " → ".join([*units[:first], CUT, *units[len(units) - kept + first :]])
        if len(text) <= width:
            return text
    return CUT


def _ink(paths: Paths, palette: Palette) -> int:
    return palette.vanishing if paths.cancellation < CANCELLING else palette.text


def _draw_rows(cells: CellBuffer, paths: Paths, top: int, bar: int, x: int, palette: Palette) -> None:
    rows = max(0, cells.height - HEAD)
    shown = paths.strongest[top : top + rows]
    log10 = np.array([path.log10 - paths.absolute_log10 for path in shown])
    inks = np.array([palette.healthy if path.sign >= 0 else palette.vanishing for path in shown], np.uint32)
    if bar:
        draw_bars(cells, (HEAD, 4 + NUMBER + 7), bar, SHARE, (log10, log10), inks, palette.faint)
    for place, path in enumerate(shown):
        y = HEAD + place
        cells.text(y, 0, MARK if place == 0 else " ", palette.title)
        number = from_log10(path.log10, sign=path.sign)
        cells.text(y, 2, number.rjust(NUMBER), palette.text, attributes=BOLD)
        share = float(log10[place])
        text = percent(10.0**share) if share > -3.3 else from_log10(share, 1)
        cells.text(y, 3 + NUMBER, text.rjust(7), palette.text)
        cells.text(y, x, f"{path.sample:>6}  {route(path, cells.width - x - 8)}", palette.muted)
