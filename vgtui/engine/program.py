"""Layers -> a flat table of integer instructions and a plan of the memory they work in.

A network is a list of tensors (its input first) and instructions that each read one tensor and write the next.
Tensors are (batch, width), sample-major; offsets are counted in columns, so that one program serves any batch
size: column offset * batch capacity is the place in the workspace.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vgtui.engine import machine
from vgtui.engine.compiler import FACES, Compiler, Parameter, Shape
from vgtui.engine.faces import Face, fetch
from vgtui.engine.kernels.losses import LOGITS as LOGIT_LOSSES
from vgtui.engine.kernels.losses import LOSSES
from vgtui.engine.kernels.products import PRODUCT
from vgtui.engine.layers import describe, lower
from vgtui.engine.operations import loss, update
from vgtui.engine.stages import AFTER_LAYER, AFTER_WEIGHT
from vgtui.engine.streams import DROPOUT, NOISE, counted
from vgtui.engine.table import (
    ACCUMULATE,
    BFLOAT16,
    COUPLED,
    D_DST,
    D_OTHER,
    D_SRC,
    DROPOUT_KEY,
    DST,
    ENDS_LAYER,
    FEATURES,
    FLOAT16,
    FORMAT,
    FULL,
    FUSED,
    HEADER_WIDTH,
    KEEPS,
    LAYER,
    LIVE,
    LIVE_END,
    LOGITS,
    LOSS,
    LOSS_DELTA,
    LOSS_FACE,
    LOSS_TENSOR,
    NOISE_KEY,
    OPTIMIZER,
    OTHER,
    OUTPUT_TENSOR,
    OUTPUTS,
    PARAM,
    PARAM_END,
    PENDING,
    PENDING_END,
    PRODUCT_FACE,
    SET,
    SRC,
    STAGE,
    UPDATE_FACE,
    WIDTH_IN,
    WIDTH_OUT,
    WRITE,
    WRITE_OTHER,
)
from vgtui.scenario.model import Scenario

FORMATS = {"float16": FLOAT16, "bfloat16": BFLOAT16}
"""What the precisions that are emulated round to."""

SAMPLES = 4
"""Entries of a weight that stand for all of it where there is no room for more."""


@dataclass(frozen=True)
class Program:
    """A compiled network.

    instructions  (count, ROW_WIDTH) int64, see table
    fleeting      the same, as they are in passes that nobody looks at (see Compiler.fleeting)
    coefficients  (count,) float64: alpha of an activation, scale of a skip
    links         (n, 2) int64, column offset and width. PENDING of an instruction: the gradients that are begun
                  when backward gets there; LIVE: the tensors that later layers still read
    header        (HEADER_WIDTH,) int64, see table; where things are in the arena is still open
    parameters    the named parameters, in memory order
    columns       width of all tensors together: the workspace is columns * batch capacity
    delta_columns the same for the gradients that are alive at one time
    time_count    numbers that are measured of time steps
    numbers       what the arena is made of: float64 or float32
    """

    instructions: np.ndarray
    fleeting: np.ndarray
    coefficients: np.ndarray
    links: np.ndarray
    header: np.ndarray
    names: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    parameter_count: int
    running_count: int
    columns: int
    delta_columns: int
    scratch_count: int
    widest: int
    time_count: int
    numbers: str

    @property
    def outputs(self) -> int:
        """Numbers that the network answers with."""
        return int(self.header[OUTPUTS])

    def weight_instruction(self, layer: int) -> int:
        """The index of the instruction that holds the layer's weight."""
        found = (self.instructions[:, STAGE] == AFTER_WEIGHT) & (self.instructions[:, LAYER] == layer)
        return int(np.flatnonzero(found)[0])

    def weights(self, layer: int) -> tuple[Parameter, ...]:
        """The parameters that make up the layer's weight; none for a layer without one."""
        return self._weights[layer]

    @cached_property
    def _weights(self) -> tuple[tuple[Parameter, ...], ...]:
        """By layer: found once, for the networks that have a thousand."""
        found: tuple[list[Parameter], ...] = tuple([] for _ in self.names)
        for p in self.parameters:
            if p.is_weight:
                found[p.layer].append(p)
        return tuple(map(tuple, found))

    def place_of(self, layer: int, row: int, column: int) -> int:
        """Where among the stored parameters the weight of `layer` from input `column` to output `row` stands."""
        for parameter in self._weights[layer]:
            inputs = parameter.count // parameter.shape[0]
            if column < inputs:
                unfolded = parameter.unfolded or parameter.shape
                public = np.unravel_index(row * inputs + column, unfolded)
                axes = parameter.axes or tuple(range(len(unfolded)))
                stored = tuple(unfolded[axis] for axis in axes)
                place = int(np.ravel_multi_index([public[axis] for axis in axes], stored))
                return parameter.offset + place
            column -= inputs
        raise IndexError(column)

    @cached_property
    def weight_bounds(self) -> np.ndarray:
        """(layers that have a weight, 2): the place where each is stored, in one piece, and the one after it."""
        return np.array([(own[0].offset, own[-1].offset + own[-1].count) for own in self._weights if own])

    @cached_property
    def sample_places(self) -> tuple[list[int], ...]:
        """Where the first few entries of each weight are stored, as one reads them: row by row."""
        shapes = enumerate(self.weight_shapes)
        return tuple(
            [self.place_of(layer, *divmod(k, inputs)) for k in range(min(SAMPLES, outputs * inputs))]
            for layer, (outputs, inputs) in shapes
            if outputs
        )

    @cached_property
    def weightless(self) -> frozenset[int]:
        """The layers that have no weight."""
        return frozenset(n for n, (outputs, _) in enumerate(self.weight_shapes) if not outputs)

    @cached_property
    def weight_shapes(self) -> tuple[tuple[int, int], ...]:
        """(outputs, inputs) of every layer's weight, whatever its axes are; (0, 0) for a layer without one."""
        shapes = [[0, 0] for _ in self.names]
        for p in self.parameters:
            if p.is_weight:
                shapes[p.layer][0] = p.shape[0]
                shapes[p.layer][1] += p.count // p.shape[0]
        return tuple((outputs, inputs) for outputs, inputs in shapes)


def lowered(scenario: Scenario, shape: Shape) -> Compiler:
    """The layers of a scenario, for inputs of that shape. Raises ScenarioError where shapes do not fit."""
    compiler = Compiler(shape)
    for number, (entry, layer) in enumerate(scenario.expanded()):
        lower(compiler, number, entry, layer)
    return compiler


def faces_of(scenario: Scenario, compiler: Compiler) -> tuple[Face, ...]:
    """Every face that the machine calls for this network, and those by which Python calls the machine."""
    training = scenario.training
    return (
        *compiler.faces,
        *machine.ENTRIES,
        *(PRODUCT, loss.forward, update.update),
        *(LOSSES[training.loss], update.OPTIMIZERS[training.optimizer][0]),
    )


def compile_program(scenario: Scenario, shape: Shape) -> Program:
    """Lower a scenario to a Program for inputs of that shape.

    Raises ScenarioError where shapes do not fit.
    """
    numbers = scenario.numbers
    compiler = lowered(scenario, shape)
    fetch(faces_of(scenario, compiler), numbers)
    fused = scenario.is_fused
    output = compiler.outputs[-1][0]
    loss_tensor = compiler.instructions[-1][SRC] if fused else output
    compiler.place_slopes()
    links: list[tuple[int, int]] = []
    loss_delta, delta_columns = _plan_backward(compiler, loss_tensor, fused, links)
    _link_live(compiler, loss_tensor, links)
    fleeting = compiler.fleeting(loss_tensor)
    header = np.zeros(HEADER_WIDTH, np.int64)
    header[[FEATURES, OUTPUTS, FUSED]] = math.prod(shape), compiler.widths[output], int(fused)
    header[[LOSS_TENSOR, LOSS_DELTA, OUTPUT_TENSOR]] = loss_tensor, loss_delta, output
    _say_what_is_called(header, scenario, numbers)
    header[FORMAT] = FORMATS.get(scenario.precision, FULL)
    header[KEEPS] = 1
    header[DROPOUT_KEY] = counted(scenario.seed, DROPOUT)
    header[NOISE_KEY] = counted(scenario.seed, NOISE)
    widest = max(compiler.widths.values())
    largest = max(row[PARAM_END] - row[PARAM] for row in compiler.instructions)
    return Program(
        instructions=_addressed(compiler, compiler.instructions, numbers),
        fleeting=_addressed(compiler, fleeting, numbers),
        coefficients=np.array(compiler.coefficients, np.float64),
        links=np.array(links, np.int64).reshape(-1, 2),
        header=header,
        names=tuple(describe(layer) for _, layer in scenario.expanded()),
        parameters=tuple(compiler.parameters),
        parameter_count=compiler.parameter_count,
        running_count=compiler.running_count,
        columns=compiler.columns,
        delta_columns=delta_columns,
        scratch_count=max(largest, 4 * widest + 8, compiler.scratch_count),
        widest=widest,
        time_count=compiler.time_count,
        numbers=numbers,
    )


def _say_what_is_called(header: np.ndarray, scenario: Scenario, numbers: str) -> None:
    """The addresses of product, loss and update into a header, and how they are to work."""
    training = scenario.training
    optimizer, coupled = update.OPTIMIZERS[training.optimizer]
    called = {
        PRODUCT_FACE: PRODUCT,
        LOSS_FACE: loss.forward,
        LOSS: LOSSES[training.loss],
        UPDATE_FACE: update.update,
        OPTIMIZER: optimizer,
    }
    for entry, face in called.items():
        header[entry] = face.address(numbers)
    header[LOGITS] = training.loss in LOGIT_LOSSES
    header[COUPLED] = coupled


def _addressed(compiler: Compiler, rows: list[list[int]], numbers: str) -> np.ndarray:
    """Instructions with the addresses of their faces."""
    instructions = np.array(rows, np.int64)
    addresses = np.array([0, *(face.address(numbers) for face in compiler.faces)], np.int64)
    instructions[:, FACES] = addresses[instructions[:, FACES]]
    return instructions


class _Deltas:
    """Where gradients stand while backward needs them: stretches of columns, used again once they are free."""

    def __init__(self) -> None:
        self.columns = 0
        self.begun: dict[int, tuple[int, int]] = {}  # tensor -> its stretch, (column, width)
        self._free: dict[int, list[int]] = {}

    def begin(self, tensor: int, width: int) -> int:
        """The column of a tensor's gradient, which is begun now if it was not."""
        if tensor not in self.begun:
            free = self._free.setdefault(width, [])
            if not free:
                free.append(self.columns)
                self.columns += width
            self.begun[tensor] = (free.pop(), width)
        return self.begun[tensor][0]

    def consume(self, tensor: int) -> None:
        """Nothing reads this gradient any more."""
        column, width = self.begun.pop(tensor)
        self._free[width].append(column)

    def hand_on(self, tensor: int, to: int) -> int:
        """The gradient of `to` is computed in the place of that of `tensor`."""
        self.begun[to] = self.begun.pop(tensor)
        return self.begun[to][0]


def _plan_backward(
    compiler: Compiler, loss_tensor: int, fused: bool, links: list[tuple[int, int]]
) -> tuple[int, int]:
    """Say of every instruction what backward writes, where, and what is begun by then.

    A gradient is set the first time that it is written and accumulated after; the input gets none. What is not a
    layer's first instruction works in place: the gradient of SRC stands where that of DST stood. Returns the
    column of the loss's slope, and how many columns there are.
    """
    deltas = _Deltas()
    source = compiler.outputs[0][0]
    loss_delta = deltas.begin(loss_tensor, compiler.widths[loss_tensor])
    for row in reversed(compiler.instructions[:-1] if fused else compiler.instructions):
        row[D_DST] = deltas.begin(row[DST], row[WIDTH_OUT])
        if row[STAGE] == AFTER_WEIGHT:
            row[PENDING], row[PENDING_END] = len(links), len(links) + len(deltas.begun)
            links.extend(deltas.begun.values())
        if row[STAGE] == AFTER_LAYER and row[OTHER] != source:
            row[WRITE_OTHER] = ACCUMULATE if row[OTHER] in deltas.begun else SET
            row[D_OTHER] = deltas.begin(row[OTHER], row[WIDTH_OUT])
        if row[STAGE] != AFTER_WEIGHT and row[SRC] not in deltas.begun:
            row[WRITE] = SET
            row[D_SRC] = deltas.hand_on(row[DST], row[SRC])
            continue
        if row[SRC] != source:
            row[WRITE] = ACCUMULATE if row[SRC] in deltas.begun else SET
            row[D_SRC] = deltas.begin(row[SRC], row[WIDTH_IN])
        deltas.consume(row[DST])
    return loss_delta, deltas.columns


def _link_live(compiler: Compiler, loss_tensor: int, links: list[tuple[int, int]]) -> None:
    """The tensors that exist after an instruction and are read later: of a layer's weight, and of its end."""
    last_read = {loss_tensor: len(compiler.instructions)}
    for index, row in enumerate(compiler.instructions):
        for column in (SRC, OTHER) if row[STAGE] == AFTER_LAYER else (SRC,):
            last_read[row[column]] = max(last_read.get(row[column], 0), index)
    source = compiler.outputs[0][0]
    born = {source: compiler.widths[source]}
    for index, row in enumerate(compiler.instructions):
        born[row[DST]] = row[WIDTH_OUT]
        if row[ENDS_LAYER] or row[STAGE] == AFTER_WEIGHT or row[DST] == loss_tensor:
            born = {t: w for t, w in born.items() if last_read.get(t, -1) > index}
            row[LIVE], row[LIVE_END] = len(links), len(links) + len(born)
            links.extend(born.items())
