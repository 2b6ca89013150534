"""Bars side by side along time: bands of rows one under the other, each with its name and number at the left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import Scale, upright_codes
from vgtui.tui.drawing.cells import BOLD, SPACE, CellBuffer, codepoints, column
from vgtui.tui.drawing.fold import Run, fold, row_of, spread
from vgtui.tui.drawing.palette import Palette

NAME = 7
NUMBER = 9
GUTTER = 1 + NAME + 1 + NUMBER + 1
"""Cells before the bars: a name, and the number at the chosen step."""

WIDEST = 8
"""Cells that one step takes at most."""

WHOLE = Scale(0.0, 1.0, 1.0, decades=False)
"""Of values that are fractions of their own scales."""

LEVEL = ord("┈")
CURSOR = ord("│")
"""Stands over the bar of the chosen step."""


class Band(Struct, frozen=True):
    """What is measured at every step, and how it is drawn.

    values   (steps,) on the scale; nan has no bar
    written  a value as its number
    """

    name: str
    values: np.ndarray
    scale: Scale
    written: Callable[[float], str]


class Axis(Struct, frozen=True):
    """Where the steps stand: from cell `start` on, `cells` a run of steps. More steps than cells are folded."""

    start: int
    cells: int
    runs: tuple[Run, ...]

    @classmethod
    def fitting(cls, steps: int, width: int) -> Axis:
        """The steps in what a pane of this width has beside the names and numbers."""
        start = min(GUTTER, max(width - NAME, 0))
        room = max(width - start, 1)
        return cls(start, max(1, min(room // max(steps, 1), WIDEST)), fold(steps, room))

    def column_of(self, step: int) -> int:
        """The first cell of a step."""
        return self.start + row_of(self.runs, step) * self.cells

    def step_at(self, x: int) -> int | None:
        """The (first) step that cell x stands for."""
        place = (x - self.start) // self.cells
        return self.runs[place][0] if x >= self.start and place < len(self.runs) else None

    @property
    def folded(self) -> int:
        """Steps that share a cell; 1 where each has its own."""
        return self.runs[0][1] - self.runs[0][0] if self.runs else 1

    def lay(self, values: np.ndarray) -> np.ndarray:
        """One value a run as one a cell, along the last axis."""
        return np.repeat(values, self.cells, axis=-1)


def draw_bands(
    cells: CellBuffer,
    top: int,
    bands: tuple[Band, ...],
    heights: tuple[int, ...],
    axis: Axis,
    chosen: int,
    inks: np.ndarray,
    palette: Palette,
) -> int:
    """Bands of these heights from row `top` downwards, their numbers those of step `chosen`. The row after them.

    inks: a colour for every band and run, (bands, runs) uint32.
    """
    shown = [place for place, rows in enumerate(heights) if rows]
    if not shown:
        return top
    owners = np.repeat(np.arange(len(bands)), heights)
    canvas = _codes(bands, heights, owners, axis)
    ink = inks[owners]
    empty = canvas == SPACE
    ink[empty] = palette.faint
    starts = np.cumsum([0, *heights]).tolist()
    for place in shown:
        _draw_label(cells, top + starts[place], bands[place], chosen, palette)
        for level, text in bands[place].scale.ticks(heights[place], gap=2):
            row = starts[place] + heights[place] - 1 - level
            canvas[row, empty[row]] = LEVEL
            if row > starts[place]:
                cells.text(top + row, 1, text.rjust(axis.start - 2), palette.muted)
    here = row_of(axis.runs, chosen)
    canvas[empty[:, here], here] = CURSOR
    ink[empty[:, here], here] = palette.title
    codes = axis.lay(canvas)
    over = codes[:, here * axis.cells + 1 : (here + 1) * axis.cells]
    over[over == CURSOR] = SPACE
    if axis.cells > 2:
        codes[:, axis.cells - 1 :: axis.cells] = SPACE
    cells.block(top, axis.start, codes, axis.lay(ink))
    x = axis.start + here * axis.cells
    cells.background[top : top + len(owners), x : x + axis.cells] = palette.selected
    return top + len(owners)


def _codes(bands: tuple[Band, ...], heights: tuple[int, ...], owners: np.ndarray, axis: Axis) -> np.ndarray:
    """The bars of all bands, (rows, runs): those of one height in one go."""
    low, _, high = spread(np.stack([band.scale.fractions(band.values) for band in bands]), axis.runs)
    # what is exactly 0 is not just below the scale: no mark, no bar
    high = np.where(np.isneginf(high), np.nan, high)
    canvas = np.empty((len(owners), len(axis.runs)), np.uint32)
    for rows in {height for height in heights if height}:
        alike = [place for place, height in enumerate(heights) if height == rows]
        codes = upright_codes(WHOLE, low[alike].ravel(), high[alike].ravel(), rows)
        canvas[np.isin(owners, alike)] = (
            codes.reshape(rows, len(alike), -1).swapaxes(0, 1).reshape(-1, low.shape[1])
        )
    return canvas


def _draw_label(cells: CellBuffer, y: int, band: Band, chosen: int, palette: Palette) -> None:
    cells.text(y, 1, column(band.name, NAME), palette.text)
    if cells.width >= GUTTER + NAME:
        number = band.written(float(band.values[chosen]))
        cells.text(y, 1 + NAME, number.rjust(NUMBER + 1), palette.text, attributes=BOLD)


def draw_axis(
    cells: CellBuffer, y: int, axis: Axis, chosen: int, signs: tuple[str, np.ndarray], palette: Palette
) -> None:
    """The first, the chosen and the last step; between them `signs`, a character and a colour for each run."""
    codes = np.full((len(axis.runs), axis.cells), SPACE, np.uint32)
    codes[:, 0] = codepoints(signs[0])
    cells.block(y, axis.start, codes.reshape(1, -1), axis.lay(signs[1]))
    end = axis.start + len(axis.runs) * axis.cells
    last, here = str(axis.runs[-1][1] - 1), str(chosen)
    cells.text(y, axis.start, "0", palette.muted)
    cells.text(y, max(axis.start, end - len(last)), last, palette.muted)
    x = max(axis.start, min(axis.column_of(chosen), end - len(here)))
    cells.text(y, x, here, palette.title, palette.selected, BOLD)
    cells.text(y, 1, "time t", palette.muted)
    if cells.width >= GUTTER + NAME:
        cells.text(y, 1 + NAME, here.rjust(NUMBER + 1), palette.title, attributes=BOLD)
