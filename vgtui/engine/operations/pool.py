"""Pooling of an image's places, channel by channel, over windows that do not overlap."""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face, face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.affine import fill
from vgtui.engine.kernels.literals import number
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.operations.places import tensor
from vgtui.engine.table import (
    AUX,
    D_DST,
    D_SRC,
    DELTAS,
    DST,
    NOTHING,
    OWN,
    SET,
    SRC,
    TANGENTS,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
    WRITE,
)

HEIGHT, BREADTH, CHANNELS, ROWS, COLUMNS, WINDOW_ROWS, WINDOW_COLUMNS = range(OWN, OWN + 7)
"""Own columns: the image that comes in, the places that go out, and the window that one of them stands for."""


@njit(**GLUE)
def _corner(row, place):
    """Where in a sample the window of an output place begins."""
    y, x = divmod(place, row[COLUMNS])
    return (y * row[WINDOW_ROWS] * row[BREADTH] + x * row[WINDOW_COLUMNS]) * row[CHANNELS]


@face
def max_forward(row, header, arena, scale, rows, flags):
    """The largest of each window, the first of equals; where it stands in the sample is kept in AUX."""
    x = tensor(header, arena, WORKSPACE, row[SRC], rows * row[WIDTH_IN])
    out = tensor(header, arena, WORKSPACE, row[DST], rows * row[WIDTH_OUT])
    found = tensor(header, arena, WORKSPACE, row[AUX], rows * row[WIDTH_OUT])
    channels = row[CHANNELS]
    k = 0
    for r in range(rows):
        sample = x[r * row[WIDTH_IN] : (r + 1) * row[WIDTH_IN]]
        for place in range(row[ROWS] * row[COLUMNS]):
            corner = _corner(row, place)
            for c in range(corner, corner + channels):
                best = c
                for i in range(row[WINDOW_ROWS]):
                    for j in range(row[WINDOW_COLUMNS]):
                        at = c + (i * row[BREADTH] + j) * channels
                        if sample[at] > sample[best] or math.isnan(sample[at]):
                            best = at
                out[k] = sample[best]
                found[k] = best
                k += 1
    return 0.0


@face
def max_backward(row, header, arena, scale, rows, exponent):
    """The gradient of an output goes to the place that was the largest."""
    if row[WRITE] == NOTHING:
        return -math.inf
    d_out = tensor(header, arena, DELTAS, row[D_DST], rows * row[WIDTH_OUT])
    d_in = tensor(header, arena, DELTAS, row[D_SRC], rows * row[WIDTH_IN])
    found = tensor(header, arena, WORKSPACE, row[AUX], rows * row[WIDTH_OUT])
    if row[WRITE] == SET:
        fill(d_in, 0, d_in.size, 0.0)
    for r in range(rows):
        for k in range(r * row[WIDTH_OUT], (r + 1) * row[WIDTH_OUT]):
            d_in[r * row[WIDTH_IN] + int(found[k])] += d_out[k]
    return -math.inf


@face
def max_push(row, header, arena, scale, rows, flags):
    """The tangent of the place that was the largest."""
    v = tensor(header, arena, TANGENTS, row[SRC], rows * row[WIDTH_IN])
    out = tensor(header, arena, TANGENTS, row[DST], rows * row[WIDTH_OUT])
    found = tensor(header, arena, WORKSPACE, row[AUX], rows * row[WIDTH_OUT])
    for r in range(rows):
        for k in range(r * row[WIDTH_OUT], (r + 1) * row[WIDTH_OUT]):
            out[k] = v[r * row[WIDTH_IN] + int(found[k])]
    return log2_norm(out, 0, out.size)


@njit(**GLUE)
def _mean(row, header, arena, part, rows):
    """DST = the mean of each window of SRC, in the workspace or among the tangents."""
    x = tensor(header, arena, part, row[SRC], rows * row[WIDTH_IN])
    out = tensor(header, arena, part, row[DST], rows * row[WIDTH_OUT])
    channels = row[CHANNELS]
    places = row[ROWS] * row[COLUMNS]
    share = number(arena, 1.0 / (row[WINDOW_ROWS] * row[WINDOW_COLUMNS]))
    fill(out, 0, out.size, 0.0)
    for r in range(rows):
        for place in range(places):
            corner = r * row[WIDTH_IN] + _corner(row, place)
            into = out[(r * places + place) * channels : (r * places + place + 1) * channels]
            for i in range(row[WINDOW_ROWS]):
                for j in range(row[WINDOW_COLUMNS]):
                    at = corner + (i * row[BREADTH] + j) * channels
                    values = x[at : at + channels]
                    for c in range(channels):
                        into[c] += share * values[c]
    return out


@face
def mean_forward(row, header, arena, scale, rows, flags):
    """The mean of each window."""
    _mean(row, header, arena, WORKSPACE, rows)
    return 0.0


@face
def mean_backward(row, header, arena, scale, rows, exponent):
    """The gradient of an output is shared out to its window."""
    if row[WRITE] == NOTHING:
        return -math.inf
    d_out = tensor(header, arena, DELTAS, row[D_DST], rows * row[WIDTH_OUT])
    d_in = tensor(header, arena, DELTAS, row[D_SRC], rows * row[WIDTH_IN])
    if row[WRITE] == SET:
        fill(d_in, 0, d_in.size, 0.0)
    channels = row[CHANNELS]
    places = row[ROWS] * row[COLUMNS]
    share = number(arena, 1.0 / (row[WINDOW_ROWS] * row[WINDOW_COLUMNS]))
    for r in range(rows):
        for place in range(places):
            corner = r * row[WIDTH_IN] + _corner(row, place)
            given = d_out[(r * places + place) * channels : (r * places + place + 1) * channels]
            for i in range(row[WINDOW_ROWS]):
                for j in range(row[WINDOW_COLUMNS]):
                    at = corner + (i * row[BREADTH] + j) * channels
                    into = d_in[at : at + channels]
                    for c in range(channels):
                        into[c] += share * given[c]
    return -math.inf


@face
def mean_push(row, header, arena, scale, rows, flags):
    """The mean of the tangents."""
    out = _mean(row, header, arena, TANGENTS, rows)
    return log2_norm(out, 0, out.size)


_MEAN = (mean_forward, mean_backward, mean_push)

FACES: dict[str, tuple[Face, ...]] = {
    "max": (max_forward, max_backward, max_push),
    "average": _MEAN,
    "global_average": _MEAN,
}
"""Forward, backward and push of every kind."""
