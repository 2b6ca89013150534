"""exp and its relatives, written so that loops over them vectorise. NaN goes in, NaN comes out.

exp reduces its argument as Cody and Waite do (x = k ln 2 + r, |r| <= ln 2 / 2) and sums the Taylor series of
expm1(r) to the 13th power, whose remainder is below 1e-17.
"""

from __future__ import annotations

import math

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

from vgtui.engine.kernels import SCALAR

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest integer in the low bits
LARGEST = 709.78  # exp overflows above
SMALLEST = -708.0  # exp leaves the normal numbers below; it is 0 from there on

_T = tuple(1.0 / math.factorial(k) for k in range(14))
T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13 = _T[2:]


@intrinsic
def bits_of(typing_context, value):
    """The bits of a float64 as an int64."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def from_bits(typing_context, value):
    """The float64 with these bits."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@njit(**SCALAR)
def exp_and_expm1(x):
    """(exp(x), exp(x) - 1), each to a few 1e-16 relative, for x in [SMALLEST, LARGEST]."""
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = r2 * (T2 + r * T3) + r4 * ((T4 + r * T5) + r2 * (T6 + r * T7))
    high = (T8 + r * T9) + r2 * (T10 + r * T11) + r4 * (T12 + r * T13)
    q = r + (low + (r4 * r4) * high)
    half = bits_of(shifted) - bits_of(ROUND)
    # 2**k in two factors, so that k = 1024 does not overflow on its own
    first = half >> 1
    scale = from_bits((first + 1023) << 52)
    rest = from_bits((half - first + 1023) << 52)
    return (scale * (1.0 + q)) * rest, (scale * q) * rest + (scale * rest - 1.0)


@njit(**SCALAR)
def exp(x):
    """e**x; 0 below SMALLEST, infinity above LARGEST."""
    bounded = SMALLEST if x < SMALLEST else x
    bounded = LARGEST if bounded > LARGEST else bounded
    e, _ = exp_and_expm1(bounded)
    e = 0.0 if x < SMALLEST else e
    return math.inf if x > LARGEST else e


@njit(**SCALAR)
def decay(x):
    """exp(-|x|), in (0, 1] and 0 beyond the normal numbers: what every stable form of a sigmoid is built from."""
    y = -abs(x)
    e, _ = exp_and_expm1(SMALLEST if y < SMALLEST else y)
    return 0.0 if y < SMALLEST else e


@njit(**SCALAR)
def log1p_unit(e):
    """log(1 + e) for e in [0, 1], as 2 atanh(e / (2 + e)): 1e-16 relative."""
    f = e / (2.0 + e)
    q = f * f
    series = 1.0 / 35.0
    series = series * q + 1.0 / 33.0
    series = series * q + 1.0 / 31.0
    series = series * q + 1.0 / 29.0
    series = series * q + 1.0 / 27.0
    series = series * q + 1.0 / 25.0
    series = series * q + 1.0 / 23.0
    series = series * q + 1.0 / 21.0
    series = series * q + 1.0 / 19.0
    series = series * q + 1.0 / 17.0
    series = series * q + 1.0 / 15.0
    series = series * q + 1.0 / 13.0
    series = series * q + 1.0 / 11.0
    series = series * q + 1.0 / 9.0
    series = series * q + 1.0 / 7.0
    series = series * q + 1.0 / 5.0
    series = series * q + 1.0 / 3.0
    return 2.0 * f * (series * q + 1.0)
