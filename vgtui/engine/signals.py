"""What every operation of the latest forward pass made, unpacked for whoever looks for a place in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.engine.network import Network
from vgtui.engine.stages import AFTER_DROPOUT, AFTER_LAYER, AFTER_NORM, AFTER_SLOPE, AFTER_WEIGHT
from vgtui.engine.table import (
    AUX,
    DST,
    LAYER,
    OTHER,
    PLACES,
    SRC,
    STAGE,
    STEPS,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
)
from vgtui.scenario.model import Conv, Dense, Layer, Pool


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What one operation read and made: copies, in the engine's order (images channels last).

    operation  "weight @ x + bias", "convolution", "max pool", "recurrence", "batch normalisation", an activation
               by its name, "dropout" or "skip"
    source     (rows, numbers a sample) that it read
    other      the same of what a skip adds, else None
    values     (rows, places, units) that it made
    slope      of an activation, as `values`; else None
    states     (time steps, rows, units) of a recurrent layer, else None
    """

    layer: int
    operation: str
    source: np.ndarray
    other: np.ndarray | None
    values: np.ndarray
    slope: np.ndarray | None
    states: np.ndarray | None


def read_signals(network: Network, rows: int) -> tuple[Signal, ...]:
    """The signals of a pass over `rows` samples, input to output."""
    return tuple(_read(network, row, rows) for row in network.program.instructions)


def handed_on(network: Network, inputs: np.ndarray, layer: int) -> np.ndarray:
    """(samples, numbers a sample) that a layer hands on of inputs (samples, features), in inference mode.

    Raises ValueError for a layer that is not there.
    """
    if not 0 <= layer < len(network.layers):
        raise ValueError(f"there is no layer {layer}; layers go from 0 to {len(network.layers) - 1}")
    place = max(k for k, row in enumerate(network.program.instructions) if row[LAYER] == layer)
    made, width = (int(network.program.instructions[place][column]) for column in (DST, WIDTH_OUT))
    out = np.empty((len(inputs), width))
    for start in range(0, len(inputs), network.memory.capacity):
        chunk = inputs[start : start + network.memory.capacity]
        network.forward(chunk, np.zeros((len(chunk), network.program.outputs)), last=place + 1)
        out[start : start + len(chunk)] = network.memory.tensor(WORKSPACE, made, len(chunk), width)
    return out


def _read(network: Network, row: np.ndarray, rows: int) -> Signal:
    layer, stage = network.layers[int(row[LAYER])], int(row[STAGE])
    wide_in, wide_out, places = int(row[WIDTH_IN]), int(row[WIDTH_OUT]), int(row[PLACES])

    def tensor(column: int, width: int) -> np.ndarray:
        return network.memory.tensor(WORKSPACE, int(row[column]), rows, width).copy()

    shape = (rows, places, wide_out // places)
    return Signal(
        layer=int(row[LAYER]),
        operation=_operation(layer, stage),
        source=tensor(SRC, wide_in),
        other=tensor(OTHER, wide_out) if stage == AFTER_LAYER else None,
        values=tensor(DST, wide_out).reshape(shape),
        slope=tensor(AUX, wide_out).reshape(shape) if stage == AFTER_SLOPE else None,
        states=_states(network, row, rows) if row[STEPS] else None,
    )


def _states(network: Network, row: np.ndarray, rows: int) -> np.ndarray:
    """(time steps, rows, units): where `operations.recurrence.layout` puts them, without the first, which is 0."""
    steps, units = int(row[STEPS]), int(row[WIDTH_OUT] // row[PLACES])
    start = int(row[AUX]) * network.memory.capacity + int(row[WIDTH_IN]) * rows + units * rows
    flat = network.memory.view(WORKSPACE)[start : start + steps * rows * units]
    return flat.reshape(steps, rows, units).copy()


def _operation(layer: Layer, stage: int) -> str:
    if stage == AFTER_NORM:
        return f"{layer.normalization} normalisation"
    if stage == AFTER_SLOPE:
        return layer.activation
    if stage == AFTER_DROPOUT:
        return "dropout"
    if stage == AFTER_LAYER:
        return "skip"
    if isinstance(layer, Dense):
        return "weight @ x + bias"
    if isinstance(layer, Conv):
        return "convolution"
    return f"{layer.kind} pool" if isinstance(layer, Pool) else "recurrence"


def pre_activations(network: Network, rows: int, layer: int) -> np.ndarray:
    """(rows, places, units): what the activation of a layer read in the latest pass, after any normalisation.

    A copy, of a dense or convolutional layer; a linear activation reads what the layer hands on.
    """
    own = [row for row in network.program.instructions if row[LAYER] == layer]
    for row in own:
        if row[STAGE] == AFTER_SLOPE:
            read = _read(network, row, rows)
            return read.source.reshape(read.values.shape)
    before = [row for row in own if row[STAGE] in (AFTER_WEIGHT, AFTER_NORM)]
    return _read(network, before[-1], rows).values
