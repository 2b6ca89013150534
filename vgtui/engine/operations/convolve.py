"""The convolution z = w * x + b: at each place the affine map of what the kernel sees, or by tiles (see tiled)."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.faces import face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.affine import column_sums, fill, transpose
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.kernels.padding import pad
from vgtui.engine.kernels.products import multiply_lines
from vgtui.engine.operations import tiled
from vgtui.engine.operations.places import finish_layer, flat
from vgtui.engine.operations.windows import (
    BREADTH,
    CHANNELS,
    COLUMNS,
    FILTERS,
    HEIGHT,
    KERNEL,
    LEFT,
    ROWS,
    STRIDE,
    TILES,
    TOP,
    pad_sample,
)
from vgtui.engine.table import (
    CAPACITY,
    D_DST,
    D_SRC,
    DELTAS,
    DST,
    GRADIENTS,
    NOTHING,
    PARAM,
    READ,
    SCRATCH,
    SET,
    SRC,
    TANGENTS,
    WAS_READ,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
    WRITE,
    ZEROS,
)


@njit(**GLUE)
def _product(row, header, arena, rows, part, weights, start):
    """DST = SRC seen by the kernel @ weight + start, in the workspace or among the tangents."""
    filters = row[FILTERS]
    channels = row[CHANNELS]
    run = row[KERNEL] * channels
    step = row[STRIDE] * channels
    if row[TILES] > 0:
        tiled.product(row, header, arena, rows, part, weights, start)
        return
    for r in range(rows):
        width = pad_sample(row, header, arena, part, r, r == 0)
        dst = header[part] + row[DST] * header[CAPACITY] + r * row[WIDTH_OUT]
        multiply_lines(
            header, arena, header[SCRATCH], step, 1, width * channels, row[KERNEL], width * step, row[ROWS], weights,
            dst, row[COLUMNS], filters, run, start, 0,
        )  # fmt: skip


@face
def forward(row, header, arena, scale, rows, flags):
    """z = w * x + b."""
    p = header[READ] + row[PARAM]
    weights = row[KERNEL] * row[KERNEL] * row[CHANNELS] * row[FILTERS]
    _product(row, header, arena, rows, WORKSPACE, p, p + weights)
    return 0.0


@njit(**GLUE)
def _weight_gradient(row, header, arena, rows):
    """dL/dw = the sum over places of what the kernel sees times delta, one row of the kernel after the other."""
    filters = row[FILTERS]
    channels = row[CHANNELS]
    run = row[KERNEL] * channels
    step = row[STRIDE] * channels
    g = header[GRADIENTS] + row[PARAM]
    fill(arena, g, row[KERNEL] * run * filters, 0.0)
    for r in range(rows):
        width = pad_sample(row, header, arena, WORKSPACE, r, r == 0)
        delta = header[DELTAS] + row[D_DST] * header[CAPACITY] + r * row[WIDTH_OUT]
        multiply_lines(
            header, arena, header[SCRATCH], 1, step, width * step, row[ROWS], width * channels, row[KERNEL], delta,
            g, run, filters, row[COLUMNS], g, filters,
        )  # fmt: skip


@njit(**GLUE)
def _source_gradient(row, header, arena, rows):
    """dL/dx, set or added to: the kernel, turned by half a turn, goes over delta, padded all around."""
    filters = row[FILTERS]
    channels = row[CHANNELS]
    kernel = row[KERNEL]
    taps = kernel * kernel
    for t in range(taps):
        turned = flat(header, arena, SCRATCH, t * channels * filters, channels * filters)
        tap = header[READ] + row[PARAM] + (taps - 1 - t) * channels * filters
        transpose(arena, tap, filters, channels, filters, turned, channels)
    weights = header[SCRATCH]
    padded = weights + taps * channels * filters
    height = row[HEIGHT] + kernel - 1
    width = row[BREADTH] + kernel - 1
    adds = row[WRITE] != SET
    for r in range(rows):
        delta = header[DELTAS] + row[D_DST] * header[CAPACITY] + r * row[WIDTH_OUT]
        pad(
            arena, delta, row[ROWS], row[COLUMNS], filters, row[STRIDE], kernel - 1 - row[TOP],
            kernel - 1 - row[LEFT], arena, padded, height, width, r == 0,
        )  # fmt: skip
        out = header[DELTAS] + row[D_SRC] * header[CAPACITY] + r * row[WIDTH_IN]
        start, stride = (out, channels) if adds else (header[ZEROS], 0)
        multiply_lines(
            header, arena, padded, filters, 1, width * filters, kernel, width * filters, row[HEIGHT], weights,
            out, row[BREADTH], channels, kernel * filters, start, stride,
        )  # fmt: skip


@face
def backward(row, header, arena, scale, rows, exponent):
    """dL/dw and dL/db summed over batch and places, and dL/dx."""
    filters = row[FILTERS]
    weights = row[KERNEL] * row[KERNEL] * row[CHANNELS] * filters
    delta = header[DELTAS] + row[D_DST] * header[CAPACITY]
    g = header[GRADIENTS] + row[PARAM]
    if row[TILES] > 0:
        tiled.gradients(row, header, arena, rows)
    else:
        _weight_gradient(row, header, arena, rows)
    column_sums(arena, delta, rows * row[ROWS] * row[COLUMNS], filters, arena, g + weights)
    norm = finish_layer(row, header, arena, weights, filters, exponent)
    if row[TILES] == 0 and row[WRITE] != NOTHING:
        _source_gradient(row, header, arena, rows)
    return norm


@face
def push(row, header, arena, scale, rows, flags):
    """w * v."""
    count = rows * row[WIDTH_OUT]
    dst = header[TANGENTS] + row[DST] * header[CAPACITY]
    _product(row, header, arena, rows, TANGENTS, header[WAS_READ] + row[PARAM], header[ZEROS])
    return log2_norm(arena, dst, count)


@face
def nudge(row, header, arena, scale, rows, parameter):
    """The tangent of z when only the weight at `parameter`, counted from the layer's first, moves by 1."""
    filters = row[FILTERS]
    tap, unit = divmod(parameter, filters)
    tap, channel = divmod(tap, row[CHANNELS])
    i, j = divmod(tap, row[KERNEL])
    out = header[TANGENTS] + row[DST] * header[CAPACITY]
    values = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    fill(arena, out, rows * row[WIDTH_OUT], 0.0)
    for r in range(rows):
        for y in range(row[ROWS]):
            source = y * row[STRIDE] + i - row[TOP]
            if not 0 <= source < row[HEIGHT]:
                continue
            for x in range(row[COLUMNS]):
                column = x * row[STRIDE] + j - row[LEFT]
                if 0 <= column < row[BREADTH]:
                    place = r * row[WIDTH_IN] + (source * row[BREADTH] + column) * row[CHANNELS] + channel
                    into = r * row[WIDTH_OUT] + (y * row[COLUMNS] + x) * filters + unit
                    arena[out + into] = arena[values + place]
    return log2_norm(arena, out, rows * row[WIDTH_OUT])
