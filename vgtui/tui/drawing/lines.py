"""Curves in one picture: each cell holds two by four dots of Braille, and a curve says its name as it goes."""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import ABOVE, BELOW, Scale
from vgtui.tui.drawing.cells import SPACE, CellBuffer

BLANK = 0x2800
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint32)
"""The bit of each dot of a cell, row by row."""

LEVEL = ord("┈")
NAME_EVERY = 16
"""Cells from one name of a curve to the next."""


class Line(Struct, frozen=True):
    """One curve: values (steps,) on the scale, first step first, evenly spaced over the whole width.

    sign  the character that tells it from the others without colours
    """

    values: np.ndarray
    sign: str
    ink: int


def draw_lines(
    cells: CellBuffer,
    place: tuple[int, int],
    extent: tuple[int, int],
    scale: Scale,
    lines: tuple[Line, ...],
    grid: int,
) -> None:
    """Lines of `extent` (width, rows) cells at `place` (y, x), the later ones over the earlier, over faint levels.

    Where a curve is below or above the scale its mark stands at the edge; where it is no number, nothing.
    """
    (y, x), (width, rows) = place, extent
    if width <= 0 or rows <= 0:
        return
    codes = np.full((rows, width), SPACE, np.uint32)
    inks = np.full((rows, width), grid, np.uint32)
    for level, _ in scale.ticks(rows, gap=2):
        codes[rows - 1 - level] = LEVEL
    for place_of_name, line in enumerate(lines):
        _lay(codes, inks, scale, line, (place_of_name + 1) * NAME_EVERY // (len(lines) + 1))
    cells.block(y, x, codes, inks)


def _lay(codes: np.ndarray, inks: np.ndarray, scale: Scale, line: Line, first_name: int) -> None:
    """One line over what is there already."""
    rows, width = codes.shape
    heights = _heights(scale, line.values, 2 * width)
    dots = line_dots(heights, 4 * rows).reshape(rows, 4, width, 2)
    bits = (dots * DOTS[None, :, None, :]).sum(axis=(1, 3), dtype=np.uint32)
    drawn = bits > 0
    before = np.where(codes >= BLANK, codes, np.uint32(BLANK))
    codes[drawn] = (before | bits)[drawn]
    inks[drawn] = line.ink
    with np.errstate(invalid="ignore"):
        for row, outside, mark in ((-1, heights < 0, BELOW), (0, heights > 1, ABOVE)):
            columns = outside.reshape(width, 2).all(axis=1)
            codes[row, columns] = ord(mark)
            inks[row, columns] = line.ink
    for column in range(first_name, width, NAME_EVERY):
        here = np.flatnonzero(drawn[:, column])
        if here.size:
            codes[here[0], column] = ord(line.sign)


def _heights(scale: Scale, values: np.ndarray, columns: int) -> np.ndarray:
    """Where the line is at each of `columns`, as fractions of the scale; nan where it is not a finite number."""
    places = np.linspace(0, len(values) - 1, columns)
    with np.errstate(invalid="ignore"):
        heights = np.interp(places, np.arange(len(values)), scale.fractions(values))
    return np.where(np.isfinite(heights), heights, np.nan)


def line_dots(heights: np.ndarray, rows: int) -> np.ndarray:
    """The dots of a line, (rows, columns) bool: one a column, and more where it would be torn.

    heights: (columns,), 0 at the bottom and 1 at the top; what is outside, or nan, has no dot.
    """
    inside = np.isfinite(heights) & (heights >= 0) & (heights <= 1)
    dot = np.where(inside, np.round((1 - np.where(inside, heights, 0)) * (rows - 1)), -1).astype(np.int64)
    before = np.concatenate([dot[:1], dot[:-1]])
    before = np.where((before < 0) | (before == dot), dot, before + np.sign(dot - before))
    upper, lower = np.minimum(before, dot), np.maximum(before, dot)
    places = np.arange(rows)[:, None]
    return inside & (places >= upper) & (places <= lower)
