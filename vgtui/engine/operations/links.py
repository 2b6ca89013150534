"""Tensors that share an exponent, and are brought to another together: stretches of `links`, column and width each."""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import by_precision
from vgtui.engine.kernels.norms import ROOM, SINGLE_ROOM, log2_norm, scale_by_power
from vgtui.engine.table import CAPACITY, CARRIED, DELTAS, DST, LIVE, LIVE_END, TANGENTS


@njit(**KERNEL)
def rescale(links, first, last, header, arena, part, rows, shift):
    """Multiply the tensors of a stretch of `links` by 2**shift."""
    for k in range(first, last):
        start = header[part] + links[k, 0] * header[CAPACITY]
        scale_by_power(arena, start, links[k, 1] * rows, shift)


@njit(**KERNEL)
def room(links, first, last, header, arena, rows, shift):
    """As much of an upward shift as overflows no gradient that waits beside this one, for a skip to be met."""
    for k in range(first, last):
        start = header[DELTAS] + links[k, 0] * header[CAPACITY]
        size = log2_norm(arena, start, links[k, 1] * rows)
        if -math.inf < size < math.inf:
            left = math.floor(by_precision(arena, ROOM, SINGLE_ROOM) - size)
            shift = min(shift, max(left, 0)) if shift > 0 else shift
    return shift


@njit(**KERNEL)
def join(row, links, header, arena, rows):
    """Give the tangent of DST, whose exponent is CARRIED, and those that wait beside it one exponent.

    Returns by how much it grew.
    """
    carried = header[CARRIED]
    grown = carried if row[LIVE_END] - row[LIVE] == 1 else max(carried, 0)
    for k in range(row[LIVE], row[LIVE_END]):
        start = header[TANGENTS] + links[k, 0] * header[CAPACITY]
        shift = (carried if links[k, 0] == row[DST] else 0) - grown
        scale_by_power(arena, start, links[k, 1] * rows, shift)
    return grown
