"""Two networks beside each other: rows of what is said of A, of B, their ratio, and a mark where they differ."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from vgtui.analysis.comparison import same
from vgtui.tui.drawing.cells import BOLD, CellBuffer, column
from vgtui.tui.drawing.chain import name_of
from vgtui.tui.drawing.numbers import compact, from_log10, magnitude, percent, ratio
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.comparison import Comparison, LayerPair
    from vgtui.engine.record import LayerRecord
    from vgtui.tui.frame import Frame, Rival

DIFFERS = "≠"
NONE = "—"
NUMBER = 10
"""Cells of a value, at least."""

RATIO = 8
SHORT = 36
"""Columns from which on the ratio is told."""


class Row(Struct, frozen=True):
    """A line: what it is about, A's value, B's, B over A, and whether they differ; a heading has no mark.

    setting: whether its name is long and worth a line of its own; others are cut
    """

    name: str
    a: str
    b: str
    ratio: str = ""
    differs: bool = False
    heading: bool = False
    setting: bool = False


class Columns(Struct, frozen=True):
    """Widths of the name, of a value, and of the ratio; the last 0 where there is no room."""

    name: int
    value: int
    ratio: int

    @classmethod
    def fitting(cls, rows: Sequence[Row], width: int) -> Columns:
        """Narrow panes give up the ratio, then the ends of long values, before the name."""
        told = RATIO if width >= SHORT else 0
        longest = max(len(text) for row in rows for text in (row.a, row.b))
        value = min(max(longest, NUMBER), (width - told) // 3)
        return cls(max(0, width - 2 * (value + 1) - (told + 1) * bool(told) - 2), value, told)


def rows_of(frame: Frame, width: int) -> list[Row]:
    """Settings that differ, loss and accuracy, then the gradient of every pair of layers.

    The name of a setting that is too long to stand before its values has a line of its own.
    """
    rows = _rows(frame)
    name = Columns.fitting(rows, width).name
    lines: list[Row] = []
    for row in rows:
        if row.setting and len(row.name) > name:
            lines += [Row(row.name, "", ""), replace(row, name="")]
        else:
            lines.append(row)
    return lines


def _rows(frame: Frame) -> list[Row]:
    rival = frame.rival
    assert rival is not None
    found = rival.comparison
    names = {letter: f"{letter} edited" if letter == rival.mine else letter for letter in ("A", "B")}
    rows = [Row("", names["A"], names["B"], "", heading=True)]
    rows += [Row(one.setting, one.a, one.b, differs=True, setting=True) for one in found.differences]
    rows += [] if found.differences else [Row("the same settings", "", "")]
    rows += [Row(f"step {found.steps}", "", "", "B/A", heading=True), *_wholes(found)]
    rows += _products(frame, rival)
    return [*rows, Row("‖dL/dW‖", "", "", "B/A", heading=True), *map(_layer, found.layers)]


def _wholes(found: Comparison) -> list[Row]:
    a, b = found.a, found.b
    rows = [_numbers("batch loss", a.record.loss, b.record.loss)]
    for part in ("train", "test"):
        loss = [getattr(side.evaluation, f"{part}_loss") for side in (a, b)]
        right = [getattr(side.evaluation, f"{part}_accuracy") for side in (a, b)]
        rows.append(_numbers(f"{part} loss", *loss))
        if not all(map(math.isnan, right)):
            differs = not same(*right)
            rows.append(Row(f"{part} accuracy", percent(right[0]), percent(right[1]), differs=differs))
    return rows


def _products(frame: Frame, rival: Rival) -> list[Row]:
    """The derivative by the chosen weight, where both networks have that weight."""
    mine, other = frame.chain, rival.frame.chain
    if mine is None or other is None or name_of(mine) != name_of(other):
        return []
    a, b = (mine, other) if rival.mine == "A" else (other, mine)
    texts = [from_log10(chain.log10, sign=chain.sign) for chain in (a, b)]
    return [Row(name_of(a), *texts, ratio(b.log10 - a.log10), not same(a.product, b.product))]


def _numbers(name: str, a: float, b: float) -> Row:
    return Row(name, compact(a, 4), compact(b, 4), ratio(magnitude(b) - magnitude(a)), not same(a, b))


def _layer(pair: LayerPair) -> Row:
    there = [one for one in (pair.a, pair.b) if one is not None]
    names = list(dict.fromkeys(f"{one.index} {one.name}" for one in there))
    if len(there) == 2 and there[0].index == there[1].index:
        names = [names[0], *(name.partition(" ")[2] for name in names[1:])]
    times = "" if math.isnan(pair.ratio_log10) else ratio(pair.ratio_log10)
    return Row(" | ".join(names), _norm(pair.a), _norm(pair.b), times, pair.differs)


def _norm(layer: LayerRecord | None) -> str:
    return NONE if layer is None or not layer.has_weight else from_log10(layer.weight_grad_log10)


def draw_versus(rows: Sequence[Row], top: int, width: int, height: int, palette: Palette) -> CellBuffer:
    """Those of the rows that there is room for, from `top` on; the last says how many are below."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    columns = Columns.fitting(rows, width)
    for y, row in enumerate(rows[top : top + height]):
        _draw_row(cells, y, row, columns, palette)
    below = len(rows) - top - height
    if below > 0:
        cells.text(height - 1, 0, column(f"{below + 1} more ↓", width), palette.muted)
    return cells


def _draw_row(cells: CellBuffer, y: int, row: Row, columns: Columns, palette: Palette) -> None:
    ink = palette.title if row.heading else palette.text if row.differs else palette.muted
    weight = BOLD if row.heading or row.differs else 0
    room = columns.name if row.a or row.ratio else cells.width
    cells.text(y, 0, row.name, palette.title if row.heading else palette.text, attributes=weight, width=room)
    x = columns.name
    values = ((row.a, columns.value), (row.b, columns.value), (row.ratio, columns.ratio))
    for text, cell in values if row.a or row.ratio else ():
        if cell:
            cells.text(y, x + 1, column(text, cell, right=True), ink, attributes=weight)
            x += cell + 1
    if row.differs:
        cells.text(y, x + 1, DIFFERS, palette.vanishing, attributes=BOLD)
