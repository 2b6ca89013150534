"""The affine map z = x @ weight + bias; weights are stored (in, out), biases behind them."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.faces import face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.affine import column_sums, fill, transpose
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.kernels.products import multiply
from vgtui.engine.operations.places import finish_layer, flat
from vgtui.engine.table import (
    CAPACITY,
    D_DST,
    D_SRC,
    DELTAS,
    DST,
    FIRST_MOMENT,
    GRADIENTS,
    NOTHING,
    OWN,
    PARAM,
    READ,
    SCRATCH,
    SECOND_MOMENT,
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

AHEAD = OWN
"""Own column: what the layer's activation writes, and will need in the cache."""

LEAST, MOST = 2048, 16384
"""Numbers that are worth asking for ahead: more than the first cache holds beside the rest, no part of the second."""


@njit(**GLUE)
def _next(start, count):
    """The stretch of `count` numbers that comes next, empty where it is in the cache anyway or would fill it."""
    return start, start + (count if LEAST <= count <= MOST else 0)


@njit(**GLUE)
def _product(row, header, arena, rows, part, weights, start):
    """DST = SRC @ weight + start, in the workspace or among the tangents."""
    n_in = row[WIDTH_IN]
    n_out = row[WIDTH_OUT]
    src = header[part] + row[SRC] * header[CAPACITY]
    dst = header[part] + row[DST] * header[CAPACITY]
    ahead, until = _next(header[part] + row[AHEAD] * header[CAPACITY], rows * n_out)
    multiply(header, arena, src, n_in, 1, weights, dst, rows, n_out, n_in, start, 0, ahead, until)
    return dst


@face
def forward(row, header, arena, scale, rows, flags):
    """z = x @ weight + bias."""
    p = header[READ] + row[PARAM]
    _product(row, header, arena, rows, WORKSPACE, p, p + row[WIDTH_IN] * row[WIDTH_OUT])
    return 0.0


@face
def backward(row, header, arena, scale, rows, exponent):
    """dL/dweight = x' delta, dL/dbias = sum of delta, dL/dx = delta weight'.

    Meanwhile the inputs and weights of the layer before are on their way, and this one's moments for its update.
    """
    n_in = row[WIDTH_IN]
    n_out = row[WIDTH_OUT]
    weights = n_in * n_out
    values = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    delta = header[DELTAS] + row[D_DST] * header[CAPACITY]
    g = header[GRADIENTS] + row[PARAM]
    ahead, until = _next(values - 2 * rows * n_in, rows * n_in)
    some = weights if ahead < until else 0
    own = header[READ] + row[PARAM]
    multiply(
        header, arena, values, 1, n_in, delta, g, n_in, n_out, rows, header[ZEROS], 0, ahead, until, 0,
        own - some, own,
    )  # fmt: skip
    column_sums(arena, delta, rows, n_out, arena, g + weights)
    norm = finish_layer(row, header, arena, weights, n_out, exponent)
    if row[WRITE] != NOTHING:
        source = header[DELTAS] + row[D_SRC] * header[CAPACITY]
        transposed = flat(header, arena, SCRATCH, 0, weights)
        transpose(arena, header[READ] + row[PARAM], n_out, n_in, n_out, transposed, n_in)
        start, stride = (header[ZEROS], 0) if row[WRITE] == SET else (source, n_in)
        turned = header[SCRATCH]
        first, second = header[FIRST_MOMENT] + row[PARAM], header[SECOND_MOMENT] + row[PARAM]
        multiply(
            header, arena, delta, n_out, 1, turned, source, rows, n_in, n_out, start, stride, first, first + some, 0,
            second, second + some,
        )  # fmt: skip
    return norm


@face
def push(row, header, arena, scale, rows, flags):
    """v @ weight."""
    count = rows * row[WIDTH_OUT]
    dst = header[TANGENTS] + row[DST] * header[CAPACITY]
    _product(row, header, arena, rows, TANGENTS, header[WAS_READ] + row[PARAM], header[ZEROS])
    return log2_norm(arena, dst, count)


@face
def nudge(row, header, arena, scale, rows, parameter):
    """The tangent of z when only the weight at `parameter`, counted from the layer's first, moves by 1."""
    n_in = row[WIDTH_IN]
    n_out = row[WIDTH_OUT]
    out = header[TANGENTS] + row[DST] * header[CAPACITY]
    values = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    fill(arena, out, rows * n_out, 0.0)
    column, unit = divmod(parameter, n_out)
    for r in range(rows):
        arena[out + r * n_out + unit] = arena[values + r * n_in + column]
    return log2_norm(arena, out, rows * n_out)
