"""What the units of a layer make of the plane: all of them as small maps, or one as a large one."""

from __future__ import annotations

import numpy as np

from vgtui.analysis.decision import Plane
from vgtui.analysis.units import UnitMaps
from vgtui.tui.drawing.cells import BOLD, CellBuffer, joined
from vgtui.tui.drawing.decision import EVERYTHING, Look, draw_map, nearest
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.shades import diverging, lay_halves

SMALLEST = (8, 3)
"""Columns and rows of a small map, at least."""

LARGEST_SHARE = 0.75
"""How far the colours of the largest values are from the background."""


def draw_units(
    found: UnitMaps,
    chosen: int,
    aside: str,
    width: int,
    height: int,
    palette: Palette,
    look: Look = EVERYTHING,
) -> CellBuffer:
    """Every unit that there is room for, the page on which the chosen one is."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    columns, rows = arranged(len(found.values), width, height - 2)
    page = columns * rows
    first = chosen // page * page
    shown = range(first, min(first + page, len(found.values)))
    told = f"units {shown.start}-{shown.stop - 1} of {found.count}" if page < found.count else "all units"
    draw_heading(cells, [f"layer {found.layer}: {found.name}", told], aside, palette)
    wide, tall = (width + 1) // columns - 1, (height - 2) // rows
    for place, unit in enumerate(shown):
        y, x = 1 + place // columns * tall, place % columns * (wide + 1)
        mark, ink = ("▸", palette.title) if unit == chosen else (" ", palette.muted)
        cells.text(y, x, f"{mark}{unit}", ink, attributes=BOLD if unit == chosen else 0, width=wide)
        lay_halves(cells, (y + 1, x), _colours(found, unit, 2 * (tall - 1), wide, palette, look))
    cells.text(height - 1, 0, joined(_legend(found), width), palette.muted)
    return cells


def draw_unit(
    found: UnitMaps,
    chosen: int,
    aside: str,
    width: int,
    height: int,
    palette: Palette,
    look: Look = EVERYTHING,
) -> CellBuffer:
    """One unit over the whole pane, with the samples and the line at which it turns."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    values = found.values[chosen]
    plane = Plane(
        found.names, found.x, found.y, values, np.ones_like(values), 0,
        found.middle - found.reach, found.middle + found.reach, found.samples,
    )  # fmt: skip
    told = [f"unit {chosen} of layer {found.layer}", f"{found.name}, what it hands on"]
    draw_map(cells, plane, (told, _legend(found), aside), found.classes, palette, look)
    return cells


def arranged(count: int, width: int, rows: int) -> tuple[int, int]:
    """How many maps side by side, and one under the other, are largest; fewer than `count` where room is short."""
    least, low = SMALLEST
    most = max(1, (width + 1) // (least + 1)), max(1, rows // (low + 1))
    best = most
    size = 0
    for columns in range(1, most[0] + 1):
        down = -(-count // columns)
        if down <= most[1]:
            now = min((width + 1) // columns - 1, 2 * (rows // down - 1))
            if now > size:
                best, size = (columns, down), now
    return best


def _colours(found: UnitMaps, unit: int, rows: int, columns: int, palette: Palette, look: Look) -> np.ndarray:
    away = (nearest(found.values[unit], rows, columns) - found.middle) / (found.reach or 1.0)
    return diverging(palette, LARGEST_SHARE * (np.where(away > 0, 1.0, -1.0) if look.discrete else away))


def _legend(found: UnitMaps) -> list[str]:
    return [f"colours: {compact(found.middle)} ± {compact(found.reach)}", "the line is where its input is 0"]
