"""Collects what layers lower themselves to: tensors, parameters and instructions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np

from vgtui.engine.faces import Face
from vgtui.engine.operations import activate, add, dropout, normalize
from vgtui.engine.stages import AFTER_DROPOUT, AFTER_LAYER, AFTER_NORM, AFTER_SLOPE, AFTER_WEIGHT
from vgtui.engine.table import (
    AUX,
    AUX2,
    BACKWARD_FACE,
    CELL_BACKWARD,
    CELL_FORWARD,
    CELL_TANGENT,
    CURVE,
    DST,
    ENDS_LAYER,
    FORWARD_FACE,
    LAYER,
    NUDGE_FACE,
    OTHER,
    PARAM,
    PARAM_END,
    PLACES,
    PUSH_FACE,
    ROW_WIDTH,
    RUNNING,
    SLOPE,
    SRC,
    STAGE,
    START,
    WIDTH_IN,
    WIDTH_OUT,
)
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Conv, Dense

ALIGN = 8

WORTH_TELLING = 16
"""Columns of a tensor from which on it costs less to have its slopes from the activation than to store them."""

FACES = (
    *(FORWARD_FACE, BACKWARD_FACE, PUSH_FACE, NUDGE_FACE),
    *(CURVE, SLOPE, CELL_FORWARD, CELL_BACKWARD, CELL_TANGENT),
)
"""The columns that hold addresses."""

Shape = tuple[int, ...]
"""Of one sample in a tensor: (features,), or of an image (height, width, channels)."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Where one named parameter lives.

    shape      the public one
    axes       the order in which its axes are stored; () for as they are. A dense weight (out, in) is stored
               (in, out)
    unfolded   the public shape with more axes, which `axes` orders; () for `shape` itself
    """

    name: str
    layer: int
    shape: tuple[int, ...]
    offset: int
    axes: tuple[int, ...] = ()
    unfolded: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def is_weight(self) -> bool:
        """Whether it is (part of) the layer's weight: its first axis is the output neuron, the others its inputs."""
        return ".weight" in self.name

    def unpack(self, flat: np.ndarray) -> np.ndarray:
        """Its values in their public shape, a copy, from an array laid out as the program's parameters."""
        values = flat[self.offset : self.offset + self.count]
        if not self.axes:
            return values.reshape(self.shape).copy()
        unfolded = self.unfolded or self.shape
        stored = values.reshape([unfolded[axis] for axis in self.axes])
        return np.array(stored.transpose(_inverse(self.axes)), order="C").reshape(self.shape)

    def pack(self, values: np.ndarray, flat: np.ndarray) -> None:
        """Store values that are given in the public shape."""
        given = np.asarray(values).reshape(self.unfolded or self.shape)
        ordered = given.transpose(self.axes) if self.axes else given
        flat[self.offset : self.offset + self.count] = ordered.ravel()


@cache
def _inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The order that undoes this one."""
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


def spell(shape: Shape) -> str:
    """A shape as an error names it."""
    if shape == (1,):
        return "1 unit"
    return f"{shape[0]} units" if len(shape) == 1 else " x ".join(map(str, shape))


class Compiler:
    """Collects tensors, parameters and instructions layer by layer.

    Where an instruction is to have the address of a face, it has its number in `faces`, from 1; 0 for none.
    """

    def __init__(self, shape: Shape) -> None:
        self.faces: dict[Face, int] = {}
        self.columns = 0
        self.parameter_count = 0
        self.running_count = 0
        self.scratch_count = 0
        self.time_count = 0
        self.parameters: list[Parameter] = []
        self.instructions: list[list[int]] = []
        self.coefficients: list[float] = []
        self.widths: dict[int, int] = {}
        self.outputs = [(self.tensor(math.prod(shape)), shape)]  # of the input, then of every layer

    def tensor(self, width: int) -> int:
        """Reserve `width` columns; their offset."""
        offset = self.columns
        self.columns += width
        self.widths[offset] = width
        return offset

    def room(self, width: int) -> int:
        """Reserve `width` columns for what is no tensor; their offset."""
        offset = self.columns
        self.columns += width
        return offset

    def parameter(
        self, layer: int, name: str, *shape: int, axes: tuple[int, ...] = (), unfolded: tuple[int, ...] = ()
    ) -> int:
        """Reserve a named parameter; its offset. `axes`, `unfolded`: see Parameter."""
        offset = self.parameter_count
        self.parameters.append(Parameter(f"{layer}.{name}", layer, shape, offset, axes, unfolded))
        self.parameter_count += int(np.prod(shape))
        return offset

    def need_scratch(self, count: int) -> None:
        """Ask for room for `count` numbers that an operation keeps only while it runs."""
        self.scratch_count = max(self.scratch_count, count)

    def times(self, count: int) -> int:
        """Reserve `count` numbers for what is measured of time steps; their offset."""
        offset = self.time_count
        self.time_count += count
        return offset

    def emit(
        self, faces: tuple[Face | None, ...], stage: int, layer: int, src: int, dst: int,
        scale: float = 0.0, fields: dict[int, int] | None = None,
    ) -> None:  # fmt: skip
        """Add one instruction. Its faces are those of FACES, as many as it has."""
        row = [0] * ROW_WIDTH
        row[LAYER], row[STAGE], row[SRC], row[DST] = layer, stage, src, dst
        row[WIDTH_IN], row[WIDTH_OUT] = self.widths[src], self.widths[dst]
        row[PARAM], row[PLACES] = -1, 1
        for column, face in zip(FACES, faces, strict=False):
            if face is not None:
                row[column] = self.faces.setdefault(face, len(self.faces) + 1)
        for column, value in (fields or {}).items():
            row[column] = value
        self.instructions.append(row)
        self.coefficients.append(scale)

    def end_layer(self, first: int, tensor: int, shape: Shape) -> None:
        """Close a layer whose first instruction, the one with its weight if it has one, is number `first`."""
        self.outputs.append((tensor, shape))
        if self.instructions[first][STAGE] == AFTER_WEIGHT and self.instructions[first][PARAM] >= 0:
            self.instructions[first][PARAM_END] = self.parameter_count
            for row in self.instructions[first:]:
                row[START] = self.instructions[first][PARAM]
        self.parameter_count = -(-self.parameter_count // ALIGN) * ALIGN
        self.instructions[-1][ENDS_LAYER] = 1

    def normalize(self, number: int, kind: str, tensor: int, places: int = 1) -> int:
        """Normalise a tensor of `places` times so many features; the tensor that holds the result."""
        if kind == "none":
            return tensor
        width = self.widths[tensor]
        features = width // places
        param = self.parameter(number, "norm_weight", features)
        self.parameter(number, "norm_bias", features)
        out, xhat, statistics = self.tensor(width), self.tensor(width), self.tensor(2 * width)
        fields = {PARAM: param, AUX: xhat, AUX2: statistics, RUNNING: -1, PLACES: places}
        if kind == "batch":
            faces = (normalize.batch_forward, normalize.batch_backward, normalize.batch_push)
            fields[RUNNING] = self.running_count
            self.running_count += 2 * features
        else:
            faces = (normalize.layer_forward, normalize.layer_backward, normalize.layer_push)
        self.emit(faces, AFTER_NORM, number, tensor, out, fields=fields)
        return out

    def activate(self, number: int, kind: str, alpha: float, tensor: int, places: int = 1) -> int:
        """Apply an activation; the tensor that holds the result. `alpha` is where a learned one begins too."""
        out = self.tensor(self.widths[tensor])
        backward, push = activate.backward, activate.push
        tells = kind in activate.SLOPES and self.widths[tensor] >= WORTH_TELLING
        fields = {activate.ALWAYS_TOLD: int(kind == "relu"), PLACES: places}
        if kind == "prelu":
            backward = activate.prelu_backward
            fields[PARAM] = self.parameter(number, "alpha", 1)
        elif kind == "softmax":
            backward, push = activate.softmax_backward, activate.softmax_push
        elif tells:
            backward = activate.told_backward
        slope = activate.SLOPES[kind] if tells else None
        faces = (activate.forward, backward, push, None, activate.CURVES[kind], slope)
        self.emit(faces, AFTER_SLOPE, number, tensor, out, alpha, fields)
        return out

    def place_slopes(self) -> None:
        """Give the slopes of every activation columns of their own, behind all tensors; see operations.activate."""
        for row in self.instructions:
            if row[STAGE] == AFTER_SLOPE:
                row[AUX] = row[activate.KEPT] = self.room(row[WIDTH_OUT])
                row[AUX2] = self.room(row[PLACES])

    def fleeting(self, kept: int) -> list[list[int]]:
        """The instructions of passes that nobody looks at: numbers that backward has no use for share their place.

        Slopes stand in the place of what the activation reads, and where the activation tells them, they and that
        stand in one column for all layers. kept: the tensor that is read after its activation too.
        """
        rows = [row.copy() for row in self.instructions]
        told = [row[WIDTH_OUT] for row in rows if row[STAGE] == AFTER_SLOPE and row[SLOPE]]
        shared = self.room(max(told, default=0))
        for before, row in pairwise(rows):
            if row[STAGE] != AFTER_SLOPE or row[PARAM] >= 0 or row[SRC] == kept:
                continue
            row[AUX] = row[activate.KEPT] = row[SRC]
            if row[SLOPE] and before[STAGE] == AFTER_WEIGHT:
                before[DST] = row[SRC] = row[AUX] = shared
        return rows

    def drop_out(self, number: int, rate: float, tensor: int, places: int = 1) -> int:
        """Leave entries out with probability `rate`; the tensor that holds the result."""
        if rate == 0.0:
            return tensor
        out, mask = self.tensor(self.widths[tensor]), self.room(self.widths[tensor])
        faces = (dropout.forward, dropout.backward, dropout.push)
        self.emit(faces, AFTER_DROPOUT, number, tensor, out, rate, {AUX: mask, PLACES: places})
        return out

    def skip(self, number: int, entry: int, layer: Dense | Conv, branch: int, shape: Shape) -> int:
        """Add the output of an earlier layer; the tensor that holds the sum."""
        assert layer.skip is not None
        place = f"layers[{entry}].skip"
        if layer.skip > number + 1:
            raise ScenarioError(
                f"layer {number} has only {number + 1} outputs before it, the input included; skip = {layer.skip}"
                f" reaches beyond them (at most {number + 1})",
                place=place,
            )
        source, found = self.outputs[number + 1 - layer.skip]
        if found != shape:
            origin = "the input" if layer.skip == number + 1 else f"layer {number - layer.skip}"
            raise ScenarioError(
                f"layer {number} has {spell(shape)} and {origin} gives {spell(found)}: they cannot be added",
                place=place,
            )
        out = self.tensor(self.widths[branch])
        faces = (add.forward, add.backward, add.push)
        self.emit(faces, AFTER_LAYER, number, branch, out, layer.skip_scale, {OTHER: source})
        return out
