"""A program with its memory: named parameters in and out, the initial draw, and what survives an edit."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher

import numpy as np

from vgtui.data import allowance
from vgtui.engine import machine
from vgtui.engine.compiler import Shape
from vgtui.engine.history import Snapshot, kept
from vgtui.engine.kernels import optimizers
from vgtui.engine.layers import initial, origin
from vgtui.engine.memory import Memory, needed_bytes
from vgtui.engine.operations.places import BATCH_STATISTICS
from vgtui.engine.program import compile_program
from vgtui.engine.stages import AFTER_NORM
from vgtui.engine.table import (
    ACCURACY,
    DST,
    EXPONENT,
    FIRST_MOMENT,
    INTERVAL,
    LAYER,
    OUTPUT_TENSOR,
    PARAMETERS,
    PLACES,
    RUNNING,
    RUNNING_STATISTICS,
    SCALING,
    SCALING_STATE,
    SCALING_WIDTH,
    SECOND_MOMENT,
    SETTINGS,
    SKIPPED,
    STAGE,
    SUMMARY,
    WIDTH_OUT,
    WORKSPACE,
)
from vgtui.scenario.model import Layer, Pool, Scenario, Training


class Network:
    """A compiled network and its state. Knows nothing of data, time or schedules."""

    def __init__(self, scenario: Scenario, shape: Shape, capacity: int) -> None:
        self.scenario = scenario
        self.layers: tuple[Layer, ...] = tuple(layer for _, layer in scenario.expanded())
        allowance.check_network([layer.width for layer in self.layers if not isinstance(layer, Pool)])
        self.program = compile_program(scenario, shape)
        allowance.check_memory(needed_bytes(self.program, capacity), "the network", "layers")
        self.memory = Memory(self.program, capacity)
        self.memory.view(SETTINGS)[:] = optimizer_settings(scenario.training)
        self.scaling[:] = loss_scaling(scenario.training)
        self.initial = np.zeros(self.program.parameter_count)

    @property
    def scaling(self) -> np.ndarray:
        """The loss scaling: (SCALING_WIDTH,) float64, see table."""
        return self.memory.view(SCALING)

    @property
    def skipped(self) -> int:
        """Updates that loss scaling left out so far."""
        return int(self.scaling[SKIPPED])

    # -- parameters by name -------------------------------------------------------------------------------

    def read(self, part: int) -> dict[str, np.ndarray]:
        """A part of the memory (PARAMETERS, GRADIENTS ...) under the parameters' public names: float64 copies."""
        flat = self.memory.view(part).astype(np.float64)
        return {parameter.name: parameter.unpack(flat) for parameter in self.program.parameters}

    def write(self, part: int, values: dict[str, np.ndarray]) -> None:
        """Write named arrays into a part of the memory; names that the network does not have are left out."""
        flat = self.memory.view(part)
        for parameter in self.program.parameters:
            if parameter.name in values:
                parameter.pack(values[parameter.name], flat)

    # -- the beginning ------------------------------------------------------------------------------------

    def draw(self, first_batch: np.ndarray) -> None:
        """Draw every parameter anew. `first_batch` (rows, features) is what LSUV scales its layers on."""
        self.write(PARAMETERS, self.drawn_values())
        self.memory.view(FIRST_MOMENT)[:] = 0.0
        self.memory.view(SECOND_MOMENT)[:] = 0.0
        self._reset_running()
        self._scale_lsuv(first_batch)
        self.initial = self.memory.view(PARAMETERS).astype(np.float64)

    def drawn_values(self) -> dict[str, np.ndarray]:
        """What every initialiser draws, by name; LSUV's layers not yet scaled."""
        seed = self.scenario.seed
        return {
            p.name: initial(self.layers[p.layer], p.layer, p.name.split(".")[1], p.shape, seed)
            for p in self.program.parameters
        }

    def _reset_running(self) -> None:
        running = self.memory.view(RUNNING_STATISTICS)
        for start, width in _running_places(self).values():
            running[start : start + width] = 0.0
            running[start + width : start + 2 * width] = 1.0

    def _scale_lsuv(self, batch: np.ndarray) -> None:
        """Layer by layer from the input, scale the weight so that weight @ x has variance gain^2 on the batch.

        Mishkin & Matas 2016: orthonormal first, then unit variance. A weight that makes nothing of the batch is
        left alone; the bias, of which theirs has none at the start, stands aside.
        """
        parameters = self.memory.view(PARAMETERS)
        targets = np.zeros((len(batch), self.program.outputs))
        for number, layer in enumerate(self.layers):
            if isinstance(layer, Pool) or layer.init != "lsuv":
                continue
            index = self.program.weight_instruction(number)
            row = self.program.instructions[index]
            weight, bias = (
                parameters[p.offset : p.offset + p.count]
                for p in self.program.parameters
                if p.name in (f"{number}.weight", f"{number}.bias")
            )
            self.forward(batch, targets, flags=BATCH_STATISTICS, last=index + 1)
            made = self.memory.tensor(WORKSPACE, int(row[DST]), len(batch), int(row[WIDTH_OUT]))
            made = made.reshape(-1, bias.size) - bias
            spread = float(made.std())
            if 0.0 < spread < math.inf:
                weight *= abs(layer.gain) / spread

    # -- running ------------------------------------------------------------------------------------------

    def run(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        order: np.ndarray,
        batches: np.ndarray,
        rates: np.ndarray,
        *,
        first_step: int = 0,
        first_count: int = 1,
        flags: int = 0,
        last: int | None = None,
        stops: Iterable[int] = (),
        pause: Callable[[int, float], object] = lambda done, loss: None,
    ) -> np.ndarray:
        """machine.run over the whole program, or its instructions before `last`: the loss of every batch.

        After as many batches as each of `stops` says, `pause` is told how many and the loss of the latest.
        """
        losses, span = np.empty(len(rates)), np.zeros(2, np.int64)
        run = machine.run.bound(
            self.program.instructions,
            self.program.fleeting,
            self.program.links,
            self.memory.header,
            self.memory.arena,
            inputs,
            targets,
            order,
            batches,
            rates,
            span,
            first_step,
            first_count,
            flags,
            0,
            len(self.program.instructions) if last is None else last,
            losses,
        )
        for stop in stops:
            span[:] = span[1], stop
            run()
            pause(stop, float(losses[stop - 1]))
        span[:] = span[1], len(rates)
        run()
        return losses

    def forward(
        self,
        inputs: np.ndarray,
        targets: np.ndarray,
        *,
        step: int = 0,
        flags: int = 0,
        last: int | None = None,
    ) -> float:
        """One pass over samples that fit the memory, as after `step` updates: their mean loss."""
        batch = np.array([[0, len(inputs)]])
        losses = self.run(
            inputs,
            targets,
            np.arange(len(inputs)),
            batch,
            np.zeros(1),
            first_step=step,
            flags=flags,
            last=last,
        )
        return float(losses[0])

    def answer(
        self, inputs: np.ndarray, targets: np.ndarray | None = None
    ) -> tuple[np.ndarray, float, float]:
        """Inference mode, chunk by chunk: (outputs (samples, units), mean loss, fraction right)."""
        wanted = np.zeros((len(inputs), self.program.outputs)) if targets is None else targets
        out = np.empty((len(inputs), self.program.outputs))
        loss = right = 0.0
        for start in range(0, len(inputs), self.memory.capacity):
            chunk = inputs[start : start + self.memory.capacity]
            rows = len(chunk)
            loss += rows * self.forward(chunk, wanted[start : start + rows])
            right += rows * float(self.memory.view(SUMMARY)[ACCURACY])
            column = int(self.program.header[OUTPUT_TENSOR])
            out[start : start + rows] = self.memory.tensor(WORKSPACE, column, rows, self.program.outputs)
        count = max(len(inputs), 1)
        return out, loss / count, right / count

    # -- state --------------------------------------------------------------------------------------------

    def copy(self) -> Network:
        """The same network and state in a memory of its own; what never changes is shared."""
        other = copy.copy(self)
        other.memory = Memory(self.program, self.memory.capacity)
        other.memory.arena[:] = self.memory.arena
        return other

    def snapshot(self, moments_from: int) -> Snapshot:
        """A copy of the state."""
        memory = self.memory
        return Snapshot(
            parameters=kept(memory.view(PARAMETERS)),
            moments=kept(memory.view(FIRST_MOMENT), memory.view(SECOND_MOMENT)),
            running=kept(memory.view(RUNNING_STATISTICS)),
            scaling=kept(self.scaling[:SCALING_STATE]),
            moments_from=moments_from,
        )

    def restore(self, snapshot: Snapshot) -> None:
        """Take a state over, bit for bit."""
        memory = self.memory
        memory.view(PARAMETERS)[:] = snapshot.parameters
        memory.view(FIRST_MOMENT)[:] = snapshot.moments[0]
        memory.view(SECOND_MOMENT)[:] = snapshot.moments[1]
        memory.view(RUNNING_STATISTICS)[:] = snapshot.running
        self.scaling[:SCALING_STATE] = snapshot.scaling

    def follow(self, other: Network) -> None:
        """Take over what inference reads of another memory of the same network."""
        for part in (PARAMETERS, RUNNING_STATISTICS):
            self.memory.view(part)[:] = other.memory.view(part)

    def inherit(self, old: Network, *, keep_moments: bool) -> None:
        """Take over from `old` every parameter whose layer and shape still fit, its moments and running statistics.

        A layer whose initialisation was edited keeps what is newly drawn: otherwise the edit would do nothing.
        """
        matched = match_layers(old.layers, self.layers)
        old_parameters = {p.name: p for p in old.program.parameters}
        for parameter in self.program.parameters:
            source = matched.get(parameter.layer, -1)
            kind = parameter.name.split(".")[1]
            before = old_parameters.get(f"{source}.{kind}")
            if before is None or (before.shape, before.unfolded) != (parameter.shape, parameter.unfolded):
                continue
            if origin(old.layers[source], kind) != origin(self.layers[parameter.layer], kind):
                continue
            here = slice(parameter.offset, parameter.offset + parameter.count)
            there = slice(before.offset, before.offset + before.count)
            self.initial[here] = old.initial[there]
            parts = (PARAMETERS, FIRST_MOMENT, SECOND_MOMENT) if keep_moments else (PARAMETERS,)
            for part in parts:
                self.memory.view(part)[here] = old.memory.view(part)[there]
        self._inherit_running(old, matched)
        self.scaling[SKIPPED] = old.scaling[SKIPPED]
        if self.scenario.training.loss_scale == old.scenario.training.loss_scale:
            self.scaling[:SCALING_STATE] = old.scaling[:SCALING_STATE]

    def _inherit_running(self, old: Network, matched: dict[int, int]) -> None:
        theirs = _running_places(old)
        for number, (start, width) in _running_places(self).items():
            source = theirs.get(matched.get(number, -1))
            if source is not None and source[1] == width:
                span = old.memory.view(RUNNING_STATISTICS)[source[0] : source[0] + 2 * width]
                self.memory.view(RUNNING_STATISTICS)[start : start + 2 * width] = span


def match_layers(old: tuple[Layer, ...], new: tuple[Layer, ...]) -> dict[int, int]:
    """For every layer of `new` the layer of `old` it comes from: layers of the same width align, then by place."""
    before = [(type(layer), layer.width) for layer in old]
    after = [(type(layer), layer.width) for layer in new]
    if len(before) == len(after):
        return {number: number for number in range(len(after))}
    matched: dict[int, int] = {}
    for tag, i, i_end, j, j_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag in ("equal", "replace"):
            matched.update(zip(range(j, j_end), range(i, i_end), strict=False))
    return matched


def _running_places(network: Network) -> dict[int, tuple[int, int]]:
    """Layer -> (offset, width) of its running statistics."""
    return {
        int(row[LAYER]): (int(row[RUNNING]), int(row[WIDTH_OUT] // row[PLACES]))
        for row in network.program.instructions
        if row[STAGE] == AFTER_NORM and row[RUNNING] >= 0
    }


def loss_scaling(training: Training) -> np.ndarray:
    """How loss scaling begins: (SCALING_WIDTH,) float64, see table."""
    scaling = np.zeros(SCALING_WIDTH)
    scaling[EXPONENT] = math.log2(training.first_scale)
    scaling[INTERVAL] = training.growth_interval if training.loss_scale == "dynamic" else 0
    return scaling


def optimizer_settings(training: Training) -> np.ndarray:
    """The optimiser's settings as its kernels take them: (optimizers.SETTINGS_WIDTH,) float64."""
    settings = np.zeros(optimizers.SETTINGS_WIDTH)
    values = {
        optimizers.MOMENTUM: training.momentum,
        optimizers.NESTEROV: float(training.nesterov),
        optimizers.BETA1: training.beta1,
        optimizers.BETA2: training.beta2,
        optimizers.RHO: training.rho,
        optimizers.EPSILON: training.stability,
        optimizers.DECAY: training.decay,
        optimizers.CLIP_NORM: training.clip_norm or math.inf,
        optimizers.CLIP_VALUE: training.clip_value or math.inf,
        optimizers.L1: training.l1,
        optimizers.L2: training.l2,
        optimizers.NOISE: training.gradient_noise,
    }
    for entry, value in values.items():
        settings[entry] = value
    return settings
