"""What can be read of a simulation: properties that change nothing but, where there was none, the latest pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from vgtui import data
from vgtui.engine.batches import Batches
from vgtui.engine.door import Door
from vgtui.engine.history import Branch, History, Segment
from vgtui.engine.memory import needed_bytes
from vgtui.engine.network import Network
from vgtui.engine.program import Program
from vgtui.engine.record import StepRecord
from vgtui.engine.table import FEATURES, GRADIENTS, PARAMETERS, PREVIOUS, TARGETS, WORKSPACE
from vgtui.scenario.model import Scenario


class Views:
    """A simulation as it is looked at. `Simulation` makes and moves what is named here."""

    _folder: Path | None
    _dataset: data.Dataset
    _targets: tuple[np.ndarray, np.ndarray]
    _batches: Batches
    _door: Door
    _network: Network
    _history: History
    _segment: Segment
    _step: int
    _record: StepRecord | None
    _rows: int

    def measure(self) -> StepRecord:
        """Forward and backward on the next batch, without an update: changes nothing but the latest pass."""
        raise NotImplementedError

    @property
    def scenario(self) -> Scenario:
        """The scenario now in force."""
        return self._segment.scenario

    @property
    def folder(self) -> Path | None:
        """Where a relative `data.file` is looked for; None for the folder that the program runs in."""
        return self._folder

    @property
    def dataset(self) -> data.Dataset:
        """The data, before its classes were made numbers."""
        return self._dataset

    @property
    def step_index(self) -> int:
        """Updates done."""
        return self._step

    @property
    def last_step(self) -> int:
        """The furthest step of this branch: above `step_index` after going back."""
        return self._history.last_step

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Every course that the run took and that is still held, in the order in which they began."""
        return self._history.branches

    @property
    def branch(self) -> int:
        """The number of the branch that it is on."""
        return self._history.present.number

    @property
    def epoch(self) -> float:
        """Passes over the training data."""
        return self._epoch_at(self._step)

    @property
    def updates_per_epoch(self) -> int:
        """Updates in one pass over the training data."""
        return self._batches.per_epoch

    @property
    def record(self) -> StepRecord | None:
        """What the latest pass measured; None before the first one, and right after an edit."""
        return self._record

    @property
    def memory_bytes(self) -> int:
        """What the network and its data take; what is kept for going back comes beside it, within its budget."""
        samples = self._dataset.train_inputs.nbytes + self._dataset.test_inputs.nbytes
        return needed_bytes(self._network.program, self._network.memory.capacity) + samples

    @property
    def program(self) -> Program:
        """The compiled network: what is stored where."""
        return self._network.program

    @property
    def weight_shapes(self) -> tuple[tuple[int, int], ...]:
        """(out, in) of every layer's weight, a convolution's over (in, kernel, kernel); (0, 0) without one."""
        return self._network.program.weight_shapes

    def weight_matrix(self, layer: int, values: Mapping[str, np.ndarray]) -> np.ndarray:
        """(out, in) of one layer's weight, out of arrays named as `parameters`; of several, side by side."""
        parts = [values[p.name] for p in self._network.program.weights(layer)]
        matrices = [part.reshape(len(part), -1) for part in parts]
        return matrices[0] if len(matrices) == 1 else np.concatenate(matrices, axis=1)

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """Every parameter by name ("0.weight" (out, in), "0.bias" ...): copies.

        A convolution's weight is (out, in, height, width). A dense layer after an image takes it flattened as
        PyTorch flattens it, (channels, height, width).
        """
        return self._network.read(PARAMETERS)

    @property
    def initial_parameters(self) -> dict[str, np.ndarray]:
        """The parameters as they were first drawn."""
        return {p.name: p.unpack(self._network.initial) for p in self._network.program.parameters}

    @property
    def stored_parameters(self) -> tuple[np.ndarray, np.ndarray]:
        """(as first drawn, now) (parameters,) float64: all of them as the program stores them. Not to be written."""
        return self._network.initial, np.asarray(self._network.memory.view(PARAMETERS), np.float64)

    @property
    def gradients(self) -> dict[str, np.ndarray]:
        """Gradients of the latest pass's loss, before clipping and noise; measures first if there was no pass.

        The loss is the mean over the batch with the penalties of `training.l1` and `training.l2`.
        """
        self._pass()
        return self._network.read(GRADIENTS)

    @property
    def batch(self) -> tuple[np.ndarray, np.ndarray]:
        """(inputs (rows, features), targets (rows, units)) of the latest pass; measures first if there was none."""
        rows = self._pass()
        program, memory = self._network.program, self._network.memory
        features = int(program.header[FEATURES])
        inputs = memory.tensor(WORKSPACE, 0, rows, features).astype(np.float64)
        targets = memory.view(TARGETS)[: rows * program.outputs].reshape(rows, -1)
        return self._door.outward(inputs), targets.astype(np.float64)

    @property
    def train_data(self) -> tuple[np.ndarray, np.ndarray]:
        """(inputs (n, features), targets (n, units)) that are learned from. Classes are 0/1 or one-hot.

        Images are flattened with their channels first, (channels, height, width), however a file has them; so are
        those of `batch`, and those that `predict` takes.
        """
        return self._dataset.train_inputs, self._targets[0]

    @property
    def test_data(self) -> tuple[np.ndarray, np.ndarray]:
        """(inputs, targets) held back; may be empty."""
        return self._dataset.test_inputs, self._targets[1]

    @property
    def network(self) -> Network:
        """The compiled network with all that the latest pass left in it, to be read; measures first if needed."""
        self._pass()
        return self._network

    @property
    def batch_rows(self) -> int:
        """Rows of the latest pass's batch; measures first if there was no pass."""
        return self._pass()

    @property
    def layer_names(self) -> tuple[str, ...]:
        """A name for each layer, as in the records."""
        return self._network.program.names

    @property
    def previous_parameters(self) -> dict[str, np.ndarray]:
        """The parameters of the latest pass, before its update; measures first if there was no pass."""
        self._pass()
        return self._network.read(PREVIOUS)

    def _epoch_at(self, step: int) -> float:
        segment = self._segment
        return segment.base_epoch + (step - segment.base_step) / self._batches.per_epoch

    def _pass(self) -> int:
        """Rows of the latest pass, after measuring one if there was none."""
        if not self._rows:
            self.measure()
        return self._rows
