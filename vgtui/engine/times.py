"""What recurrent layers were given and measured at each time step of the latest pass."""

from __future__ import annotations

import numpy as np

from vgtui.engine.layers.recurrent import kind_of
from vgtui.engine.network import Network
from vgtui.engine.operations.recurrence import GATE_COUNT, INPUTS, STATES, layout
from vgtui.engine.operations.recurrent import GATES
from vgtui.engine.record import CELL, GATE_MEANS, HIDDEN, KEPT, TIME_WIDTH, TimeRecord
from vgtui.engine.table import AUX2, PLACES, STEPS, TIMES, WIDTH_IN, WIDTH_OUT
from vgtui.scenario.model import Recurrent


def read_times(network: Network) -> tuple[TimeRecord, ...]:
    """A record for every recurrent layer, input to output: copies."""
    return tuple(
        _read(network, number, layer)
        for number, layer in enumerate(network.layers)
        if isinstance(layer, Recurrent)
    )


def _read(network: Network, number: int, layer: Recurrent) -> TimeRecord:
    row = network.program.instructions[network.program.weight_instruction(number)]
    steps = int(row[STEPS])
    start = int(row[AUX2])
    table = network.memory.view(TIMES)[start : start + steps * TIME_WIDTH].reshape(steps, TIME_WIDTH)
    columns = np.ascontiguousarray(table.T)
    columns.flags.writeable = False
    kind = kind_of(layer)
    has_cell = kind == "lstm"
    return TimeRecord(
        layer=number,
        kind=kind,
        hidden_log10=columns[HIDDEN],
        cell_log10=columns[CELL] if has_cell else None,
        gates={name: columns[GATE_MEANS + place] for place, name in enumerate(GATES[kind])},
        forget_product=columns[KEPT] if has_cell else None,
    )


def entering(network: Network, rows: int, number: int, place: int) -> np.ndarray:
    """(rows, steps) what enters a weight of recurrent layer `number` at each time step: an input, or a state before.

    place: of the weight among those of the layer, as they are stored. rows: of the latest pass.
    """
    row = network.program.instructions[network.program.weight_instruction(number)]
    steps, gates = int(row[STEPS]), int(row[GATE_COUNT])
    features, units = int(row[WIDTH_IN]) // steps, int(row[WIDTH_OUT]) // int(row[PLACES])
    column = place // (gates * units)
    at = layout.py_func(row, network.memory.header, rows, gates)
    is_input = column < features
    start, width = (at[INPUTS], features) if is_input else (at[STATES], units)
    stored = network.memory.arena[start : start + steps * rows * width].reshape(steps, rows, width)
    return np.asarray(stored[:, :, column if is_input else column - features].T, np.float64)
