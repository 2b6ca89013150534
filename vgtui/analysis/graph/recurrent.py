"""Recurrent layers in a graph, unrolled: tensors of their own for every time step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.analysis.graph.build import Reader
from vgtui.analysis.graph.model import Graph, Moment
from vgtui.analysis.graph.operators import Array, Diagonal, Full, Sparse
from vgtui.engine.operations.recurrence import CELLS, EXTRA, STATES, Z, layout
from vgtui.engine.table import LAYER, PARAM, PLACES, SRC, STEPS, TRUNCATE, WIDTH_IN, WIDTH_OUT, WORKSPACE
from vgtui.scenario.model import Gru, Layer, Lstm


@dataclass(frozen=True)
class Kept:
    """What forward kept of one recurrent layer.

    weight_ih (gates units, features), weight_hh (gates units, units)
    z (steps, rows, gates units), extra (steps, rows, units): what the cell left; states, cells (steps + 1, rows,
    units), the beginning first; `cells` of an LSTM alone
    """

    steps: int
    features: int
    units: int
    weight_ih: Array
    weight_hh: Array
    z: Array
    extra: Array
    states: Array
    cells: Array


def keep(reader: Reader, row: Array, layer: Layer) -> Kept:
    """Read what forward kept of the layer."""
    steps = int(row[STEPS])
    features, units = int(row[WIDTH_IN]) // steps, int(row[WIDTH_OUT]) // int(row[PLACES])
    gates = 4 if isinstance(layer, Lstm) else 3 if isinstance(layer, Gru) else 1
    header, rows = reader.network.memory.header, reader.batch_rows
    at = layout.py_func(row, header, rows, gates)
    wide = gates * units

    def kept(part: int, count: int, width: int) -> Array:
        start = at[part] - int(header[WORKSPACE])
        stored = reader.stretch(0, count * rows * width, start)
        return stored.reshape(count, rows, width)[:, reader.chosen]

    place = int(row[PARAM])
    nothing = np.zeros((0, 0, 0))
    return Kept(
        steps=steps,
        features=features,
        units=units,
        weight_ih=reader.weights(place, features, wide).T,
        weight_hh=reader.weights(place + features * wide, units, wide).T,
        z=kept(Z, steps, wide),
        extra=kept(EXTRA, steps, units) if gates > 1 else nothing,
        states=kept(STATES, steps + 1, units),
        cells=kept(CELLS, steps + 1, units) if gates == 4 else nothing,
    )


def read_recurrent(reader: Reader, row: Array, layer: Layer) -> None:
    """Every step's links, those from the state before left out where the gradient is cut (`truncate`)."""
    kept = keep(reader, row, layer)
    cell = _lstm if isinstance(layer, Lstm) else _gru if isinstance(layer, Gru) else _plain
    graph, number = reader.graph, int(row[LAYER])
    source = reader.numbers[int(row[SRC])]
    moments = graph.moments[number] = []
    for t in range(kept.steps):
        cut = t == 0 or (row[TRUNCATE] > 0 and (kept.steps - t) % row[TRUNCATE] == 0)
        moments.append(cell(graph, number, kept, source, t, None if cut else moments[-1]))
    _, made = reader.begin(row)
    places = int(row[PLACES])
    one = Diagonal(np.ones((1, kept.units)))
    for place in range(places):
        graph.link(
            "output", moments[kept.steps - places + place].hidden, made, one, target_at=place * kept.units
        )


def _plain(graph: Graph, layer: int, kept: Kept, source: int, t: int, before: Moment | None) -> Moment:
    """h = phi(z)."""
    z = graph.tensor(layer, kept.units, time=t)
    graph.link("weight", source, z, Full(kept.weight_ih), source_at=t * kept.features)
    if before is not None:
        graph.link("recurrent", before.hidden, z, Full(kept.weight_hh))
    h = graph.tensor(layer, kept.units, time=t)
    graph.link("slope", z, h, Diagonal(kept.z[t]))
    return Moment(((z, 0),), ((z, 0),), kept.units, h, None, kept.states[t])


def _lstm(graph: Graph, layer: int, kept: Kept, source: int, t: int, before: Moment | None) -> Moment:
    """c = f c + i g; h = o tanh(c), gates i, f, g, o."""
    units = kept.units
    i, f, g, o = np.split(kept.z[t], 4, axis=1)
    shown = kept.extra[t]
    z = graph.tensor(layer, 4 * units, time=t)
    graph.link("weight", source, z, Full(kept.weight_ih), source_at=t * kept.features)
    if before is not None:
        graph.link("recurrent", before.hidden, z, Full(kept.weight_hh))
    c, h = (graph.tensor(layer, units, time=t) for _ in range(2))
    into_cell = np.concatenate([g * i * (1.0 - i), kept.cells[t] * f * (1.0 - f), i * (1.0 - g * g)], axis=1)
    target = np.tile(np.arange(units), 3)
    graph.link("slope", z, c, Sparse(np.arange(3 * units), target, into_cell, (4 * units, units)))
    graph.link("slope", z, h, Diagonal(shown * o * (1.0 - o)), source_at=3 * units)
    if before is not None:
        assert before.cell is not None
        graph.link("cell", before.cell, c, Diagonal(f))
    graph.link("show", c, h, Diagonal(o * (1.0 - shown * shown)))
    return Moment(((z, 0),), ((z, 0),), 4 * units, h, c, kept.states[t])


def _gru(graph: Graph, layer: int, kept: Kept, source: int, t: int, before: Moment | None) -> Moment:
    """n = tanh(x W_in + r (h W_hn + b_hn)); h = (1 - z) n + z h, gates r, z, n."""
    units = kept.units
    r, z, n = np.split(kept.z[t], 3, axis=1)
    gates, said, new, h = (graph.tensor(layer, width * units, time=t) for width in (2, 1, 1, 1))
    at = t * kept.features
    graph.link("weight", source, gates, Full(kept.weight_ih[: 2 * units]), source_at=at)
    graph.link("weight", source, new, Full(kept.weight_ih[2 * units :]), source_at=at)
    if before is not None:
        graph.link("recurrent", before.hidden, gates, Full(kept.weight_hh[: 2 * units]))
        graph.link("recurrent", before.hidden, said, Full(kept.weight_hh[2 * units :]))
        graph.link("carry", before.hidden, h, Diagonal(z))
    graph.link("reset", gates, new, Diagonal(kept.extra[t] * r * (1.0 - r)))
    graph.link("reset", said, new, Diagonal(r))
    graph.link("update", gates, h, Diagonal((kept.states[t] - n) * z * (1.0 - z)), source_at=units)
    graph.link("slope", new, h, Diagonal((1.0 - z) * (1.0 - n * n)))
    by_input, by_state = ((gates, 0), (new, 2 * units)), ((gates, 0), (said, 2 * units))
    return Moment(by_input, by_state, 3 * units, h, None, kept.states[t])
