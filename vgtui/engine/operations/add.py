"""The skip connection: DST = OTHER + scale * SRC, scale being the skip's."""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.literals import number
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.operations.places import tensor
from vgtui.engine.table import (
    D_DST,
    D_OTHER,
    DELTAS,
    DST,
    NOTHING,
    OTHER,
    SET,
    SRC,
    TANGENTS,
    WIDTH_OUT,
    WORKSPACE,
    WRITE_OTHER,
)


@njit(**GLUE)
def _sum(row, header, arena, part, scale, count):
    branch = tensor(header, arena, part, row[SRC], count)
    other = tensor(header, arena, part, row[OTHER], count)
    out = tensor(header, arena, part, row[DST], count)
    scale = number(arena, scale)
    for k in range(count):
        out[k] = other[k] + scale * branch[k]
    return out


@face
def forward(row, header, arena, scale, rows, flags):
    """The source as it is and the branch times the scale."""
    _sum(row, header, arena, WORKSPACE, scale, rows * row[WIDTH_OUT])
    return 0.0


@face
def backward(row, header, arena, scale, rows, exponent):
    """The gradient goes to the skip's source as it is and to the branch times the scale, in its place."""
    count = rows * row[WIDTH_OUT]
    d_out = tensor(header, arena, DELTAS, row[D_DST], count)
    if row[WRITE_OTHER] != NOTHING:
        d_source = tensor(header, arena, DELTAS, row[D_OTHER], count)
        if row[WRITE_OTHER] == SET:
            for k in range(count):
                d_source[k] = d_out[k]
        else:
            for k in range(count):
                d_source[k] += d_out[k]
    if scale != 1.0:
        scale = number(arena, scale)
        for k in range(count):
            d_out[k] *= scale
    return -math.inf


@face
def push(row, header, arena, scale, rows, flags):
    """The same sum, of tangents."""
    out = _sum(row, header, arena, TANGENTS, scale, rows * row[WIDTH_OUT])
    return log2_norm(out, 0, out.size)
