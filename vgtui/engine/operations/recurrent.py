"""Recurrent layers from the first time step to the last: their states, and the tangents of them."""

from __future__ import annotations

from vgtui.engine import table
from vgtui.engine.deferred import njit
from vgtui.engine.faces import call_cell, face
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.affine import copy_rows, fill
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.kernels.observe import ORIGIN, SUMS, summarize
from vgtui.engine.kernels.products import multiply
from vgtui.engine.kernels.rounding import store
from vgtui.engine.kernels.through_time import from_rows, gate_means, observe_slopes, observe_state, to_rows
from vgtui.engine.operations.places import BACKWARD, flat, measured
from vgtui.engine.operations.recurrence import (
    CELLS,
    DC,
    DH,
    DZ,
    EXTRA,
    GATE_COUNT,
    INPUTS,
    OWN,
    SLOPES,
    SPACE,
    STATES,
    Z,
    layout,
    measures,
    shape,
)
from vgtui.engine.record import TIME_WIDTH
from vgtui.engine.table import (
    CAPACITY,
    CELL_FORWARD,
    CELL_TANGENT,
    DST,
    FORMAT,
    PARAM,
    PLACES,
    READ,
    SCRATCH,
    SRC,
    TANGENTS,
    TRUNCATE,
    WAS_READ,
    WORKSPACE,
)

FEWEST = 64  # rows that the product with the inputs is made for at once, be it of several steps


@njit(**KERNEL)
def _begin(row, header, arena, rows, gates):
    """Empty sums, states of 0, inputs time-major. Where the bias of z stands, (gates units,), and W_hh, spaced."""
    steps, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    fill(exact(arena), header[table.SUMS], SUMS, 0.0)
    fill(arena, header[SCRATCH], wide, 0.0)
    bias = header[SCRATCH] + wide
    given = header[READ] + row[PARAM] + (features + units) * wide
    for k in range(wide):
        arena[bias + k] = arena[given + k] + (arena[given + wide + k] if gates != 3 else 0.0)
    from_rows(arena, header[WORKSPACE] + row[SRC] * header[CAPACITY], rows, steps, features, at[INPUTS])
    fill(arena, at[STATES], rows * units, 0.0)
    if gates == 4:
        fill(arena, at[CELLS], rows * units, 0.0)
    spaced = bias + wide
    weight_hh = header[READ] + row[PARAM] + features * wide
    copy_rows(arena, weight_hh, units, wide, arena[spaced : spaced + units * (wide + SPACE)], wide + SPACE)
    return bias, spaced


@njit(**KERNEL)
def _observe(row, header, arena, rows, gates, t):
    """Measure step t."""
    _, _, units = shape(row)
    at = layout(row, header, rows, gates)
    sums = flat(header, exact(arena), table.SUMS, 0, SUMS)
    alive = flat(header, arena, SCRATCH, 0, gates * units)
    z = at[Z] + t * rows * gates * units
    after = at[STATES] + (t + 1) * rows * units
    if t == 0:
        sums[ORIGIN] = arena[after]
    observe_state(arena, after, rows * units, sums)
    observe_slopes(arena, z if gates == 1 else at[SLOPES], rows, gates * units, 1.0 / gates, sums, alive)
    if gates > 1:
        gate_means(arena, z, rows, units, gates, measures(row, header) + t * TIME_WIDTH)


@face
def forward(row, header, arena, scale, rows, flags):
    """Every state from the first step on, measured by the way where the pass has a way back."""
    gates = row[GATE_COUNT]
    steps, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    weight = header[READ] + row[PARAM]
    bias_hh = weight + (features + units + 1) * wide
    bias, weight_hh = _begin(row, header, arena, rows, gates)
    some = max(1, FEWEST // rows)
    step = rows * units
    for t in range(steps):
        z = at[Z] + t * rows * wide
        if t % some == 0:
            count = min(some, steps - t) * rows
            x = at[INPUTS] + t * rows * features
            multiply(header, arena, x, features, 1, weight, z, count, wide, features, bias, 0)
        h = at[STATES] + t * step
        to, start, stride = (at[OWN], bias_hh, 0) if gates == 3 else (z, z, wide)
        multiply(
            header, arena, h, units, 1, weight_hh, to, rows, wide, units, start, stride, 0, 0, wide + SPACE
        )
        c = at[CELLS] + t * step
        extra = at[EXTRA] + t * step
        call_cell(
            row[CELL_FORWARD], arena, z, at[OWN], h, h + step, c, c + step, extra, at[SLOPES], rows, units
        )
        store(arena, h + step, step, header[FORMAT])
        if gates == 4:
            store(arena, c + step, step, header[FORMAT])
        if flags & BACKWARD:
            _observe(row, header, arena, rows, gates, t)
    answer = header[WORKSPACE] + row[DST] * header[CAPACITY]
    to_rows(arena, at[STATES] + step, rows, steps, units, row[PLACES], answer)
    if flags & BACKWARD:
        sums = flat(header, exact(arena), table.SUMS, 0, SUMS)
        alive = flat(header, arena, SCRATCH, 0, wide)
        summarize(sums, alive, steps * step, wide, measured(row, header, arena))
    return 0.0


@njit(**KERNEL)
def _add_column(arena, values0, stride, rows, out0, width, unit):
    """out[r, unit] += values[r]."""
    for r in range(rows):
        arena[out0 + r * width + unit] += arena[values0 + r * stride]


@njit(**KERNEL)
def _tangent(row, header, arena, rows, moved):
    """The tangent of every state: from that of the inputs or, with `moved` >= 0, of a weight that moves by 1.

    Where the gradient is cut (TRUNCATE) the state before is held constant here too.
    """
    gates = row[GATE_COUNT]
    steps, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    v, dh, dc = at[DZ], at[DH], at[DC]
    weight = header[WAS_READ] + row[PARAM]
    weight_hh = weight + features * wide
    source = header[TANGENTS] + row[SRC] * header[CAPACITY]
    answer = header[TANGENTS] + row[DST] * header[CAPACITY]
    step = rows * units
    column, unit = divmod(moved, wide)
    fill(arena, dh, 2 * step, 0.0)
    for t in range(steps):
        if row[TRUNCATE] > 0 and (steps - t) % row[TRUNCATE] == 0:
            fill(arena, dh, 2 * step, 0.0)
        fill(arena, v, rows * wide, 0.0)
        if moved < 0:
            x, along = source + t * features, steps * features
            multiply(header, arena, x, along, 1, weight, v, rows, wide, features, v, wide)
        elif column < features:
            _add_column(arena, at[INPUTS] + t * rows * features + column, features, rows, v, wide, unit)
        to = at[OWN] if gates == 3 else v
        fill(arena, at[OWN], rows * wide, 0.0)
        multiply(header, arena, dh, units, 1, weight_hh, to, rows, wide, units, to, wide)
        if moved >= 0 and column >= features:
            _add_column(arena, at[STATES] + t * step + column - features, units, rows, to, wide, unit)
        h, c, z = at[STATES] + t * step, at[CELLS] + t * step, at[Z] + t * rows * wide
        extra = at[EXTRA] + t * step
        call_cell(row[CELL_TANGENT], arena, z, h, c, extra, v, at[OWN], dh, dc, rows, units)
        place = t - (steps - row[PLACES])
        if place >= 0:
            to_rows_at(arena, dh, rows, units, place, row[PLACES], answer)
    return log2_norm(arena, answer, rows * row[PLACES] * units)


@njit(**KERNEL)
def to_rows_at(arena, source, rows, width, place, places, target):
    """Place `place` of target (rows, places, width) = source (rows, width)."""
    for r in range(rows):
        for k in range(width):
            arena[target + (r * places + place) * width + k] = arena[source + r * width + k]


@face
def push(row, header, arena, scale, rows, flags):
    """The tangent of every state from that of the inputs."""
    return _tangent(row, header, arena, rows, -1)


@face
def nudge(row, header, arena, scale, rows, parameter):
    """The sum over all time steps of what the weight does in each."""
    return _tangent(row, header, arena, rows, parameter)


GATES = {"rnn": (), "lstm": ("input", "forget", "cell", "output"), "gru": ("reset", "update", "new")}
"""The gates of each kind, in the order of their parameters."""
