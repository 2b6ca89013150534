"""Norms that stay true beyond the range of the arrays, and the powers of two that keep arrays inside it."""

from __future__ import annotations

import math

import numpy as np

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels.literals import by_precision, number

LOG10_2 = math.log10(2.0)
SAFE_LOW, SAFE_HIGH = 1e-200, 1e200
SINGLE_SAFE_LOW, SINGLE_SAFE_HIGH = 1e-25, 1e35
"""Between these a sum of squares has neither overflowed nor lost what is too small to square."""
FARTHEST, SINGLE_FARTHEST = 1000, 100
"""Powers of two that are surely normal numbers."""
STRAY, SINGLE_STRAY = 250.0, 30.0
"""|log2 of a gradient's norm| above which its exponent is moved."""
ROOM, SINGLE_ROOM = 800.0, 100.0
"""log2 of the largest norm that moving an exponent may make."""
NEGLIGIBLE = 28.0  # between log2 of two norms: the square of the smaller adds nothing to that of the larger
BLOCK = 4096  # numbers that are summed in their own precision; blocks are summed in float64


@njit(**KERNEL)
def squares(a, start, count):
    """The sum of the squares of a[start : start + count], float64."""
    part = a[start : start + count]
    total = np.float64(0.0)
    for first in range(0, count, BLOCK):
        block = part[first : first + BLOCK]
        found = 0.0
        for i in range(block.size):
            found += block[i] * block[i]
        total += found
    return total


@njit(**GLUE)
def is_true(a, total):
    """Whether a sum of squares of numbers of the array `a` has lost nothing."""
    return by_precision(a, SAFE_LOW, SINGLE_SAFE_LOW) < total < by_precision(a, SAFE_HIGH, SINGLE_SAFE_HIGH)


@njit(**KERNEL)
def log2_norm(a, start, count):
    """log2 of the Euclidean norm of a[start : start + count]: -inf for zeros, nan or inf where the array has one."""
    total = squares(a, start, count)
    return 0.5 * math.log2(total) if is_true(a, total) else log2_norm_scaled(a, start, count)


@njit(**KERNEL)
def log2_norm_scaled(a, start, count):
    """The same for arrays whose squares leave the range: divided by the largest entry first."""
    part = a[start : start + count]
    top = np.float64(0.0)
    for i in range(part.size):
        size = abs(np.float64(part[i]))
        if not size <= top:  # also when size is nan
            top = size
            if math.isnan(top):
                return top
    if top == 0.0:
        return -math.inf
    if math.isinf(top):
        return math.inf
    _, exponent = math.frexp(top)
    total = np.float64(0.0)
    for i in range(part.size):
        x = math.ldexp(np.float64(part[i]), -exponent)
        total += x * x
    return 0.5 * math.log2(total) + exponent


@njit(**KERNEL)
def log2_hypot(a, b):
    """log2 of sqrt(2**(2 a) + 2**(2 b)): two norms taken together."""
    low = min(a, b)
    high = max(a, b)
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if math.isinf(high) or high - low > NEGLIGIBLE:
        return high
    return high + 0.5 * math.log2(1.0 + 2.0 ** (2.0 * (low - high)))


@njit(**KERNEL)
def scale_by_power(a, start, count, exponent):
    """a[start : start + count] *= 2**exponent, exactly where the result is a normal number."""
    part = a[start : start + count]
    farthest = by_precision(a, FARTHEST, SINGLE_FARTHEST)
    if exponent < -2 * farthest - 200:
        for i in range(count):
            part[i] *= 0.0
        return
    while exponent != 0:
        step = min(max(exponent, -farthest), farthest)
        factor = number(a, 2.0**step)
        for i in range(count):
            part[i] *= factor
        exponent -= step


@njit(**KERNEL)
def sizes(a, start, count):
    """(the sum of squares, that of |a[i]|, how many are 0) over a[start : start + count]."""
    power = np.float64(0.0)
    total = np.float64(0.0)
    none = np.float64(0.0)
    for first in range(start, start + count, BLOCK):
        block = a[first : min(first + BLOCK, start + count)]
        found = 0.0
        size = 0.0
        zeros = 0.0
        for i in range(block.size):
            found += block[i] * block[i]
            size += abs(block[i])
            zeros += 1.0 if block[i] == 0.0 else 0.0
        power += found
        total += size
        none += zeros
    return power, total, none


@njit(**KERNEL)
def count_zeros(a, start, count):
    """How many of a[start : start + count] are 0."""
    part = a[start : start + count]
    zeros = np.int64(0)
    for i in range(count):
        zeros += part[i] == 0.0
    return np.float64(zeros)


@njit(**KERNEL)
def keep(a, start, count, kept, place):
    """Copy a[start : start + count] to `kept` from `place` on; its sum of squares, float64."""
    total = np.float64(0.0)
    for first in range(0, count, BLOCK):
        size = min(BLOCK, count - first)
        block = a[start + first : start + first + size]
        into = kept[place + first : place + first + size]
        found = 0.0
        for i in range(size):
            into[i] = block[i]
            found += block[i] * block[i]
        total += found
    return total


@njit(**KERNEL)
def squared_distance(a, b):
    """The sum of (a[i] - b[i])^2 over two arrays of one size."""
    total = np.float64(0.0)
    for first in range(0, a.size, BLOCK):
        here = a[first : first + BLOCK]
        there = b[first : first + BLOCK]
        squares = 0.0
        for i in range(here.size):
            d = here[i] - there[i]
            squares += d * d
        total += squares
    return total
