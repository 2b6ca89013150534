"""Layers -> a flat table of integer instructions and a plan of the memory they work in.

A network is a list of tensors (its input first) and instructions that each read one tensor and write the next.
Tensors are (batch, width), sample-major; offsets are counted in columns, so that one program serves any batch
size: column offset * batch capacity is the place in the workspace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.engine.kernels.activations import CODES as ACTIVATION_CODES
from vgtui.engine.kernels.losses import CODES as LOSS_CODES
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Dense, Scenario

DENSE, BATCH_NORM, LAYER_NORM, ACTIVATION, ADD = range(5)
"""Operations. Every one has three faces: forward, backward (vector-Jacobian), tangent (Jacobian-vector)."""

OP, LAYER, SRC, DST, WIDTH_IN, WIDTH_OUT, PARAM, PARAM_END, CODE, AUX, AUX2, RUNNING, OTHER = range(13)
"""Columns of the instruction table. SRC, DST, OTHER, AUX, AUX2: column offsets of tensors; PARAM, RUNNING: offsets
among the parameters and the running statistics; PARAM_END (dense): where the layer's parameters end."""

WRITE, WRITE_OTHER, D_SRC, D_DST, D_OTHER, PENDING, PENDING_END, LIVE, LIVE_END, ENDS_LAYER = range(13, 23)
"""More columns. WRITE and WRITE_OTHER say what backward does to the gradient of SRC and OTHER: NOTHING, SET or
ACCUMULATE; D_SRC, D_DST, D_OTHER: where those gradients stand among the deltas, whose columns are used again once
they are consumed. PENDING, LIVE: stretches of `links`, what has to be rescaled together (see Program)."""
INSTRUCTION_WIDTH = 23

NOTHING, SET, ACCUMULATE = range(3)

FEATURES, OUTPUTS, LOSS_CODE, LOSS_TENSOR, LOSS_DELTA, OUTPUT_TENSOR, FUSED = range(7)
"""Entries of `header`. LOSS_TENSOR: what the loss reads, LOSS_DELTA: where its slope goes. FUSED: the loss reads
logits, so backward passes over the last activation."""

ALIGN = 8


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where one named parameter lives. `shape` is the public one; a matrix is stored transposed, (in, out)."""

    name: str
    layer: int
    shape: tuple[int, ...]
    offset: int

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return int(np.prod(self.shape))


@dataclass(frozen=True)
class Program:
    """A compiled network.

    instructions  (count, INSTRUCTION_WIDTH) int64
    coefficients  (count,) float64: alpha of an activation, scale of a skip
    links         (n, 2) int64, column offset and width. PENDING of an instruction: the gradients that are begun
                  when backward gets there; LIVE: the tensors that later layers still read
    header        int64, FEATURES ... FUSED
    parameters    the named parameters, in memory order
    columns       width of all tensors together: the workspace is columns * batch capacity
    delta_columns the same for the gradients that are alive at one time
    """

    instructions: np.ndarray
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

    @property
    def outputs(self) -> int:
        """Numbers that the network answers with."""
        return int(self.header[OUTPUTS])

    def dense_instruction(self, layer: int) -> int:
        """The index of the instruction that holds the layer's weight."""
        found = (self.instructions[:, OP] == DENSE) & (self.instructions[:, LAYER] == layer)
        return int(np.flatnonzero(found)[0])

    @property
    def weight_shapes(self) -> tuple[tuple[int, int], ...]:
        """(out, in) of every layer's weight."""
        return tuple((p.shape[0], p.shape[1]) for p in self.parameters if p.name.endswith(".weight"))


class _Compiler:
    """Collects tensors, parameters and instructions layer by layer."""

    def __init__(self, features: int) -> None:
        self.columns = 0
        self.parameter_count = 0
        self.running_count = 0
        self.parameters: list[Parameter] = []
        self.instructions: list[list[int]] = []
        self.coefficients: list[float] = []
        self.widths: dict[int, int] = {}
        self.outputs = [(self.tensor(features), features)]  # of the input, then of every layer

    def tensor(self, width: int) -> int:
        """Reserve `width` columns; their offset."""
        offset = self.columns
        self.columns += width
        self.widths[offset] = width
        return offset

    def parameter(self, layer: int, name: str, *shape: int) -> int:
        """Reserve a named parameter; its offset."""
        offset = self.parameter_count
        self.parameters.append(Parameter(f"{layer}.{name}", layer, shape, offset))
        self.parameter_count += int(np.prod(shape))
        return offset

    def emit(self, op: int, layer: int, src: int, dst: int, coefficient: float = 0.0, **fields: int) -> None:
        """Add one instruction."""
        row = [0] * INSTRUCTION_WIDTH
        row[OP], row[LAYER], row[SRC], row[DST] = op, layer, src, dst
        row[WIDTH_IN], row[WIDTH_OUT] = self.widths[src], self.widths[dst]
        for name, value in fields.items():
            row[_FIELD[name]] = value
        self.instructions.append(row)
        self.coefficients.append(coefficient)

    def dense(self, number: int, entry: int, layer: Dense) -> None:
        """One dense layer: affine, normalisation, activation, skip."""
        first = len(self.instructions)
        source, width = self.outputs[-1]
        units = layer.units
        start = self.parameter(number, "weight", units, width)
        self.parameter(number, "bias", units)
        tensor = self.tensor(units)
        self.emit(DENSE, number, source, tensor, param=start)
        tensor = self._normalize(number, layer, tensor)
        tensor = self._activate(number, layer, tensor)
        if layer.skip is not None:
            tensor = self._skip(number, entry, layer, tensor)
        self.outputs.append((tensor, units))
        self.parameter_count = -(-self.parameter_count // ALIGN) * ALIGN
        self.instructions[first][PARAM_END] = self.parameter_count
        self.instructions[-1][ENDS_LAYER] = 1

    def _normalize(self, number: int, layer: Dense, tensor: int) -> int:
        if layer.normalization == "none":
            return tensor
        units = layer.units
        param = self.parameter(number, "norm_weight", units)
        self.parameter(number, "norm_bias", units)
        out, xhat, statistics = self.tensor(units), self.tensor(units), self.tensor(2 * units)
        op = BATCH_NORM if layer.normalization == "batch" else LAYER_NORM
        self.emit(op, number, tensor, out, param=param, aux=xhat, aux2=statistics, running=self.running_count)
        if op == BATCH_NORM:
            self.running_count += 2 * units
        return out

    def _activate(self, number: int, layer: Dense, tensor: int) -> int:
        out, slope = self.tensor(layer.units), self.tensor(layer.units)
        learned = layer.activation == "prelu"
        param = self.parameter(number, "alpha", 1) if learned else -1
        code = ACTIVATION_CODES[layer.activation]
        self.emit(ACTIVATION, number, tensor, out, layer.slope_alpha, param=param, code=code, aux=slope)
        return out

    def _skip(self, number: int, entry: int, layer: Dense, branch: int) -> int:
        assert layer.skip is not None
        place = f"layers[{entry}].skip"
        if layer.skip > number + 1:
            raise ScenarioError(
                f"layer {number} has only {number + 1} outputs before it, the input included; skip = {layer.skip}"
                f" reaches beyond them (at most {number + 1})",
                place=place,
            )
        source, width = self.outputs[number + 1 - layer.skip]
        if width != layer.units:
            origin = "the input" if layer.skip == number + 1 else f"layer {number - layer.skip}"
            raise ScenarioError(
                f"layer {number} has {layer.units} units and {origin} gives {width}: they cannot be added",
                place=place,
            )
        out = self.tensor(layer.units)
        self.emit(ADD, number, branch, out, layer.skip_scale, other=source)
        return out


_FIELD = {"param": PARAM, "code": CODE, "aux": AUX, "aux2": AUX2, "running": RUNNING, "other": OTHER}


def compile_program(scenario: Scenario, features: int) -> Program:
    """Lower a scenario to a Program for inputs of `features` numbers.

    Raises ScenarioError where shapes do not fit.
    """
    compiler = _Compiler(features)
    network = scenario.expanded()
    for number, (entry, layer) in enumerate(network):
        compiler.dense(number, entry, layer)
    last = network[-1][1]
    own = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(scenario.training.loss)
    fused = own is not None and last.activation == own
    output = compiler.outputs[-1][0]
    loss_tensor = compiler.instructions[-1][SRC] if fused else output
    links: list[tuple[int, int]] = []
    loss_delta, delta_columns = _plan_backward(compiler, loss_tensor, fused, links)
    _link_live(compiler, loss_tensor, links)
    loss_code = LOSS_CODES[scenario.training.loss]
    header = [features, last.units, loss_code, loss_tensor, loss_delta, output, int(fused)]
    dense = [row for row in compiler.instructions if row[OP] == DENSE]
    largest = max(row[PARAM_END] - row[PARAM] for row in dense)
    return Program(
        instructions=np.array(compiler.instructions, np.int64),
        coefficients=np.array(compiler.coefficients, np.float64),
        links=np.array(links, np.int64).reshape(-1, 2),
        header=np.array(header, np.int64),
        names=tuple(f"{layer.units} {layer.activation}" for _, layer in network),
        parameters=tuple(compiler.parameters),
        parameter_count=compiler.parameter_count,
        running_count=compiler.running_count,
        columns=compiler.columns,
        delta_columns=delta_columns,
        scratch_count=max(largest, 4 * max(compiler.widths.values()) + 8),
    )


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
    compiler: _Compiler, loss_tensor: int, fused: bool, links: list[tuple[int, int]]
) -> tuple[int, int]:
    """Say of every instruction what backward writes, where, and what is begun by then.

    A gradient is set the first time that it is written and accumulated after; the input gets none. Returns the
    column of the loss's slope, and how many columns there are.
    """
    deltas = _Deltas()
    source = compiler.outputs[0][0]
    loss_delta = deltas.begin(loss_tensor, compiler.widths[loss_tensor])
    for row in reversed(compiler.instructions[:-1] if fused else compiler.instructions):
        row[D_DST] = deltas.begin(row[DST], row[WIDTH_OUT])
        if row[OP] == DENSE:
            row[PENDING], row[PENDING_END] = len(links), len(links) + len(deltas.begun)
            links.extend(deltas.begun.values())
        if row[OP] == ADD and row[OTHER] != source:
            row[WRITE_OTHER] = ACCUMULATE if row[OTHER] in deltas.begun else SET
            row[D_OTHER] = deltas.begin(row[OTHER], row[WIDTH_OUT])
        if row[OP] != DENSE and row[SRC] not in deltas.begun:
            row[WRITE] = SET
            row[D_SRC] = deltas.hand_on(row[DST], row[SRC])
            continue
        if row[SRC] != source:
            row[WRITE] = ACCUMULATE if row[SRC] in deltas.begun else SET
            row[D_SRC] = deltas.begin(row[SRC], row[WIDTH_IN])
        deltas.consume(row[DST])
    return loss_delta, deltas.columns


def _link_live(compiler: _Compiler, loss_tensor: int, links: list[tuple[int, int]]) -> None:
    """For every layer's last instruction the tensors that exist after it and are read later."""
    last_read = {loss_tensor: len(compiler.instructions)}
    for index, row in enumerate(compiler.instructions):
        for column in (SRC, OTHER) if row[OP] == ADD else (SRC,):
            last_read[row[column]] = max(last_read.get(row[column], 0), index)
    born = {compiler.outputs[0][0]: compiler.outputs[0][1]}
    for index, row in enumerate(compiler.instructions):
        born[row[DST]] = row[WIDTH_OUT]
        if row[ENDS_LAYER] or row[DST] == loss_tensor:
            born = {t: w for t, w in born.items() if last_read.get(t, -1) > index}
            row[LIVE], row[LIVE_END] = len(links), len(links) + len(born)
            links.extend(born.items())
