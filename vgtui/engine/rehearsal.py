"""The next update, rehearsed in a memory of its own: what it would do and what the loss would be, without doing it."""

from __future__ import annotations

import numpy as np

from vgtui.engine import machine
from vgtui.engine.network import Network
from vgtui.engine.operations.places import BACKWARD, LEARN, TRAINING
from vgtui.engine.table import GRADIENTS, PARAMETERS

LEARNING = TRAINING | BACKWARD | LEARN


class Rehearsal:
    """The next update from the state that `network` is in, whose memory is this rehearsal's own.

    inputs (rows, features), targets (rows, outputs): the batch, in the engine's order; rates (1,): the learning
    rate; step: updates done; count: the number of the update, from 1, since the optimiser's memories were empty.
    """

    def __init__(
        self,
        network: Network,
        inputs: np.ndarray,
        targets: np.ndarray,
        rates: np.ndarray,
        step: int,
        count: int,
    ) -> None:
        self._network, self._state = network, network.snapshot(0)
        self._inputs, self._targets, self._rates = inputs, targets, rates
        self._step, self._count = step, count

    def update(self, layer: int, row: int, column: int) -> tuple[float, float, float]:
        """One weight: (its value now, dL/d(weight) of the batch before clipping, its value after the update)."""
        place = self._network.program.place_of(layer, row, column)
        self._run(self._state.parameters, LEARNING)
        memory = self._network.memory
        before = float(self._state.parameters[place])
        return before, float(memory.view(GRADIENTS)[place]), float(memory.view(PARAMETERS)[place])

    def losses(self, layer: int, row: int, column: int, values: np.ndarray) -> np.ndarray:
        """The batch's loss with one weight at each of `values` (n,) and all else as it is: (n,)."""
        self._run(self._state.parameters, TRAINING)
        losses = np.empty(len(values))
        program, memory = self._network.program, self._network.memory
        place = self._network.program.place_of(layer, row, column)
        rows, given = len(self._inputs), np.ascontiguousarray(values, np.float64)
        machine.sweep(program.instructions, memory.header, memory.arena, rows, place, given, TRAINING, losses)
        return losses

    def initial_loss(self) -> float:
        """The batch's loss with every parameter as it was first drawn."""
        return self._run(self._network.initial, TRAINING)

    def _run(self, parameters: np.ndarray, flags: int) -> float:
        self._network.restore(self._state)
        self._network.memory.view(PARAMETERS)[:] = parameters
        rows = len(self._inputs)
        losses = self._network.run(
            self._inputs,
            self._targets,
            np.arange(rows),
            np.array([[0, rows]]),
            self._rates,
            first_step=self._step,
            first_count=self._count,
            flags=flags,
        )
        return float(losses[0])
