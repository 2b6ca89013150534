"""One entry of a weight: its gradient sample by sample, and the update that the optimiser made of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.analysis.chain_rule import check_weight, penalty_slope
from vgtui.engine.kernels import optimizers
from vgtui.engine.simulation import Simulation
from vgtui.engine.table import FIRST_MOMENT, GRADIENTS, PARAMETERS, PREVIOUS, SECOND_MOMENT, SETTINGS
from vgtui.scenario.model import Training


@dataclass(frozen=True, slots=True, eq=False)
class WeightEntry:
    """The weight that layer `layer` has from input `column` to output `row`, in the latest pass and after it.

    before         its value in that pass; now: its value after it, the same where the pass was a measurement
    gradient       dL/d(weight) of the mean loss of the batch, before clipping
    contributions  (samples,) what each sample of the batch has to say of it, times 2**-exponent; their sum and
                   `penalty` are the gradient
    penalty        what `training.l1` and `training.l2` add
    given          the gradient as the optimiser is given it: clipped, with coupled weight decay
    first, second  the optimiser's memories of it, after the update
    rate           learning rate of the update; bias1, bias2: 1 - beta^count of Adam
    updated        whether there was an update
    """

    layer: int
    row: int
    column: int
    before: float
    now: float
    gradient: float
    contributions: np.ndarray
    exponent: int
    penalty: float
    given: float
    first: float
    second: float
    rate: float
    bias1: float
    bias2: float
    training: Training
    updated: bool

    @property
    def place(self) -> tuple[int, int, int]:
        """(layer, row, column)."""
        return self.layer, self.row, self.column


def weight_entry(sim: Simulation, layer: int, row: int, column: int) -> WeightEntry:
    """One weight of the latest pass. Raises ValueError for one that is not there."""
    check_weight(sim, layer, row, column)
    pushed = sim.push(layer, row, column)
    record = sim.record
    network = sim.network
    place = network.program.place_of(layer, row, column)
    before, now, gradient, first, second = (
        float(network.memory.view(part)[place])
        for part in (PREVIOUS, PARAMETERS, GRADIENTS, FIRST_MOMENT, SECOND_MOMENT)
    )
    settings = network.memory.view(SETTINGS)
    training = sim.scenario.training
    sent = pushed.slope * pushed.signal if pushed.seed.any() else np.zeros_like(pushed.slope)
    return WeightEntry(
        layer=layer,
        row=row,
        column=column,
        before=before,
        now=now,
        gradient=gradient,
        contributions=sent.sum(axis=1),
        exponent=pushed.exponent,
        penalty=penalty_slope(training, before),
        given=_given(settings, training, gradient, before),
        first=first,
        second=second,
        rate=float(settings[optimizers.RATE]),
        bias1=float(settings[optimizers.BIAS1]),
        bias2=float(settings[optimizers.BIAS2]),
        training=training,
        updated=record is not None and not np.isnan(record.layers[layer].update_ratio),
    )


def _given(settings: np.ndarray, training: Training, gradient: float, weight: float) -> float:
    """As `optimizers.effective_gradient` has it, noise left out."""
    limit = float(settings[optimizers.CLIP_VALUE])
    clipped = min(limit, max(-limit, gradient * float(settings[optimizers.CLIP_SCALE])))
    coupled = training.decay if training.optimizer != "adamw" else 0.0
    return clipped + coupled * weight
