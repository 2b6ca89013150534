"""Marks on the gradient's bars: where theory expected them, and where other seeds have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import Scale
from vgtui.tui.drawing.cells import BOLD, FULL_BLOCK, CellBuffer
from vgtui.tui.drawing.flow import Measure
from vgtui.tui.drawing.fold import Run, spread
from vgtui.tui.drawing.numbers import from_log10
from vgtui.tui.drawing.shades import upon
from vgtui.tui.keymap import key_of

if TYPE_CHECKING:
    from vgtui.analysis.ensemble import Ensemble
    from vgtui.analysis.theory import FlowPrediction
    from vgtui.engine.record import StepRecord
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame, Rival

PREDICTED = "◆"
LOWER, MEDIAN, UPPER = "├", "┼", "┤"

PREDICTIONS = {"weight_grad_log10": "weight_grad_spread", "delta_log10": "delta_spread"}
"""Measures that theory predicts -> the prediction's standard deviation."""


class Expected(Struct, frozen=True, eq=False):
    """What is known by now of a frame's network: what is not is None.

    predicted   for a network as it is drawn
    drawn       measured on other seeds, after drawn.steps updates
    rival       the other network, where two run in lockstep
    done        networks that an ensemble under way has; None where none is
    failure     why there is no prediction, in a line
    """

    predicted: FlowPrediction | None = None
    drawn: Ensemble | None = None
    done: int | None = None
    failure: str = ""
    rival: Rival | None = None

    @classmethod
    def of(cls, frame: Frame) -> Expected:
        """What the frame tells of the very network that it shows."""
        found, seeds = frame.findings.get("theory"), frame.seeds
        about = found if found is not None and found.scenario == frame.scenario else None
        ours = seeds if seeds is not None and seeds.scenario == frame.scenario else None
        return cls(
            predicted=about.value.predicted if about is not None and about.value is not None else None,
            drawn=ours.drawn if ours is not None else None,
            done=ours.done if ours is not None and ours.drawn is None else None,
            failure=about.failure if about is not None else "",
            rival=frame.rival,
        )


class Marks(Struct, frozen=True, eq=False):
    """One measure's marks, on its scale; None where there are none.

    predicted  (layers,), and deviation, its standard deviation over networks
    quartiles  (3, layers) over `networks` networks
    rival      (layers,) of the other network, whose letter it is; nan for a layer that it has not
    """

    predicted: np.ndarray | None = None
    deviation: np.ndarray | None = None
    quartiles: np.ndarray | None = None
    networks: int = 0
    rival: np.ndarray | None = None
    letter: str = ""

    def told(self, layer: int, measure: Measure) -> list[str]:
        """The chosen layer's marks in numbers."""
        parts = []
        if self.predicted is not None and self.deviation is not None and not np.isnan(self.predicted[layer]):
            value, deviation = float(self.predicted[layer]), float(self.deviation[layer])
            parts.append(f"{PREDICTED} theory {from_log10(value)} ×÷ {10**deviation:.3g}")
        if self.rival is not None and not np.isnan(self.rival[layer]):
            parts.append(f"{self.letter} {measure.written(float(self.rival[layer]))}")
        return parts


def marks(expected: Expected, record: StepRecord, measure: Measure) -> Marks:
    """What of the expected is about this record: theory is about networks as they are drawn, seeds about a step."""
    predicted = deviation = quartiles = None
    if record.step == 0 and _speaks(expected.predicted, record) and measure.column in PREDICTIONS:
        assert expected.predicted is not None
        predicted = expected.predicted.column(measure.column)
        deviation = expected.predicted.column(PREDICTIONS[measure.column])
    drawn, beside = expected.drawn, _beside(expected.rival, record, measure)
    if drawn is None or drawn.steps != record.step or drawn.names != record.names:
        return Marks(predicted, deviation, **beside)
    quartiles = drawn.quartiles(measure.column)
    if measure.logarithm:
        with np.errstate(divide="ignore", invalid="ignore"):
            quartiles = np.log10(quartiles)
    return Marks(predicted, deviation, quartiles, len(drawn.seeds), **beside)


def _beside(rival: Rival | None, record: StepRecord, measure: Measure) -> dict[str, Any]:
    """The other network's marks: each layer has those of the layer that it is paired with."""
    other = None if rival is None else rival.frame.record
    if rival is None or other is None:
        return {}
    theirs, values = measure.values(other), np.full(len(record.names), np.nan)
    for pair in rival.comparison.layers:
        mine, its = (pair.a, pair.b) if rival.mine == "A" else (pair.b, pair.a)
        if mine is not None and its is not None:
            values[mine.index] = theirs[its.index]
    return {"rival": values, "letter": rival.letter}


def _speaks(prediction: FlowPrediction | None, record: StepRecord) -> bool:
    """Whether there are numbers, and for this network."""
    return (
        prediction is not None
        and not prediction.silence
        and tuple(layer.name for layer in prediction.layers) == record.names
    )


def draw_marks(
    cells: CellBuffer, place: tuple[int, int], width: int, scale: Scale, shown: Marks, runs: tuple[Run, ...],
    palette: Palette,
) -> None:  # fmt: skip
    """Over bars drawn from `place` (y, x) downwards, a row a run: its mean. Theory stands before the seeds."""
    if width <= 0:
        return
    rows = []
    if shown.quartiles is not None:
        rows += list(zip((LOWER, UPPER, MEDIAN), shown.quartiles[[0, 2, 1]], strict=True))
    if shown.predicted is not None:
        rows.append((PREDICTED, shown.predicted))
    if shown.rival is not None:
        rows.append((shown.letter, shown.rival))
    for glyph, values in rows:
        _, mean, _ = spread(values, runs)
        draw_glyphs(cells, place, width, scale.fractions(mean), glyph, palette)


def draw_glyphs(
    cells: CellBuffer, place: tuple[int, int], width: int, at: np.ndarray, glyph: str, palette: Palette
) -> None:
    """A glyph in every row whose place is on the bar; over a full block it stands on the bar's colour."""
    y, x = place
    with np.errstate(invalid="ignore"):
        on = np.flatnonzero((at >= 0.0) & (at <= 1.0) & (y + np.arange(len(at)) < cells.height))
    columns = x + np.minimum((at[on] * width).astype(np.int64), width - 1)
    rows = y + on
    full = cells.codes[rows, columns] == FULL_BLOCK
    cells.background[rows[full], columns[full]] = cells.foreground[rows[full], columns[full]]
    cells.codes[rows, columns] = ord(glyph)
    cells.foreground[rows, columns] = upon(palette, cells.background[rows, columns])
    cells.attributes[rows, columns] |= np.uint32(BOLD)


def legend(expected: Expected, shown: Marks) -> str:
    """What the marks are, or what is under way, for the pane's border; empty where there is nothing to say."""
    parts = [f"{PREDICTED} theory"] if shown.predicted is not None else []
    if shown.quartiles is not None:
        parts.append(f"{LOWER}{MEDIAN}{UPPER} {shown.networks} seeds")
    elif expected.done is not None:
        parts.append(f"seeds {expected.done}…")
    elif parts:
        parts.append(f"{key_of('seeds', 'gradient')} seeds")
    if shown.rival is not None:
        parts.append(f"{shown.letter} other network")
    if expected.failure:
        parts.append(expected.failure)
    return "".join(f" · {part}" for part in parts)
