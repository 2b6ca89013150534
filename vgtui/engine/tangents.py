"""How the answer moves when one weight moves: a tangent pushed through the network of the latest pass."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.engine import machine
from vgtui.engine.network import Network
from vgtui.engine.stages import AFTER_WEIGHT, ENTERING, STAGES
from vgtui.engine.table import (
    CARRIED,
    DELTAS,
    DST,
    LAYER,
    LOSS_DELTA,
    LOSS_TENSOR,
    PARAM,
    SRC,
    STAGE,
    TANGENTS,
    WIDTH_IN,
    WIDTH_OUT,
)
from vgtui.engine.times import entering
from vgtui.scenario.model import Recurrent


@dataclass(frozen=True, slots=True)
class Tangent:
    """How the answer of the latest pass moves when one weight moves.

    layer     that holds the weight
    weight    its value in that pass
    table     (layers, STAGES) log2 norms of the signal along each layer: see engine.stages; what enters the layer
              of the weight is `entering`, or infinite where nothing of it is left
    signs     (layers, STAGES) -1 where one number is made one number of the other sign, else 1
    entering  (rows moved,) what enters the weight
    seed      (rows moved,) what becomes of it: the same, but in a recurrent layer, where it goes through time; where
              all of it is 0, `signal` is that of a 1
    signal    (rows, units) how the loss tensor moves, times 2**exponent
    slope     (rows, units) dL/d(loss tensor)
    """

    layer: int
    weight: float
    table: np.ndarray
    signs: np.ndarray
    entering: np.ndarray
    seed: np.ndarray
    signal: np.ndarray
    exponent: int
    slope: np.ndarray


@dataclass(frozen=True, slots=True)
class Moved:
    """What one use of a shared weight does to its layer.

    entering  (rows moved,) what enters the weight there
    values    (rows moved, width) how what the layer hands on moves, times 2**exponent
    """

    entering: np.ndarray
    values: np.ndarray
    exponent: int


def push(
    network: Network,
    rows: int,
    layer: int,
    row: int,
    column: int,
    sample: int | None,
    one_use: Moved | None = None,
) -> Tangent:
    """Move the weight of `layer` from input `column` to output `row` by an infinitesimal 1.

    rows: of the latest pass. With `sample` only that row of the batch is moved, unless batch normalisation ties
    the rows together, and the loss is that sample's own. With `one_use` the weight moves in that use of it alone.
    """
    program, memory = network.program, network.memory
    index = program.weight_instruction(layer)
    affine = program.instructions[index]
    place = program.place_of(layer, row, column) - int(affine[PARAM])
    chosen = slice(None) if sample is None or rows_are_tied(network) else slice(sample, sample + 1)
    start = _nudged(network, rows, index, place)
    moved = one_use or _every_use(network, rows, layer, place, chosen, start)
    becomes_something_else = one_use is not None or isinstance(network.layers[layer], Recurrent)
    seed = _lasting(moved.values) if becomes_something_else else moved.entering
    shift = _restart(start, chosen, moved, row)
    table = np.zeros((len(program.names), STAGES))
    table[layer] = math.log2(float(np.square(start, dtype=np.float64).sum())) / 2
    exponent = shift + machine.tangent(
        program.instructions, program.links, memory.header, memory.arena, rows, index + 1, table
    )
    table[layer:] += shift
    if becomes_something_else and moved.entering.any():
        table[layer, ENTERING] = _log2_norm(moved.entering) if seed.any() else math.inf
    end = memory.tensor(TANGENTS, int(program.header[LOSS_TENSOR]), rows, program.outputs)
    weight, signs = float(memory.passed[affine[PARAM] + place]), _signs(network, index + 1, rows, chosen)
    signal, slope = end.astype(np.float64), _own_slope(network, rows, sample)
    return Tangent(layer, weight, table, signs, moved.entering, seed, signal, int(exponent), slope)


def _nudged(network: Network, rows: int, index: int, place: int) -> np.ndarray:
    """(rows, width) how what instruction `index` makes moves with its weight at `place`: the memory itself."""
    program, memory = network.program, network.memory
    affine = program.instructions[index]
    memory.view(TANGENTS)[:] = 0.0
    machine.nudge(program.instructions, memory.header, memory.arena, rows, index, place)
    return memory.tensor(TANGENTS, int(affine[DST]), rows, int(affine[WIDTH_OUT]))


def _every_use(
    network: Network, rows: int, layer: int, place: int, chosen: slice, start: np.ndarray
) -> Moved:
    """What all uses of a weight come to in the rows chosen. A recurrent one meets something at every time step, and
    what becomes of that by the last is another thing.
    """
    values = start[chosen].astype(np.float64)
    met = values
    if isinstance(network.layers[layer], Recurrent):
        met = entering(network, rows, layer, place)[chosen]
    return Moved(_lasting(met), values, int(network.memory.header[CARRIED]))


def _restart(start: np.ndarray, chosen: slice, moved: Moved, row: int) -> int:
    """Let what moved, brought near 1, go on from `start`, a 1 where it is nothing; the exponent it is short of."""
    values, exponent = in_range(moved.values)
    start[:] = 0.0
    start[chosen] = values
    if not values.any():
        start[chosen, row % start.shape[1]] = 1.0
    return moved.exponent + exponent


def loss_slope(network: Network, rows: int) -> np.ndarray:
    """(rows, outputs) dL/d(loss tensor) in the latest pass, L the mean over the batch: a copy."""
    program, memory = network.program, network.memory
    nothing = np.zeros((len(program.names), STAGES))
    end = len(program.instructions)
    machine.tangent(program.instructions, program.links, memory.header, memory.arena, rows, end, nothing)
    return _slope(network, rows)


def _own_slope(network: Network, rows: int, sample: int | None) -> np.ndarray:
    """The same of the loss of one sample alone, where one is chosen."""
    slope = _slope(network, rows)
    if sample is not None:
        own = rows * slope[sample]
        slope[:] = 0.0
        slope[sample] = own
    return slope


def _slope(network: Network, rows: int) -> np.ndarray:
    program = network.program
    return network.memory.tensor(DELTAS, int(program.header[LOSS_DELTA]), rows, program.outputs).astype(
        np.float64
    )


def _log2_norm(values: np.ndarray) -> float:
    scaled, exponent = in_range(values)
    return math.log2(float(np.linalg.norm(scaled))) + exponent


def _lasting(start: np.ndarray) -> np.ndarray:
    """For each row the value itself where it reaches one place, else the norm of it all."""
    lone = np.count_nonzero(start, axis=1) == 1
    scaled, exponent = in_range(start)
    return np.where(lone, start.sum(axis=1), np.ldexp(np.linalg.norm(scaled, axis=1), exponent))


def in_range(values: np.ndarray) -> tuple[np.ndarray, int]:
    """(values, exponent) whose values * 2**exponent are those given, the largest near 1: their squares are sound."""
    top = float(np.abs(values).max(initial=0.0))
    if top == 0.0 or not math.isfinite(top):
        return values, 0
    exponent = math.frexp(top)[1]
    return np.ldexp(values, -exponent), exponent


def rows_are_tied(network: Network) -> bool:
    """Whether batch normalisation makes the samples of a batch depend on each other."""
    return any(layer.normalization == "batch" for layer in network.layers)


def _signs(network: Network, first: int, rows: int, chosen: slice) -> np.ndarray:
    """Where the signal passes from one unit to one unit: for one row any sign, for a batch that of the weight."""
    program, memory = network.program, network.memory
    signs = np.ones((len(program.names), STAGES))
    lone = len(range(rows)[chosen]) == 1
    for instruction in program.instructions[first:]:
        stage = instruction[STAGE]
        if instruction[WIDTH_IN] != 1 or instruction[WIDTH_OUT] != 1 or not (lone or stage == AFTER_WEIGHT):
            continue
        before = memory.tensor(TANGENTS, int(instruction[SRC]), rows, 1)[chosen, 0]
        after = memory.tensor(TANGENTS, int(instruction[DST]), rows, 1)[chosen, 0]
        if float(before @ after) < 0.0:
            signs[instruction[LAYER], stage] = -1.0
    return signs
