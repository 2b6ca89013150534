"""Activations as operations: one forward face for all curves, two ways back, by the slope or softmax's Jacobian."""

from __future__ import annotations

import math

import numpy as np

from vgtui.engine import table
from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face, call_curve, face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels import activations as act
from vgtui.engine.kernels.affine import copy_rows, fill
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.kernels.observe import LOW, ORIGIN, SUMS, observe, summarize
from vgtui.engine.operations.places import BACKWARD, finish_gradient, flat, measured, stretch, tensor
from vgtui.engine.table import (
    AUX,
    AUX2,
    CAPACITY,
    CURVE,
    D_DST,
    D_SRC,
    DELTAS,
    DST,
    FORMAT,
    FULL,
    GRADIENTS,
    OWN,
    PARAM,
    PLACES,
    READ,
    SCRATCH,
    SLOPE,
    SRC,
    TANGENTS,
    WIDTH_OUT,
    WORKSPACE,
)

KEPT, ALWAYS_TOLD = OWN, OWN + 1
"""Own columns: where slopes stand that the activation does not tell (as AUX, unless that is shared; AUX2 says of
every stretch of rows whether it does), and 1 where it tells them however small they are."""

CHUNK = 1024  # numbers that an activation is computed for at a time
WHOLE = 16  # rows, of which so many have a whole number of vectors, however wide they are


@njit(**GLUE)
def _begin(row, header, arena):
    """Where the sums of what is observed stand, and one flag a unit: all emptied."""
    sums = flat(header, exact(arena), table.SUMS, 0, SUMS)
    alive = flat(header, arena, SCRATCH, 0, row[WIDTH_OUT] // row[PLACES])
    fill(sums, 0, SUMS, 0.0)
    fill(alive, 0, alive.size, 0.0)
    return sums, alive


@njit(**GLUE)
def _stride(width):
    """How many rows of so many numbers are one chunk."""
    rows = max(1, CHUNK // width)
    return rows - rows % WHOLE if rows > WHOLE else rows


@njit(**GLUE)
def _is_told(row, header, low):
    """Whether the slopes of a stretch, `low` of which are small, can be had from the activation as exactly."""
    return row[SLOPE] != 0 and (low == 0.0 or row[ALWAYS_TOLD] != 0) and header[FORMAT] == FULL


@face
def forward(row, header, arena, scale, rows, flags):
    """A few rows at a time, so that what is measured is measured in the cache."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    alpha = np.float64(arena[header[READ] + row[PARAM]]) if row[PARAM] >= 0 else scale
    sums, alive = _begin(row, header, arena)
    told = header[WORKSPACE] + row[AUX2] * header[CAPACITY]
    step = _stride(width)
    for r in range(0, rows, step):
        count = min(step, rows - r) * width
        a = stretch(header, arena, WORKSPACE, row[DST], r * width, count)
        slope = stretch(header, arena, WORKSPACE, row[AUX], r * width, count)
        if row[AUX] != row[SRC]:
            z = stretch(header, arena, WORKSPACE, row[SRC], r * width, count)
            for i in range(count):
                slope[i] = z[i]
        call_curve(row[CURVE], slope, a, alpha, width)
        if flags & BACKWARD:
            if r == 0:
                sums[ORIGIN] = a[0]
            before = sums[LOW]
            observe(a, slope, width, sums, alive)
            is_told = _is_told(row, header, sums[LOW] - before)
            arena[told + r // step] = 1.0 if is_told else 0.0
            if not is_told and row[KEPT] != row[AUX]:
                copy_rows(
                    slope, 0, 1, count, stretch(header, arena, WORKSPACE, row[KEPT], r * width, count), count
                )
    if flags & BACKWARD:
        summarize(sums, alive, rows * width, width, measured(row, header, arena))
    return 0.0


@njit(**GLUE)
def _through_slope(row, header, arena, count):
    """Multiply the gradient by the slope, in its place: D_SRC is D_DST."""
    d = tensor(header, arena, DELTAS, row[D_DST], count)
    slope = tensor(header, arena, WORKSPACE, row[KEPT], count)
    for i in range(count):
        d[i] *= slope[i]


@face
def backward(row, header, arena, scale, rows, exponent):
    """dL/dz = dL/da * phi'(z)."""
    _through_slope(row, header, arena, rows * row[WIDTH_OUT])
    return -math.inf


@face
def told_backward(row, header, arena, scale, rows, exponent):
    """The same, the slope being had from the activation wherever that tells it."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    told = header[WORKSPACE] + row[AUX2] * header[CAPACITY]
    step = _stride(width)
    for r in range(0, rows, step):
        count = min(step, rows - r) * width
        d = stretch(header, arena, DELTAS, row[D_DST], r * width, count)
        if arena[told + r // step] != 0.0:
            call_curve(
                row[SLOPE], stretch(header, arena, WORKSPACE, row[DST], r * width, count), d, scale, width
            )
        else:
            slope = stretch(header, arena, WORKSPACE, row[KEPT], r * width, count)
            for i in range(count):
                d[i] *= slope[i]
    return -math.inf


@face
def prelu_backward(row, header, arena, scale, rows, exponent):
    """The same, and dL/dalpha = the sum of dL/da * z where z is not positive. He et al. 2015."""
    count = rows * row[WIDTH_OUT]
    d_out = tensor(header, arena, DELTAS, row[D_DST], count)
    z = tensor(header, arena, WORKSPACE, row[SRC], count)
    total = 0.0
    for i in range(count):
        total += 0.0 if z[i] > 0.0 else d_out[i] * z[i]
    arena[header[GRADIENTS] + row[PARAM]] = total
    norm = finish_gradient(header, arena, row[PARAM], 1, exponent)
    _through_slope(row, header, arena, count)  # last: the gradients may share their place
    return norm


@face
def softmax_backward(row, header, arena, scale, rows, exponent):
    """dL/dz = (diag(a) - a a') dL/da for each row."""
    count = rows * row[WIDTH_OUT]
    d_out = tensor(header, arena, DELTAS, row[D_DST], count)
    d_in = tensor(header, arena, DELTAS, row[D_SRC], count)
    act.softmax_product(tensor(header, arena, WORKSPACE, row[DST], count), d_out, d_in, rows, row[WIDTH_OUT])
    return -math.inf


@face
def push(row, header, arena, scale, rows, flags):
    """v * phi'(z)."""
    count = rows * row[WIDTH_OUT]
    v = tensor(header, arena, TANGENTS, row[SRC], count)
    out = tensor(header, arena, TANGENTS, row[DST], count)
    slope = tensor(header, arena, WORKSPACE, row[AUX], count)
    for i in range(count):
        out[i] = v[i] * slope[i]
    return log2_norm(out, 0, count)


@face
def softmax_push(row, header, arena, scale, rows, flags):
    """(diag(a) - a a') v for each row."""
    count = rows * row[WIDTH_OUT]
    v = tensor(header, arena, TANGENTS, row[SRC], count)
    out = tensor(header, arena, TANGENTS, row[DST], count)
    act.softmax_product(tensor(header, arena, WORKSPACE, row[DST], count), v, out, rows, row[WIDTH_OUT])
    return log2_norm(out, 0, count)


CURVES: dict[str, Face] = {**act.CURVES, "prelu": act.CURVES["leaky_relu"]}
"""What `forward` calls for every activation: prelu is leaky_relu with a learned alpha."""

SLOPES: dict[str, Face] = act.SLOPES
"""What `told_backward` calls."""
