"""Dropout: DST = mask * SRC, the mask drawn anew in every step. Inference leaves the signal as it is."""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.kernels.random import dropout_mask
from vgtui.engine.operations.places import DROPOUT, tensor
from vgtui.engine.table import (
    AUX,
    D_DST,
    DELTAS,
    DROPOUT_KEY,
    DST,
    LAYER,
    SRC,
    STEP,
    TANGENTS,
    WIDTH_OUT,
    WORKSPACE,
)


@njit(**GLUE)
def _through_mask(row, header, arena, part, source, into, count):
    """The stretch at `source` times the mask, at `into`."""
    given = tensor(header, arena, part, source, count)
    out = tensor(header, arena, part, into, count)
    mask = tensor(header, arena, WORKSPACE, row[AUX], count)
    for i in range(count):
        out[i] = given[i] * mask[i]
    return out


@face
def forward(row, header, arena, scale, rows, flags):
    """The mask by the layer's rate, which is `scale`, then mask * SRC; SRC itself where nothing is dropped."""
    count = rows * row[WIDTH_OUT]
    if flags & DROPOUT:
        mask = tensor(header, arena, WORKSPACE, row[AUX], count)
        dropout_mask(mask, scale, row[LAYER], header[STEP], header[DROPOUT_KEY])
        _through_mask(row, header, arena, WORKSPACE, row[SRC], row[DST], count)
        return 0.0
    given = tensor(header, arena, WORKSPACE, row[SRC], count)
    out = tensor(header, arena, WORKSPACE, row[DST], count)
    for i in range(count):
        out[i] = given[i]
    return 0.0


@face
def backward(row, header, arena, scale, rows, exponent):
    """dL/dSRC = mask * dL/dDST."""
    count = rows * row[WIDTH_OUT]
    d = tensor(header, arena, DELTAS, row[D_DST], count)  # D_SRC too
    mask = tensor(header, arena, WORKSPACE, row[AUX], count)
    for i in range(count):
        d[i] *= mask[i]
    return -math.inf


@face
def push(row, header, arena, scale, rows, flags):
    """mask * v."""
    count = rows * row[WIDTH_OUT]
    out = _through_mask(row, header, arena, TANGENTS, row[SRC], row[DST], count)
    return log2_norm(out, 0, count)
