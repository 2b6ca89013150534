"""Where the gradient is lost: a stack of signed parts for every boundary of layers, or of time steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.analysis.attenuation import PARTS
from vgtui.tui.drawing.bars import ABOVE, BELOW
from vgtui.tui.drawing.cells import BOLD, CellBuffer, codepoints, column, joined
from vgtui.tui.drawing.fold import Run, common_name, fold, item_at, label, row_of
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import decades
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.attenuation import Attenuation, WhereLost

LOW, HIGH = -2.0, 1.0
"""Decades that the bars span; what is beyond is marked, and its number is written."""

LETTERS = dict(zip(PARTS, "wsndkma", strict=True))
"""What a part's piece of the bar is made of."""

ZERO = "│"
MARK = "▸"
CULPRIT = "◄"
NUMBER = 7
HEAD = 2
SHORT = 12
"""Rows below which a boundary more is worth more than the legend."""

MIN_BAR = 12


class Columns(Struct, frozen=True):
    """Widths; a part of `numbers` has a column of its own where there is room for all."""

    index: int
    name: int
    bar: int
    numbers: tuple[str, ...]

    @classmethod
    def fitting(cls, width: int, index: int, longest: int, present: tuple[str, ...]) -> Columns:
        """Narrow panes give up the numbers, then most of the name, then the bar."""
        fixed = 2 + index + 1 + NUMBER + 2
        numbers = present if width >= fixed + longest + 1 + len(present) * (NUMBER + 1) + 24 else ()
        rest = width - fixed - len(numbers) * (NUMBER + 1)
        name = max(min(longest, 6), min(longest, rest - 31))
        bar = rest - name - 1
        return cls(index, name, bar if bar >= MIN_BAR else 0, numbers)


def draw_lost(
    lost: WhereLost, layer: int, through_time: bool, aside: str, width: int, height: int, palette: Palette
) -> CellBuffer:
    """A row a boundary, folded where there are more; below, the chosen layer's (or time step's) parts in numbers.

    through_time: the boundaries between the time steps of `layer`, or of the first recurrent layer
    """
    cells = CellBuffer(width, height, palette.text, palette.background)
    shown = shown_layer(lost, layer) if through_time else None
    rows = lost.boundaries if shown is None else lost.through_time[shown]
    _draw_heading(cells, lost, rows, shown, aside, palette)
    present = present_parts(rows)
    legend = int(height >= SHORT)
    runs = _runs(rows, height)
    labels = [_label(rows, run, shown is not None) for run in runs]
    names = [row.name for row in rows]
    longest = max(len(common_name(names, run)) for run in runs) if shown is None else 0
    columns = Columns.fitting(width, max(map(len, labels)), longest, present)
    chosen = rows.index(chosen_boundary(lost, layer, through_time))
    here = row_of(runs, chosen)
    _draw_axis(cells, columns, palette)
    for place, run in enumerate(runs):
        y = HEAD + place
        cells.text(y, 0, MARK if place == here else " ", palette.title)
        cells.text(y, 2, labels[place].rjust(columns.index), palette.muted)
        cells.text(y, 3 + columns.index, column(common_name(names, run), columns.name), palette.text)
        _draw_row(cells, y, columns, rows[run[0] : run[1]], lost, shown is None, palette)
    _draw_detail(cells, min(height - 1 - legend, 2 + len(runs)), rows[chosen], palette)
    if legend:
        _draw_legend(cells, height - 1, present, palette)
    return cells


def _runs(rows: Sequence[Attenuation], height: int) -> tuple[Run, ...]:
    return fold(len(rows), max(1, height - 3 - int(height >= SHORT)))


def layer_at(lost: WhereLost, y: int, height: int) -> int | None:
    """The (first) layer whose boundary row y of the pane stands for."""
    place = item_at(_runs(lost.boundaries, height), y - HEAD)
    return None if place is None else lost.boundaries[place].layer


def shown_layer(lost: WhereLost, layer: int) -> int | None:
    """The recurrent layer whose time steps are shown: the chosen one, or else the first; None without any."""
    layers = sorted(lost.through_time)
    return None if not layers else layer if layer in layers else layers[0]


def chosen_boundary(lost: WhereLost, layer: int, through_time: bool) -> Attenuation:
    """That of the chosen layer; along time the one that shrinks the gradient most."""
    shown = shown_layer(lost, layer) if through_time else None
    if shown is None:
        return lost.boundaries[min(layer, len(lost.boundaries) - 1)]
    return min(lost.through_time[shown], key=_finite)


def present_parts(rows: Sequence[Attenuation]) -> tuple[str, ...]:
    """The parts that any of the rows has."""
    return tuple(part for part in PARTS if any(getattr(row, part) != 0.0 for row in rows))


def mean_parts(rows: Sequence[Attenuation]) -> dict[str, float]:
    """Decades of each part, the mean over a run of boundaries."""
    return {part: float(np.mean([getattr(row, part) for row in rows])) for part in PARTS}


def stack(parts: dict[str, float], width: int) -> tuple[str, list[str | None]]:
    """A bar of `width` cells, and which part each cell is of: growth stands right of zero, loss left of it.

    Every part ends where the sum up to it does, so that rounding never adds up.
    """
    cell = (HIGH - LOW) / width
    zero = min(width - 1, round(-LOW / cell))
    text: list[str] = [" "] * width
    owners: list[str | None] = [None] * width
    text[zero] = ZERO
    for sign in (-1, 1):
        total = 0.0
        for part, value in parts.items():
            if not math.isfinite(value) or value * sign <= 0.0:
                continue
            first, total = total, total + abs(value)
            for place in range(round(first / cell), round(total / cell)):
                x = zero - 1 - place if sign < 0 else zero + 1 + place
                if 0 <= x < width:
                    text[x], owners[x] = LETTERS[part], part
        edge, mark = (0, BELOW) if sign < 0 else (width - 1, ABOVE)
        if total > (-LOW if sign < 0 else HIGH):
            text[edge] = mark
    return "".join(text), owners


@lru_cache(maxsize=8)
def inks(palette: Palette) -> dict[str, int]:
    """A colour for each part; its letter tells it too."""
    colours = (
        palette.train,
        palette.vanishing,
        palette.good,
        palette.muted,
        palette.title,
        palette.exploding,
        palette.text,
    )
    return dict(zip(PARTS, colours, strict=True))


def signed(value: float) -> str:
    """Decades with their sign: -0.63, +0.02, 0; as few digits as fit."""
    if math.isnan(value) or math.isinf(value):
        return f"{value}"
    return "0" if abs(value) < 0.005 else f"{value:+.2f}" if abs(value) < 100 else f"{value:+.0f}"


def _finite(row: Attenuation) -> float:
    return 0.0 if math.isnan(row.total) else row.total


def _label(rows: Sequence[Attenuation], run: Run, through_time: bool) -> str:
    first = rows[run[0]]
    if not through_time:
        return label((first.layer, rows[run[1] - 1].layer + 1))
    assert first.time is not None
    return f"t {label((first.time, first.time + run[1] - run[0]))}"


def _draw_heading(
    cells: CellBuffer,
    lost: WhereLost,
    rows: Sequence[Attenuation],
    shown: int | None,
    aside: str,
    palette: Palette,
) -> None:
    if shown is None:
        total = lost.total
        does = "comes" if total > 0.0 else "goes"
        parts = [f"the first layer keeps {decades(total)}"]
        if lost.culprit is not None:
            worst = lost.boundaries[lost.culprit]
            parts += [f"most {does} at layer {lost.culprit}", f"by its {worst.cause}"]
    else:
        total = sum(row.total for row in rows)
        parts = [f"layer {shown} through time: {decades(total)}", f"{len(rows)} boundaries of time steps"]
    draw_heading(cells, parts, aside, palette)


def _draw_axis(cells: CellBuffer, columns: Columns, palette: Palette) -> None:
    x = 3 + columns.index + columns.name
    cells.text(1, 2, "#".rjust(columns.index), palette.muted)
    cells.text(1, 3 + columns.index, column("layer", columns.name), palette.muted)
    cells.text(1, x, "decades".rjust(NUMBER + 1), palette.muted)
    x += NUMBER + 2
    if columns.bar:
        cell = (HIGH - LOW) / columns.bar
        for mark in (-2, -1, 0, 1):
            text = f"{mark:+d}" if mark else "0"
            at = min(columns.bar - len(text), round((mark - LOW) / cell))
            cells.text(1, x + at, text, palette.muted)
        x += columns.bar + 1
    for part in columns.numbers:
        cells.text(1, x, column(part, NUMBER, right=True), palette.muted)
        x += NUMBER + 1


def _draw_row(
    cells: CellBuffer,
    y: int,
    columns: Columns,
    rows: Sequence[Attenuation],
    lost: WhereLost,
    of_layers: bool,
    palette: Palette,
) -> None:
    parts = mean_parts(rows)
    total = float(np.mean([row.total for row in rows]))
    x = 3 + columns.index + columns.name
    cells.text(y, x, signed(total).rjust(NUMBER + 1), palette.text, attributes=BOLD)
    x += NUMBER + 2
    if columns.bar:
        text, owners = stack(parts, columns.bar)
        colours = inks(palette)
        ink = np.array([palette.faint if owner is None else colours[owner] for owner in owners], np.uint32)
        cells.block(y, x, codepoints(text)[None], ink)
        x += columns.bar + 1
    for part in columns.numbers:
        cells.text(y, x, signed(parts[part]).rjust(NUMBER), palette.muted)
        x += NUMBER + 1
    if of_layers and any(row.layer == lost.culprit for row in rows):
        cells.text(y, 1, CULPRIT, palette.vanishing)


def _draw_detail(cells: CellBuffer, y: int, row: Attenuation, palette: Palette) -> None:
    """The chosen boundary, in numbers that add up."""
    parts = [f"{part} {signed(getattr(row, part))}" for part in present_parts([row])]
    where = f"layer {row.layer}" if row.time is None else f"t {row.time}"
    x = cells.text(y, 0, f"{MARK} {where}: {signed(row.total)} = ", palette.title)
    cells.text(y, x, joined(parts, cells.width - x, " ") if parts else "nothing happens here", palette.text)


def _draw_legend(cells: CellBuffer, y: int, present: tuple[str, ...], palette: Palette) -> None:
    """Which letter is which part: left of zero it takes, right of zero it gives."""
    x = 0
    for part in present:
        if x + len(part) + 3 > cells.width:
            return
        x = cells.text(y, x, LETTERS[part], inks(palette)[part], attributes=BOLD)
        x = cells.text(y, x + 1, part, palette.muted) + 2
    cells.text(y, x + 1, f"{CULPRIT} the culprit", palette.muted, width=max(0, cells.width - x - 1))
