"""Was it to be expected: what mean-field theory says of the network, beside what was drawn."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

import numpy as np

from vgtui.tui.drawing.bars import Scale, draw_bars, draw_ticks
from vgtui.tui.drawing.cells import CellBuffer, column, joined
from vgtui.tui.drawing.expected import PREDICTED, Marks, draw_marks
from vgtui.tui.drawing.fold import Run, common_name, fold, item_at, label, mean_of, row_of, spread
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.theory import FlowPrediction, Phase
    from vgtui.engine.record import StepRecord

SCALE = Scale(-12.0, 2.0, 2.0)
MARK = "▸"
HEAD = 2
NUMBER = 8
MIN_BAR = 10
HEADINGS = ("q", "χ", "theory", "drawn", "differ")
SIGNS = {"ordered": "▼", "chaotic": "▲", "critical": " "}


def draw_theory(
    predicted: FlowPrediction, drawn: StepRecord, layer: int, width: int, height: int, palette: Palette
) -> CellBuffer:
    """The phase in a sentence, a row a layer with both gradients in decades, what the theory rests on."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    draw_heading(cells, phase_told(predicted), "", palette)
    if predicted.silence:
        _draw_silence(cells, predicted, palette)
        return cells
    runs = _runs(predicted, height)
    index = max(len(label(run)) for run in runs)
    names = [layer.name for layer in predicted.layers]
    longest = max(len(common_name(names, run)) for run in runs)
    shown = 5 if width >= index + 12 + 5 * (NUMBER + 1) + MIN_BAR else 3
    rest = width - 3 - index - shown * (NUMBER + 1) - 1
    name = max(min(longest, 6), min(longest, rest - 2 * MIN_BAR))
    bar = rest - name - 1
    x = 3 + index + name
    cells.text(1, 2, "#".rjust(index), palette.muted)
    cells.text(1, 3 + index, column("layer", name), palette.muted)
    for place, heading in enumerate(HEADINGS[-shown:]):
        cells.text(1, x + place * (NUMBER + 1), heading.rjust(NUMBER + 1), palette.muted)
    if bar >= MIN_BAR:
        draw_ticks(cells, 1, x + shown * (NUMBER + 1) + 1, bar, SCALE, palette.muted)
    here = row_of(runs, min(layer, len(names) - 1))
    for place, run in enumerate(runs):
        y = HEAD + place
        cells.text(y, 0, MARK if place == here else " ", palette.title)
        cells.text(y, 2, label(run).rjust(index), palette.muted)
        cells.text(y, 3 + index, column(common_name(names, run), name), palette.text)
        for at, text in enumerate(_numbers(predicted, drawn, run)[-shown:]):
            cells.text(y, x + at * (NUMBER + 1), text.rjust(NUMBER + 1), palette.text)
    if bar >= MIN_BAR:
        _draw_bars(cells, (HEAD, x + shown * (NUMBER + 1) + 1), bar, predicted, drawn, runs, palette)
    cells.text(height - 1, 0, joined(_ending(predicted), width), palette.muted)
    return cells


def _runs(predicted: FlowPrediction, height: int) -> tuple[Run, ...]:
    return fold(len(predicted.layers), max(1, height - 3))


def layer_at(predicted: FlowPrediction, y: int, height: int) -> int | None:
    """The (first) layer that row y of the pane stands for."""
    return None if predicted.silence else item_at(_runs(predicted, height), y - HEAD)


def phase_told(predicted: FlowPrediction) -> list[str]:
    """The phase with its numbers; why there is none."""
    if predicted.silence:
        return ["no prediction"]
    phase = predicted.phase
    if phase is None:
        return ["at the first step", "these layers have no phase of their own"]
    depth = _depth(phase)
    return [
        f"{SIGNS.get(phase.name, '')} {phase.name}".strip(),
        f"χ₁ = {compact(phase.chi_1)}",
        f"q* = {compact(phase.q_star)}",
        depth,
    ]


def _depth(phase: Phase) -> str:
    if math.isinf(phase.correlation_depth):
        return "depth scale ∞: it goes any depth"
    return f"depth scale ξ = {compact(phase.correlation_depth)} layers"


def _draw_silence(cells: CellBuffer, predicted: FlowPrediction, palette: Palette) -> None:
    y = 2
    for line in textwrap.wrap(f"{predicted.silence}.", max(cells.width - 2, 10)):
        cells.text(y, 1, line, palette.text)
        y += 1
    for times in predicted.times:
        if math.isfinite(times.forget_log10):
            text = f"layer {times.layer} keeps {10**times.forget_log10:.3g} of its state a step, its gates at rest"
            cells.text(y + 1, 1, text, palette.muted)
            y += 1


def _numbers(predicted: FlowPrediction, drawn: StepRecord, run: tuple[int, int]) -> list[str]:
    """Means over the run: q, chi, log10 of the weight gradient predicted and drawn, and how they differ."""
    layers = predicted.layers[run[0] : run[1]]
    q, chi, theory = (
        mean_of(np.array([getattr(layer, key) for layer in layers]))
        for key in ("q", "chi", "weight_grad_log10")
    )
    measured = mean_of(drawn.column("weight_grad_log10")[run[0] : run[1]])
    texts = [_short(q), _short(chi), _decades(theory), _decades(measured), _decades(measured - theory, True)]
    return texts


def _short(value: float) -> str:
    return "—" if math.isnan(value) else compact(value)


def _decades(value: float, signed: bool = False) -> str:
    return "—" if math.isnan(value) else f"{value:+.2f}" if signed else f"{value:.2f}"


def _draw_bars(
    cells: CellBuffer,
    place: tuple[int, int],
    width: int,
    predicted: FlowPrediction,
    drawn: StepRecord,
    runs: tuple[tuple[int, int], ...],
    palette: Palette,
) -> None:
    low, _, high = spread(drawn.column("weight_grad_log10"), runs)
    inks = np.full(len(runs), palette.healthy, np.uint32)
    draw_bars(cells, place, width, SCALE, (low, high), inks, palette.faint)
    marks = Marks(predicted=predicted.column("weight_grad_log10"))
    draw_marks(cells, place, width, SCALE, marks, runs, palette)


def _ending(predicted: FlowPrediction) -> list[str]:
    return ["log10 ‖dL/dW‖ at the first step", f"{PREDICTED} theory", predicted.assumptions]
