"""Backpropagation through time: Werbos 1990, whole or truncated.

Inside one layer the gradient of the state may leave the range of float64 over a thousand steps. It is carried as
stored values times 2**exponent, which is moved when it strays; so is the sum of the weights' gradients, by an
exponent of its own, that of the largest part so far. The inputs' gradients share the exponent of the layers' delta.
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import call_cell, face
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.affine import column_sums, fill, transpose
from vgtui.engine.kernels.cells import lstm_reach
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import LOG10_2, log2_norm, scale_by_power
from vgtui.engine.kernels.products import multiply
from vgtui.engine.kernels.rounding import store
from vgtui.engine.kernels.through_time import add_rows, add_step, forget, is_silent, meet
from vgtui.engine.operations.places import finish_layer, flat
from vgtui.engine.operations.recurrence import (
    CELLS,
    CHUNK,
    DC,
    DH,
    DX,
    DZ,
    DZ_OWN,
    EXTRA,
    GATE_COUNT,
    INPUTS,
    LEFT,
    SPACE,
    STATES,
    Z,
    bring_back,
    layout,
    measures,
    shape,
)
from vgtui.engine.record import CELL, HIDDEN, KEPT, TIME_WIDTH
from vgtui.engine.table import (
    CAPACITY,
    CELL_BACKWARD,
    D_DST,
    D_SRC,
    DELTAS,
    FORMAT,
    GRADIENTS,
    NOTHING,
    PARAM,
    PLACES,
    READ,
    SCRATCH,
    SET,
    STEPS,
    TRUNCATE,
    WEIGHTS,
    WRITE,
    ZEROS,
)


@njit(**KERNEL)
def _begin(row, header, arena, rows, gates):
    """Transposed weights into the scratch, gradients of 0."""
    _, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    weight = header[READ] + row[PARAM]
    transpose(arena, weight, wide, features, wide, flat(header, arena, SCRATCH, 0, features * wide), features)
    weight_hh = weight + features * wide
    turned = flat(header, arena, SCRATCH, features * wide, (units + SPACE) * wide)
    transpose(arena, weight_hh, wide, units, wide, turned, units + SPACE)
    fill(arena, header[GRADIENTS] + row[PARAM], row[WEIGHTS] + 2 * wide, 0.0)
    fill(arena, at[DH], 2 * rows * units, 0.0)
    fill(arena, at[LEFT], rows * units, 1.0)


@njit(**KERNEL)
def _spread(row, header, arena, rows, gates, first, last, above):
    """The inputs' gradients of steps first to last - 1; `above`: their exponent less that of the layers' delta."""
    steps, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    count = last - first
    dz = at[DZ] + first % CHUNK * rows * wide
    many = count * rows
    dx = at[DX]
    multiply(header, arena, dz, wide, 1, header[SCRATCH], dx, many, features, wide, header[ZEROS], 0)
    if above != 0:
        scale_by_power(arena, dx, many * features, above)
    source = header[DELTAS] + row[D_SRC] * header[CAPACITY]
    add_rows(arena, dx, rows, count, features, first, steps, row[WRITE] != SET, source)


@njit(**KERNEL)
def _gather(row, header, arena, rows, gates, first, last, above):
    """Add to the gradients of the weights what steps first to last - 1 give them.

    above: the exponent of the steps less that of the sum. Returns how much that of the sum grew.
    """
    _, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    g = header[GRADIENTS] + row[PARAM]
    g_hh = g + features * wide
    many = (last - first) * rows
    place = first % CHUNK * rows * wide
    dz, dz_own = at[DZ] + place, at[DZ_OWN] + place
    grown = meet(arena, g, row[WEIGHTS] + 2 * wide, dz, many * wide, above)
    if gates == 3 and above < 0:
        scale_by_power(arena, dz_own, many * wide, above)
    x = at[INPUTS] + first * rows * features
    h = at[STATES] + first * rows * units
    multiply(header, arena, x, 1, features, dz, g, features, wide, many, g, wide)
    multiply(header, arena, h, 1, units, dz_own, g_hh, units, wide, many, g_hh, wide)
    bias = g_hh + units * wide
    sums = header[SCRATCH] + row[WEIGHTS] + SPACE * wide
    for part in range(2 if gates == 3 else 1):
        column_sums(arena, dz_own if part else dz, many, wide, arena, sums)
        for k in range(wide):
            arena[bias + part * wide + k] += arena[sums + k]
    return grown


@njit(**KERNEL)
def _release(row, header, arena, rows, gates, first, last, now, exponent, total):
    """Turn the dz of steps first to last - 1, of exponent `now`, into gradients. Returns the sum's new exponent."""
    if row[WRITE] != NOTHING:
        _spread(row, header, arena, rows, gates, first, last, now - exponent)
    return total + _gather(row, header, arena, rows, gates, first, last, now - total)


@njit(**KERNEL)
def _arrive(row, header, arena, rows, gates, t, above):
    """Add to dh what the layer's output at step t gets; `above`: the exponent of dh less that of the layers' delta.

    Returns by how much the exponent of dh moved: where what comes may be far larger, down to that of the layers.
    """
    steps, _, units = shape(row)
    at = layout(row, header, rows, gates)
    place = t - (steps - row[PLACES])
    if place < 0:
        return 0
    source = header[DELTAS] + row[D_DST] * header[CAPACITY]
    moved = 0
    if above != 0 and is_silent(arena, source, rows, row[PLACES], place, units):
        return 0
    if above < 0:
        scale_by_power(arena, at[DH], 2 * rows * units, above)
        moved = -above
    factor = 2.0 ** -min(max(above, 0), 1100)
    add_step(arena, source, rows, row[PLACES], place, units, factor, at[DH])
    return moved


@njit(**KERNEL)
def _step(row, header, arena, rows, gates, t):
    """Back through one step: its dz into the chunk, dh and dc those of the step before."""
    steps, features, units = shape(row)
    wide = gates * units
    at = layout(row, header, rows, gates)
    step = rows * units
    place = t % CHUNK * rows * wide
    h, c, z = at[STATES] + t * step, at[CELLS] + t * step, at[Z] + t * rows * wide
    dz, dz_own = at[DZ] + place, at[DZ_OWN] + place
    if gates == 4:
        kept = measures(row, header) + t * TIME_WIDTH + KEPT
        exact(arena)[kept] = forget(arena, z, at[LEFT], rows, units)
    extra = at[EXTRA] + t * step
    call_cell(row[CELL_BACKWARD], arena, z, h, c, extra, at[DH], at[DC], dz, dz_own, rows, units)
    store(arena, dz, rows * wide, header[FORMAT])
    store(arena, dz_own, rows * wide, header[FORMAT])
    if row[TRUNCATE] > 0 and (steps - t) % row[TRUNCATE] == 0:
        fill(arena, at[DH], 2 * step, 0.0)
    else:
        dh, turned = at[DH], header[SCRATCH] + features * wide
        multiply(
            header, arena, dz_own, wide, 1, turned, dh, rows, units, wide, dh, units, 0, 0, units + SPACE
        )
        store(arena, dh, 2 * step, header[FORMAT])


@njit(**KERNEL)
def _finish(row, header, arena, gates, exponent):
    """Gradients at their true scale, and what is measured of them; log2 of the norm of them all."""
    _, _, units = shape(row)
    wide = gates * units
    weights = row[WEIGHTS]
    g = header[GRADIENTS] + row[PARAM]
    if gates != 3:
        for k in range(wide):
            arena[g + weights + wide + k] = arena[g + weights + k]
    return finish_layer(row, header, arena, weights, 2 * wide, exponent)


@njit(**KERNEL)
def _weigh(row, header, arena, rows, gates, t, now):
    """Measure dh and dc, whose exponent is `now`, and bring them back where they stray. Returns the new exponent."""
    _, _, units = shape(row)
    at = layout(row, header, rows, gates)
    step = rows * units
    out = measures(row, header) + t * TIME_WIDTH
    size_h = log2_norm(arena, at[DH], step)
    size_c = -math.inf
    if gates == 4:
        z = at[Z] + t * rows * gates * units
        lstm_reach(arena, z, at[EXTRA] + t * step, at[DH], at[DC], rows, units)
        size_c = log2_norm(arena, at[DC], step)
    exact(arena)[out + HIDDEN] = (size_h + now) * LOG10_2
    exact(arena)[out + CELL] = (size_c + now) * LOG10_2
    return now - bring_back(header, arena, at[DH], 2 * step, max(size_h, size_c))


@face
def backward(row, header, arena, scale, rows, exponent):
    """Every gradient, from the last step to the first."""
    gates = row[GATE_COUNT]
    _begin(row, header, arena, rows, gates)
    now = exponent  # of dh and dc
    total = exponent  # of the sum of the weights' gradients
    waiting = row[STEPS]  # of step t + 1 to this one, not included, dz stands in the chunk
    for t in range(row[STEPS] - 1, -1, -1):
        before = now
        now += _arrive(row, header, arena, rows, gates, t, now - exponent)
        now = _weigh(row, header, arena, rows, gates, t, now)
        if now != before and t + 1 < waiting:
            total = _release(row, header, arena, rows, gates, t + 1, waiting, before, exponent, total)
            waiting = t + 1
        _step(row, header, arena, rows, gates, t)
        if t % CHUNK == 0:
            total = _release(row, header, arena, rows, gates, t, waiting, now, exponent, total)
            waiting = t
    return _finish(row, header, arena, gates, total)
