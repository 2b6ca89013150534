"""The convolution z = w * x + b: at each place the affine map of the patch that the kernel sees.

Weights are stored (kernel, kernel, in, out), biases behind them; images are (height, width, channels).
"""

from __future__ import annotations

from numba import njit

from vgtui.engine.faces import arrays, face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.affine import column_sums, fill, multiply, transpose
from vgtui.engine.kernels.norms import LOG10_2, absolute_sum, log2_hypot, log2_norm
from vgtui.engine.kernels.patches import gather, gather_back
from vgtui.engine.operations.places import finish_gradient, flat
from vgtui.engine.record import WEIGHT_GRAD, WEIGHT_GRAD_MEAN, WIDTH
from vgtui.engine.table import (
    CAPACITY,
    D_DST,
    D_SRC,
    DELTAS,
    DST,
    GRADIENTS,
    LAYER,
    MEASURED,
    NOTHING,
    OWN,
    PARAM,
    PARAMETERS,
    PREVIOUS,
    SCRATCH,
    SET,
    SRC,
    TANGENTS,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
    WRITE,
)

HEIGHT, BREADTH, CHANNELS, ROWS, COLUMNS, FILTERS, KERNEL, STRIDE, TOP, LEFT = range(OWN, OWN + 10)
"""Own columns: the image that comes in, the one that goes out, and how the kernel goes over it."""

SPAN = 12288  # numbers of patches that are gathered at a time


@njit(**GLUE)
def _step(patch):
    """How many patches are gathered at a time: whole tiles of a product."""
    return max(8, SPAN // patch // 8 * 8)


def scratch(channels: int, filters: int, taps: int) -> int:
    """Numbers of scratch that the faces need."""
    largest = taps * max(channels, filters)
    return taps * channels * filters + max(8 * largest, SPAN)


@njit(**GLUE)
def _see(row, header, arena, part, r, first, count, out):
    """The patches of places first .. first + count - 1 of sample r, in the scratch from `out` on."""
    image = header[part] + row[SRC] * header[CAPACITY] + r * row[WIDTH_IN]
    gather(
        arena, image, row[HEIGHT], row[BREADTH], row[CHANNELS], row[COLUMNS], row[KERNEL], row[STRIDE],
        row[TOP], row[LEFT], first, count, arena, header[SCRATCH] + out,
    )  # fmt: skip


@njit(**GLUE)
def _product(row, header, arena, rows, part, weights, start, stride):
    """DST = patches of SRC @ weight + start, in the workspace or among the tangents."""
    filters = row[FILTERS]
    patch = row[KERNEL] * row[KERNEL] * row[CHANNELS]
    places = row[ROWS] * row[COLUMNS]
    step = _step(patch)
    seen = header[SCRATCH]
    for r in range(rows):
        for first in range(0, places, step):
            count = min(step, places - first)
            _see(row, header, arena, part, r, first, count, 0)
            done = (r * places + first) * filters
            dst = header[part] + row[DST] * header[CAPACITY] + done
            begin = start + done // filters * stride
            multiply(
                arena, seen, patch, 1, arena, weights, arena, dst, count, filters, patch, arena, begin, stride
            )


@face
def forward(row_, header_, arena_, size, scale, rows, flags):
    """z = w * x + b."""
    row, header, arena = arrays(row_, header_, arena_, size)
    p = header[PARAMETERS] + row[PARAM]
    weights = row[KERNEL] * row[KERNEL] * row[CHANNELS] * row[FILTERS]
    _product(row, header, arena, rows, WORKSPACE, p, p + weights, 0)
    return 0.0


@njit(**GLUE)
def _weight_gradient(row, header, arena, rows):
    """dL/dw = the sum over places of patch' delta."""
    filters = row[FILTERS]
    patch = row[KERNEL] * row[KERNEL] * row[CHANNELS]
    places = row[ROWS] * row[COLUMNS]
    step = _step(patch)
    seen = header[SCRATCH]
    g = header[GRADIENTS] + row[PARAM]
    fill(arena, g, patch * filters, 0.0)
    for r in range(rows):
        for first in range(0, places, step):
            count = min(step, places - first)
            _see(row, header, arena, WORKSPACE, r, first, count, 0)
            delta = header[DELTAS] + row[D_DST] * header[CAPACITY] + (r * places + first) * filters
            multiply(arena, seen, 1, patch, arena, delta, arena, g, patch, filters, count, arena, g, filters)


@njit(**GLUE)
def _source_gradient(row, header, arena, rows):
    """dL/dx: each input place collects from the outputs that see it, added to what stands there."""
    filters = row[FILTERS]
    channels = row[CHANNELS]
    taps = row[KERNEL] * row[KERNEL]
    patch = taps * filters
    places = row[HEIGHT] * row[BREADTH]
    step = _step(patch)
    turned = header[SCRATCH]
    seen = turned + patch * channels
    for t in range(taps):
        at = t * channels * filters
        tap = flat(header, arena, SCRATCH, at, channels * filters)
        transpose(arena, header[PARAMETERS] + row[PARAM] + at, channels, filters, tap)
    for r in range(rows):
        delta = header[DELTAS] + row[D_DST] * header[CAPACITY] + r * row[WIDTH_OUT]
        for first in range(0, places, step):
            count = min(step, places - first)
            gather_back(
                arena, delta, row[ROWS], row[COLUMNS], filters, row[BREADTH], row[KERNEL], row[STRIDE],
                row[TOP], row[LEFT], first, count, arena, seen,
            )  # fmt: skip
            out = header[DELTAS] + row[D_SRC] * header[CAPACITY] + (r * places + first) * channels
            multiply(
                arena, seen, patch, 1, arena, turned, arena, out, count, channels, patch, arena, out, channels
            )


@face
def backward(row_, header_, arena_, size, scale, rows, exponent):
    """dL/dw and dL/db summed over batch and places, and dL/dx."""
    row, header, arena = arrays(row_, header_, arena_, size)
    filters = row[FILTERS]
    weights = row[KERNEL] * row[KERNEL] * row[CHANNELS] * filters
    delta = header[DELTAS] + row[D_DST] * header[CAPACITY]
    g = header[GRADIENTS] + row[PARAM]
    _weight_gradient(row, header, arena, rows)
    column_sums(arena, delta, rows * row[ROWS] * row[COLUMNS], filters, arena, g + weights)
    weight_size = finish_gradient(header, arena, row[PARAM], weights, exponent)
    bias_size = finish_gradient(header, arena, row[PARAM] + weights, filters, exponent)
    out = flat(header, arena, MEASURED, row[LAYER] * WIDTH, WIDTH)
    out[WEIGHT_GRAD] = weight_size * LOG10_2
    out[WEIGHT_GRAD_MEAN] = absolute_sum(arena, g, weights) / weights
    if row[WRITE] != NOTHING:
        if row[WRITE] == SET:
            fill(arena, header[DELTAS] + row[D_SRC] * header[CAPACITY], rows * row[WIDTH_IN], 0.0)
        _source_gradient(row, header, arena, rows)
    return log2_hypot(weight_size, bias_size)


@face
def push(row_, header_, arena_, size, scale, rows, flags):
    """w * v."""
    row, header, arena = arrays(row_, header_, arena_, size)
    count = rows * row[WIDTH_OUT]
    dst = header[TANGENTS] + row[DST] * header[CAPACITY]
    fill(arena, dst, count, 0.0)
    _product(row, header, arena, rows, TANGENTS, header[PREVIOUS] + row[PARAM], dst, row[FILTERS])
    return log2_norm(arena, dst, count)


@face
def nudge(row_, header_, arena_, size, scale, rows, parameter):
    """The tangent of z when only the weight at `parameter`, counted from the layer's first, moves by 1."""
    row, header, arena = arrays(row_, header_, arena_, size)
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
