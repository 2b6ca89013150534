"""Three kinds of cell in the place of one layer: their gradients through time as curves on one scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vgtui.analysis.cells import decades_per_step
from vgtui.scenario.cells import CELLS
from vgtui.tui.drawing.bars import Scale
from vgtui.tui.drawing.cells import BOLD, CellBuffer, fitted, joined
from vgtui.tui.drawing.lines import Line, draw_lines
from vgtui.tui.drawing.numbers import compact, decades, ratio
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.keymap import key_of

if TYPE_CHECKING:
    from vgtui.analysis.cells import CellComparison, CellFlow

SIGNS = {"rnn": "R", "lstm": "L", "gru": "G"}
"""Stand on the curves."""

LABEL = 6
"""Cells of a level's label before the curves."""

FOOT = len(CELLS)


def draw_cell_kinds(
    comparison: CellComparison, layer: int, step: int, scale: Scale, width: int, height: int, palette: Palette
) -> CellBuffer:
    """The curves of layer number `layer`, and a line for every kind: how it decays. `step`: updates of the run."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    place = comparison.layers.index(layer) if layer in comparison.layers else 0
    flows = {flow.kind: flow for flow in comparison.flows}
    head, axis = int(height >= FOOT + 2), int(height >= FOOT + 5)
    rows = height - head - axis - FOOT
    if head:
        _draw_title(cells, comparison, place, step, palette)
    lines = tuple(
        Line(flow.times[place].hidden_log10, SIGNS[kind], ink_of(kind, palette))
        for kind, flow in flows.items()
    )
    draw_lines(cells, (head, LABEL), (width - LABEL, rows), scale, lines, palette.faint)
    for level, text in scale.ticks(max(rows, 0), gap=2):
        cells.text(head + rows - 1 - level, 0, text.rjust(LABEL - 1), palette.muted)
    if axis and flows:
        _draw_axis(cells, head + rows, len(lines[0].values), palette)
    for row, kind in enumerate(CELLS):
        _draw_kind(cells, height - FOOT + row, kind, flows.get(kind), place, palette)
    return cells


def ink_of(kind: str, palette: Palette) -> int:
    """The colour of a kind's curve; its letter stands on it too."""
    return {"rnn": palette.vanishing, "lstm": palette.train, "gru": palette.good}[kind]


def _draw_title(
    cells: CellBuffer, comparison: CellComparison, place: int, step: int, palette: Palette
) -> None:
    layers = comparison.layers
    name = f"layer {layers[place]}: " if layers else ""
    x = cells.text(0, 1, f"{name}‖dL/dh‖ of three kinds  ", palette.title, attributes=BOLD)
    parts = [_moment(comparison.steps)]
    if step != comparison.steps:
        parts.append(f"{key_of('cells', 'time')} twice: {_moment(step)}")
    cells.text(0, x, joined(parts, cells.width - x), palette.muted)


def _moment(step: int) -> str:
    """When it is that the kinds are compared."""
    return f"after {step} update{'s' * (step > 1)}" if step else "as first drawn"


def _draw_axis(cells: CellBuffer, y: int, steps: int, palette: Palette) -> None:
    last = str(steps - 1)
    cells.text(y, 0, "t".rjust(LABEL - 1), palette.muted)
    cells.text(y, LABEL, "0", palette.muted)
    cells.text(y, max(LABEL + 2, cells.width - len(last)), last, palette.muted)


def _draw_kind(
    cells: CellBuffer, y: int, kind: str, flow: CellFlow | None, place: int, palette: Palette
) -> None:
    ink = ink_of(kind, palette)
    own = flow is not None and not flow.changed
    x = cells.text(y, 0, f"{'▸' if own else ' '}{SIGNS[kind]} {kind:<5}", ink, attributes=BOLD)
    if flow is None:
        cells.text(y, x, "…", palette.muted)
        return
    hidden = flow.times[place].hidden_log10
    slope = decades_per_step(hidden)
    first, last = float(hidden[0]), float(hidden[-1])
    number = "no way back" if math.isnan(slope) else f"{slope:+.3f} decades a step {ratio(slope):<7}"
    x = cells.text(y, x, fitted(number, max(cells.width - x, 0)), palette.text, attributes=BOLD)
    whole = decades(first - last) if math.isfinite(last) else "nan"
    parts = [f"first/last {whole}", f"loss {compact(flow.loss)}", "this network" if own else ""]
    cells.text(y, x + 1, joined([part for part in parts if part], cells.width - x - 1), palette.muted)
