"""Norms that stay true beyond the range of float64, and the powers of two that keep arrays inside it."""

from __future__ import annotations

import math

from numba import njit

from vgtui.engine.kernels import KERNEL

LOG10_2 = math.log10(2.0)
SAFE_LOW = 1e-200
SAFE_HIGH = 1e200


@njit(**KERNEL)
def log2_norm(a, start, count):
    """log2 of the Euclidean norm of a[start : start + count]: -inf for zeros, nan or inf where the array has one."""
    part = a[start : start + count]
    total = 0.0
    for i in range(count):
        total += part[i] * part[i]
    if SAFE_LOW < total < SAFE_HIGH:
        return 0.5 * math.log2(total)
    return _log2_norm_scaled(part)


@njit(**KERNEL)
def _log2_norm_scaled(part):
    """The same for arrays whose squares leave the range: divided by the largest entry first."""
    top = 0.0
    for i in range(part.size):
        size = abs(part[i])
        if not size <= top:  # also when size is nan
            top = size
            if math.isnan(top):
                return top
    if top == 0.0:
        return -math.inf
    if math.isinf(top):
        return math.inf
    _, exponent = math.frexp(top)
    total = 0.0
    for i in range(part.size):
        x = math.ldexp(part[i], -exponent)
        total += x * x
    return 0.5 * math.log2(total) + exponent


@njit(**KERNEL)
def log2_hypot(a, b):
    """log2 of sqrt(2**(2 a) + 2**(2 b)): two norms taken together."""
    low = min(a, b)
    high = max(a, b)
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if math.isinf(high) or math.isinf(low):
        return high
    return high + 0.5 * math.log2(1.0 + 2.0 ** (2.0 * (low - high)))


@njit(**KERNEL)
def scale_by_power(a, start, count, exponent):
    """a[start : start + count] *= 2**exponent, exactly where the result is a normal number."""
    part = a[start : start + count]
    if exponent < -2200:
        for i in range(count):
            part[i] *= 0.0
        return
    while exponent != 0:
        step = min(max(exponent, -1000), 1000)
        factor = 2.0**step
        for i in range(count):
            part[i] *= factor
        exponent -= step


@njit(**KERNEL)
def absolute_sum(a, start, count):
    """The sum of |a[i]| over a[start : start + count]."""
    part = a[start : start + count]
    total = 0.0
    for i in range(count):
        total += abs(part[i])
    return total
