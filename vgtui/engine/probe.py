"""A second simulation on the same timeline, for the analysis to drive about: the first one stays as it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from msgspec.structs import replace

from vgtui.engine.batches import Batches
from vgtui.engine.operations.places import TRAINING
from vgtui.engine.record import StepRecord
from vgtui.engine.signals import Signal, read_signals
from vgtui.engine.simulation import Simulation
from vgtui.engine.table import FEATURES, TARGETS, WORKSPACE


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """One update, and what became of the loss of the very batch that it was made for.

    record      as `Simulation.step` gives it; its loss is that of the batch before the update
    loss_after  of the same batch, with the same batch statistics and the same masks of dropout, after it
    """

    record: StepRecord
    loss_after: float


class Probe(Simulation):
    """A copy of a simulation: same scenario, data, state and timeline, and a memory of its own."""

    @classmethod
    def of(cls, sim: Simulation) -> Self:
        """A probe where `sim` is. Whatever is done to it leaves `sim` bit-identical."""
        self = cls.__new__(cls)
        vars(self).update(vars(sim))
        self._batches = Batches(sim.scenario.seed, sim._batches.samples, sim._batches.batch_size)
        self._network = sim._network.copy()
        self._watcher = None
        self._history = sim._history.copy()
        place = next(k for k, segment in enumerate(sim._history.segments) if segment is sim._segment)
        self._segment = self._history.segments[place]
        return self

    @property
    def segment_start(self) -> int:
        """The step at which the scenario in force took over."""
        return self._segment.start

    def rewind(self, step: int) -> int:
        """Go to the last kept state at or before `step`, for which nothing is replayed; the step that it is of."""
        segment = self._history.at(step)
        kept = max(k for k in segment.keyframes if k <= step)
        self._enter(segment, segment.keyframes[kept], kept)
        return kept

    def widened(self, rows: int) -> Probe:
        """A probe of the same state whose batches hold `rows` samples, or all where there are fewer."""
        wide = Probe.of(self)
        wide.apply(replace(self.scenario, training=replace(self.scenario.training, batch_size=rows)))
        return wide

    def signals(self) -> tuple[Signal, ...]:
        """What every operation of the latest pass made, input to output; measures first if there was no pass."""
        return read_signals(self._network, self._pass())

    def checked_step(self) -> CheckedStep:
        """Make one update, and see what it did to the loss of its own batch."""
        record = self.step()
        memory, program = self._network.memory, self._network.program
        inputs = memory.tensor(WORKSPACE, 0, self._rows, int(program.header[FEATURES]))
        targets = memory.view(TARGETS)[: self._rows * program.outputs].reshape(self._rows, -1)
        again = self._network.copy()
        batch = inputs.astype(np.float64), targets.astype(np.float64)
        loss = again.forward(*batch, step=self._step - 1, flags=TRAINING)
        return CheckedStep(record, loss)
