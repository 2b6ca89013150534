"""What is measured along the depth of a network, and when a layer counts as vanishing, exploding or dead."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import Scale
from vgtui.tui.drawing.fold import Run
from vgtui.tui.drawing.numbers import from_log10, percent

if TYPE_CHECKING:
    from vgtui.engine.record import StepRecord

VANISHING_DECADES = 3.0
"""A layer's gradient vanishes when its norm is this many decades below the last layer's."""

EXPLODING_DECADES = 3.0
"""It explodes when its norm is this many decades above the last layer's ..."""

EXPLODING_LOG10 = 2.0
"""... or above 10 to this, whatever the others are, or infinite."""


class State(IntEnum):
    """How a layer's gradient is, from the least to the most serious: a run of layers is as its worst."""

    HEALTHY = 0
    VANISHING = 1
    ZERO = 2
    DEAD = 3
    EXPLODING = 4
    NAN = 5


STATES = tuple(State)
GLYPHS = {
    State.HEALTHY: "",
    State.VANISHING: "▼",
    State.ZERO: "∅",
    State.DEAD: "∅",
    State.EXPLODING: "▲",
    State.NAN: "nan",
}
WORDS = {
    State.HEALTHY: "",
    State.VANISHING: "▼ vanishing",
    State.ZERO: "∅ zero",
    State.DEAD: "∅ dead",
    State.EXPLODING: "▲ exploding",
    State.NAN: "nan",
}


class Measure(Struct, frozen=True):
    """One measure that the bars can show.

    column  of the record; logarithm: whether its log10 is still to be taken
    weights whether it is of the weights, which not every layer has
    title   in words; symbol: the heading over its numbers
    """

    column: str
    title: str
    symbol: str
    scale: Scale
    logarithm: bool = False
    weights: bool = False

    def absent(self, record: StepRecord) -> np.ndarray:
        """Whether a layer has nothing of the kind, (layers,) bool."""
        return weightless(record) & self.weights

    def values(self, record: StepRecord) -> np.ndarray:
        """One value a layer, on the scale."""
        values = record.column(self.column)
        if not self.logarithm:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log10(values)

    def written(self, value: float) -> str:
        """A value of the scale, as a number."""
        return from_log10(value) if self.scale.decades else percent(value)


MEASURES: tuple[Measure, ...] = (
    Measure("weight_grad_log10", "weight gradient", "‖dL/dW‖", Scale(-12.0, 2.0, 2.0), weights=True),
    Measure("delta_log10", "delta", "‖dL/dz‖", Scale(-12.0, 2.0, 2.0)),
    Measure("update_ratio", "update ratio", "‖ΔW‖/‖W‖", Scale(-12.0, 2.0, 2.0), logarithm=True, weights=True),
    Measure("saturated", "saturation", "saturated", Scale(0.0, 1.0, 0.25, decades=False)),
)

THROUGH_TIME = len(MEASURES)
"""The measure after those of the depth: of a recurrent layer, its gradient at every time step."""


def offered(record: StepRecord | None) -> tuple[str, ...]:
    """The titles of the measures that a record has, in the order of MEASURES, THROUGH_TIME last."""
    titles = tuple(measure.title for measure in MEASURES)
    return (*titles, "gradient through time") if record is not None and record.times else titles


def weightless(record: StepRecord) -> np.ndarray:
    """Whether a layer has no weights, (layers,) bool."""
    found = np.zeros(len(record.names), bool)
    found[list(record.weightless)] = True
    return found


def states(record: StepRecord) -> np.ndarray:
    """The State of each layer, (layers,) int64, judged by its weight gradient and its units."""
    gradient = record.column("weight_grad_log10")
    judged = graded(gradient)
    judged[np.isnan(gradient) & weightless(record)] = State.HEALTHY
    judged[(record.column("dead") >= 1.0) & (judged < State.DEAD)] = State.DEAD
    return judged


def graded(gradient: np.ndarray) -> np.ndarray:
    """The State of each log10 norm against the last of them, (norms,) int64."""
    reference = gradient[-1]
    with np.errstate(invalid="ignore"):
        vanishing = (gradient <= reference - VANISHING_DECADES) & np.isfinite(reference)
        exploding = gradient >= EXPLODING_LOG10
        exploding |= (gradient >= reference + EXPLODING_DECADES) & np.isfinite(reference)
    judged = np.zeros(len(gradient), np.int64)
    judged[vanishing] = State.VANISHING
    judged[np.isneginf(gradient)] = State.ZERO
    judged[exploding] = State.EXPLODING
    judged[np.isnan(gradient)] = State.NAN
    return judged


def worst(judged: np.ndarray, runs: tuple[Run, ...]) -> list[State]:
    """The most serious state in each run."""
    if not runs:
        return []
    starts = [start for start, _ in runs]
    return [STATES[state] for state in np.maximum.reduceat(judged[: runs[-1][1]], starts).tolist()]


def ratios(values: np.ndarray, runs: tuple[Run, ...], absent: np.ndarray | None = None) -> np.ndarray:
    """log10 of each run's mean factor to the next layer; nan for the last layer alone.

    Layers that are `absent` hand on the value of the next: the factor of the one before leads across them.
    """
    values = np.array(values, np.float64)
    for place in () if absent is None else np.flatnonzero(absent[:-1])[::-1]:
        values[place] = values[place + 1]
    factors = np.full(len(values), np.nan)
    with np.errstate(invalid="ignore"):
        factors[:-1] = values[:-1] - values[1:]
        if len(runs) == len(values):
            return factors
        known = [factors[start : min(stop, len(values) - 1)] for start, stop in runs]
        return np.array([float(one.mean()) if one.size else np.nan for one in known])
