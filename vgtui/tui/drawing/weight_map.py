"""One layer's weights as a map, the gradient beside it: a cell an entry, its size as a sign and as a colour."""

from __future__ import annotations

from textwrap import wrap

import numpy as np
from msgspec import Struct

from vgtui.analysis.weight_map import WeightMap
from vgtui.tui.drawing.cells import BOLD, REVERSE, CellBuffer, joined
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.shades import diverging, upon

NEGATIVE = np.array([ord(sign) for sign in " ·-="], np.uint32)
POSITIVE = np.array([ord(sign) for sign in " ·+#"], np.uint32)
"""Zero, and thirds of the largest entry."""

CHOSEN = "◆"
GAP = 2
WIDEST = 4
"""Cells that an entry has at most."""

TOP = 2
"""Rows of headings."""


class Window(Struct, frozen=True):
    """Which entries are shown where.

    row, column    the first ones; rows, columns: how many
    cell           cells an entry is wide
    left           where the map of the weights begins; right: that of the gradient
    """

    row: int
    column: int
    rows: int
    columns: int
    cell: int
    left: int
    right: int

    @classmethod
    def around(cls, cursor: tuple[int, int], shape: tuple[int, int], width: int, height: int) -> Window:
        """The entries around a cursor, as many as there is room for."""
        left = len(str(max(0, shape[0] - 1))) + 1
        room = max(1, (width - left - GAP) // 2)
        cell = max(1, min(WIDEST, room // max(1, shape[1])))
        rows, columns = min(shape[0], max(1, height - TOP - 1)), min(shape[1], max(1, room // cell))
        row, column = (
            max(0, min(at - shown // 2, size - shown))
            for at, shown, size in zip(cursor, (rows, columns), shape, strict=True)
        )
        return cls(row, column, rows, columns, cell, left, left + columns * cell + GAP)

    def entry_at(self, x: int, y: int) -> tuple[int, int] | None:
        """The entry under a cell of either map."""
        for left in (self.left, self.right):
            across, down = (x - left) // self.cell, y - TOP
            if 0 <= across < self.columns and x >= left and 0 <= down < self.rows:
                return self.row + down, self.column + across
        return None


def draw_weight_map(
    found: WeightMap,
    cursor: tuple[int, int],
    chosen: tuple[int, int] | None,
    aside: str,
    width: int,
    height: int,
    palette: Palette,
    coming: str = "",
) -> CellBuffer:
    """Both maps, the entry under the cursor in numbers, and what the signs mean. chosen: of the chain rule.

    coming: in place of the gradient, while that is still to be computed
    """
    cells = CellBuffer(width, height, palette.text, palette.background)
    window = Window.around(cursor, found.weights.shape, width, height)
    row, column = cursor
    entry = f"[{row},{column}] = {compact(float(found.weights[cursor]), 4)}"
    gradient = "·" if coming else compact(float(found.gradients[cursor]))
    draw_heading(
        cells,
        [f"W{found.layer}{entry}", f"dL/dW {gradient}", found.name],
        aside,
        palette,
    )
    for values, left, name in ((found.weights, window.left, "W"), (found.gradients, window.right, "dL/dW")):
        if coming and values is found.gradients:
            _draw_coming(cells, left, coming, palette)
            continue
        _draw_map(cells, values, left, name, window, palette)
        _mark(cells, left, window, cursor, chosen)
    numbers = [str(window.row + y).rjust(window.left - 1) for y in range(window.rows)]
    cells.lines(TOP, 0, numbers[: height - TOP - 1], palette.muted)
    cells.text(height - 1, 0, joined(_legend(found, window), width), palette.muted)
    return cells


def _draw_map(
    cells: CellBuffer, values: np.ndarray, left: int, name: str, window: Window, palette: Palette
) -> None:
    finite = np.abs(values[np.isfinite(values)])
    largest = float(finite.max()) if finite.size else 0.0
    room = window.right - 1 - left if left == window.left else cells.width - left
    cells.text(1, left, f"{name} ±{compact(largest)}", palette.title, attributes=BOLD, width=room)
    shown = values[window.row : window.row + window.rows, window.column : window.column + window.columns]
    shares = shown / (largest or 1.0)
    area = (slice(TOP, TOP + window.rows), slice(left, left + window.columns * window.cell))
    codes = np.repeat(signs(shares), window.cell, axis=1)
    colours = np.repeat(diverging(palette, 0.75 * np.nan_to_num(shares)), window.cell, axis=1)
    extent = cells.codes[area].shape
    codes[:, np.arange(codes.shape[1]) % window.cell > 0] = ord(" ")
    cells.codes[area] = codes[: extent[0], : extent[1]]
    cells.background[area] = colours[: extent[0], : extent[1]]
    cells.foreground[area] = upon(palette, cells.background[area])


def _draw_coming(cells: CellBuffer, left: int, coming: str, palette: Palette) -> None:
    """The gradient's name, and when it comes."""
    cells.text(1, left, "dL/dW", palette.title, attributes=BOLD)
    for y, line in enumerate(wrap(coming, max(8, cells.width - left)), TOP):
        cells.text(y, left, line, palette.muted)


def signs(shares: np.ndarray) -> np.ndarray:
    """The sign of each entry, -1 to 1 in parts of the largest; `?` for what is no number."""
    level = np.ceil(np.abs(np.nan_to_num(shares)) * 3).astype(np.int64).clip(0, 3)
    codes = np.where(shares < 0, NEGATIVE[level], POSITIVE[level])
    return np.where(np.isfinite(shares), codes, np.uint32(ord("?"))).astype(np.uint32)


def _mark(
    cells: CellBuffer,
    left: int,
    window: Window,
    cursor: tuple[int, int],
    chosen: tuple[int, int] | None,
) -> None:
    for place, is_cursor in ((chosen, False), (cursor, True)):
        if place is None:
            continue
        down, across = place[0] - window.row, place[1] - window.column
        if not (0 <= down < window.rows and 0 <= across < window.columns):
            continue
        y, x = TOP + down, left + across * window.cell
        if y >= cells.height or x >= cells.width:
            continue
        if is_cursor:
            cells.attributes[y, x : x + window.cell] |= REVERSE
        else:
            cells.codes[y, x] = ord(CHOSEN)


def _legend(found: WeightMap, window: Window) -> list[str]:
    rows, columns = found.weights.shape
    parts = []
    if window.rows < rows:
        parts.append(f"rows {window.row}-{window.row + window.rows - 1} of {rows}")
    if window.columns < columns:
        parts.append(f"columns {window.column}-{window.column + window.columns - 1} of {columns}")
    return [*parts, f"{CHOSEN} chain rule", "=- negative", "+# positive"]
