"""One network in every precision side by side: where each format loses the gradient, and what loss scaling saves.

float16 and bfloat16 are trained as mixed precision is (Micikevicius et al. 2018): activations, deltas, gradients of
weights and the weights that products read are rounded to the format; the weights that learn and the optimiser's
memory are float32.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from vgtui.engine.record import StepRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_values
from vgtui.scenario.model import Precision, Scenario

FORMATS: tuple[tuple[Precision, float | str], ...] = (
    *((precision, 1.0) for precision in get_args(Precision)),
    ("float16", "dynamic"),
)
"""The precisions that are compared, each with its loss scale."""


@dataclass(frozen=True, slots=True)
class PrecisionFlow:
    """One network in one precision.

    precision           float64, float32, float16 or bfloat16
    loss_scale          1.0, or "dynamic"; scale_now: what the loss was multiplied by in the pass that was measured
    loss                of that pass's batch
    skipped             updates that a dynamic loss scale left out
    weight_grad_log10   (layers,) log10 |dL/dW|, of dynamic scaling divided by the scale; -inf where all is lost, nan
                        for a layer without weights. In float64 and float32 true below their range too
    zero_gradient       (layers,) fraction of the entries of dL/dW that are exactly 0 to the optimiser
    underflows_at       the first layer, counted from the output back, that lost entries which are not 0; None: none
    """

    precision: str
    loss_scale: float | str
    scale_now: float
    loss: float
    skipped: int
    weight_grad_log10: np.ndarray[Any, np.dtype[np.float64]]
    zero_gradient: np.ndarray[Any, np.dtype[np.float64]]
    underflows_at: int | None


@dataclass(frozen=True, slots=True)
class PrecisionComparison:
    """A network under FORMATS. names: of the layers; steps: updates that each made before it was measured.

    flows: one for each of FORMATS, float64 first.
    """

    names: tuple[str, ...]
    steps: int
    flows: tuple[PrecisionFlow, ...]


def compare_precisions(subject: Scenario | Simulation, steps: int = 0) -> PrecisionComparison:
    """Train and measure the same network in every precision, from the same weights.

    Of a Scenario they are the drawn ones, of a Simulation those that it has now. Each precision makes `steps`
    updates by itself and is then measured on its next batch; the subject is left as it is.
    Raises ValueError for less than 0 steps.
    """
    if steps < 0:
        raise ValueError(f"steps must be at least 0, not {steps}")
    scenario = subject.scenario if isinstance(subject, Simulation) else subject
    parameters = subject.parameters if isinstance(subject, Simulation) else None
    records = []
    for precision, scale in FORMATS:
        chosen = set_values(scenario, [("precision", precision), ("training.loss_scale", scale)])
        sim = Simulation(chosen, subject.folder if isinstance(subject, Simulation) else None)
        if parameters is not None:
            sim.set_parameters(parameters)
        if steps:
            sim.step(steps)
        records.append(sim.measure())
    flows = (
        _flow(precision, scale, record, records[0])
        for (precision, scale), record in zip(FORMATS, records, strict=True)
    )
    return PrecisionComparison(records[0].names, steps, tuple(flows))


def _flow(precision: str, scale: float | str, record: StepRecord, truth: StepRecord) -> PrecisionFlow:
    return PrecisionFlow(
        precision=precision,
        loss_scale=scale,
        scale_now=record.loss_scale,
        loss=record.loss,
        skipped=record.skipped,
        weight_grad_log10=record.column("weight_grad_log10"),
        zero_gradient=record.column("zero_gradient"),
        underflows_at=_underflow(record, truth),
    )


def _underflow(record: StepRecord, truth: StepRecord) -> int | None:
    """The last layer with more zeros than float64 has, or with nothing left of a gradient that there is."""
    zeros, true_zeros = record.column("zero_gradient"), truth.column("zero_gradient")
    exists = truth.column("weight_grad_log10") > -math.inf
    lost = np.flatnonzero((zeros > true_zeros) | ((zeros == 1.0) & exists))
    return int(lost[-1]) if lost.size else None
