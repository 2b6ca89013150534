"""Recurrent layers from the first time step to the last: their states, and the tangents of them."""

from __future__ import annotations

from vgtui.engine import table
from vgtui.engine.deferred import njit
from vgtui.engine.faces import call_cell, face
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.affine import copy_rows, fill
from vgtui.engine.kernels.literals import exact, number
from vgtui.engine.kernels.norms import log2_norm, scale_by_power
from vgtui.engine.kernels.observe import ORIGIN, SUMS, summarize
from vgtui.engine.kernels.products import multiply
from vgtui.engine.kernels.rounding import store
from vgtui.engine.kernels.through_time import (
    from_rows,
    gate_means,
    is_silent,
    observe_slopes,
    observe_state,
    to_rows,
)
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
    bring_back,
    layout,
    measures,
    shape,
)
from vgtui.engine.record import TIME_WIDTH
from vgtui.engine.table import (
    CAPACITY,
    CARRIED,
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
def _enter(row, header, arena, rows, moved, t):
    """v and OWN = what enters at step t: of the inputs' tangents or, with `moved` >= 0, of a weight that moves by 1.

    Returns where what belongs to the state before stands, and whether all of it is 0.
    """
    gates = row[GATE_COUNT]
    steps, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    v = at[DZ]
    to = at[OWN] if gates == 3 else v
    fill(arena, v, rows * wide, 0.0)
    fill(arena, at[OWN], rows * wide, 0.0)
    column, unit = divmod(moved, wide)
    if moved < 0:
        x = header[TANGENTS] + row[SRC] * header[CAPACITY] + t * features
        weight = header[WAS_READ] + row[PARAM]
        multiply(header, arena, x, steps * features, 1, weight, v, rows, wide, features, v, wide)
    elif column < features:
        _add_column(arena, at[INPUTS] + t * rows * features + column, features, rows, v, wide, unit)
    else:
        h = at[STATES] + t * rows * units
        _add_column(arena, h + column - features, units, rows, to, wide, unit)
    return to, is_silent(arena, v, rows, 1, 0, wide) and is_silent(arena, to, rows, 1, 0, wide)


@njit(**KERNEL)
def _tangent_step(row, header, arena, rows, moved, t, now):
    """The tangents of state and cell after step t from those before, whose exponent is `now`. Returns the new one."""
    gates = row[GATE_COUNT]
    _, features, units = shape(row)
    wide, step = gates * units, rows * units
    at = layout(row, header, rows, gates)
    v, dh, dc = at[DZ], at[DH], at[DC]
    to, silent = _enter(row, header, arena, rows, moved, t)
    if not silent:
        scale_by_power(arena, dh, 2 * step, min(now, 0))
        scale_by_power(arena, v, rows * wide, -max(now, 0))
        scale_by_power(arena, at[OWN], rows * wide, -max(now, 0))
        now = max(now, 0)
    weight_hh = header[WAS_READ] + row[PARAM] + features * wide
    multiply(header, arena, dh, units, 1, weight_hh, to, rows, wide, units, to, wide)
    h, c, z = at[STATES] + t * step, at[CELLS] + t * step, at[Z] + t * rows * wide
    extra = at[EXTRA] + t * step
    call_cell(row[CELL_TANGENT], arena, z, h, c, extra, v, at[OWN], dh, dc, rows, units)
    return now - bring_back(header, arena, dh, 2 * step, log2_norm(arena, dh, 2 * step))


@njit(**KERNEL)
def _tangent(row, header, arena, rows, moved):
    """The tangent of every state: from that of the inputs or, with `moved` >= 0, of a weight that moves by 1.

    Where the gradient is cut (TRUNCATE) the state before is held constant here too. The states' tangents have an
    exponent of their own, as their gradients have; CARRIED of the header is in the end that of the answer, the
    largest of all its places. Returns log2 of the answer's true norm.
    """
    gates = row[GATE_COUNT]
    steps, _, units = shape(row)
    at = layout(row, header, rows, gates)
    answer = header[TANGENTS] + row[DST] * header[CAPACITY]
    step, count = rows * units, rows * row[PLACES] * units
    fill(arena, at[DH], 2 * step, 0.0)
    fill(arena, answer, count, 0.0)
    now = held = 0
    for t in range(steps):
        if row[TRUNCATE] > 0 and (steps - t) % row[TRUNCATE] == 0:
            fill(arena, at[DH], 2 * step, 0.0)
            now = 0
        now = _tangent_step(row, header, arena, rows, moved, t, now)
        place = t - (steps - row[PLACES])
        if place >= 0:
            above = held - now if place > 0 else 0
            scale_by_power(arena, answer, count, min(above, 0))
            held = now + max(above, 0)
            add_step_at(
                arena, at[DH], rows, units, place, row[PLACES], 2.0 ** -min(max(above, 0), 1100), answer
            )
    header[CARRIED] = held
    return log2_norm(arena, answer, count) + held


@njit(**KERNEL)
def add_step_at(arena, source, rows, width, place, places, factor, target):
    """Place `place` of target (rows, places, width) += factor * source (rows, width)."""
    factor = number(arena, factor)
    for r in range(rows):
        for k in range(width):
            arena[target + (r * places + place) * width + k] += factor * arena[source + r * width + k]


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
