"""What layers that go through time need besides products and cells: turned tensors, and what a step measures.

A sequence tensor is (rows, steps, width) between layers and (steps, rows, width) inside a recurrent one.
"""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import exact, number
from vgtui.engine.kernels.norms import scale_by_power
from vgtui.engine.kernels.observe import LOW, ORIGIN, SLOPES, SQUARES, TOTAL
from vgtui.engine.record import GATE_MEANS, SATURATED_SLOPE


@njit(**KERNEL)
def from_rows(arena, source, rows, steps, width, target):
    """target (steps, rows, width) = source (rows, steps, width)."""
    for r in range(rows):
        for t in range(steps):
            taken = arena[source + (r * steps + t) * width : source + (r * steps + t + 1) * width]
            into = arena[target + (t * rows + r) * width : target + (t * rows + r + 1) * width]
            for k in range(width):
                into[k] = taken[k]


@njit(**KERNEL)
def to_rows(arena, source, rows, steps, width, places, target):
    """target (rows, places, width) = the last `places` steps of source (steps, rows, width)."""
    for r in range(rows):
        for place in range(places):
            t = steps - places + place
            taken = arena[source + (t * rows + r) * width : source + (t * rows + r + 1) * width]
            into = arena[target + (r * places + place) * width : target + (r * places + place + 1) * width]
            for k in range(width):
                into[k] = taken[k]


@njit(**KERNEL)
def is_silent(arena, source, rows, places, place, width):
    """Whether place `place` of source (rows, places, width) is all zeros."""
    for r in range(rows):
        at = source + (r * places + place) * width
        for k in range(width):
            if arena[at + k] != 0.0:
                return False
    return True


@njit(**KERNEL)
def add_step(arena, source, rows, places, place, width, factor, target):
    """target (rows, width) += factor * place `place` of source (rows, places, width)."""
    factor = number(arena, factor)
    for r in range(rows):
        given = arena[source + (r * places + place) * width : source + (r * places + place + 1) * width]
        into = arena[target + r * width : target + (r + 1) * width]
        for k in range(width):
            into[k] += factor * given[k]


@njit(**KERNEL)
def add_rows(arena, source, rows, count, width, first, steps, adds, target):
    """Steps `first` on of target (rows, steps, width) = source (count, rows, width), or += where it `adds`."""
    for r in range(rows):
        for t in range(count):
            given = arena[source + (t * rows + r) * width : source + (t * rows + r + 1) * width]
            at = target + (r * steps + first + t) * width
            into = arena[at : at + width]
            if adds:
                for k in range(width):
                    into[k] += given[k]
            else:
                for k in range(width):
                    into[k] = given[k]


@njit(**KERNEL)
def observe_state(arena, a0, count, sums):
    """Add a step's states to the sums of kernels.observe."""
    a = arena[a0 : a0 + count]
    origin = number(arena, sums[ORIGIN])
    total = 0.0
    squares = 0.0
    for k in range(count):
        d = a[k] - origin
        total += d
        squares += d * d
    sums[TOTAL] += total
    sums[SQUARES] += squares


@njit(**KERNEL)
def observe_slopes(arena, slope0, rows, width, share, sums, alive):
    """Add a step's slopes (rows, width), each counted as `share` of one. alive (width,): 1 for any slope."""
    slope = arena[slope0 : slope0 + rows * width]
    limit = number(arena, SATURATED_SLOPE)
    total = 0.0
    low = 0.0
    zeros = 0.0
    for k in range(slope.size):
        s = abs(slope[k])
        total += s
        low += 1.0 if s < limit else 0.0
        zeros += 1.0 if s == 0.0 else 0.0
    sums[SLOPES] += share * total
    sums[LOW] += share * low
    for start in range(0, slope.size if zeros > 0.0 else width, width):
        part = slope[start : start + width]
        for j in range(width):
            alive[j] = 1.0 if part[j] != 0.0 else alive[j]


@njit(**KERNEL)
def gate_means(arena, z0, rows, units, gates, out):
    """The mean over units and rows of every gate, at GATE_MEANS of a step's measures."""
    for g in range(gates):
        total = 0.0
        for r in range(rows):
            gate = arena[z0 + (r * gates + g) * units : z0 + (r * gates + g + 1) * units]
            for k in range(units):
                total += gate[k]
        exact(arena)[out + GATE_MEANS + g] = total / (rows * units)


@njit(**KERNEL)
def forget(arena, z0, left0, rows, units):
    """left (rows, units) *= an LSTM's forget gate; the mean of it."""
    total = 0.0
    for r in range(rows):
        gate = arena[z0 + (r * 4 + 1) * units : z0 + (r * 4 + 2) * units]
        left = arena[left0 + r * units : left0 + (r + 1) * units]
        for k in range(units):
            left[k] *= gate[k]
            total += left[k]
    return total / (rows * units)


@njit(**KERNEL)
def meet(arena, sum0, sum_count, part0, part_count, above):
    """Bring a sum of exponent e and a part of exponent e + above to the larger of both; how much it grew."""
    if above > 0:
        scale_by_power(arena, sum0, sum_count, -above)
        return above
    if above < 0:
        scale_by_power(arena, part0, part_count, above)
    return 0
