"""exp and its relatives, written so that loops over them vectorise. NaN goes in, NaN comes out.

exp reduces its argument as Cody and Waite do (x = k ln 2 + r, |r| <= ln 2 / 2) and sums the Taylor series of
expm1(r): to the 13th power, whose remainder is below 1e-17, and in float32 to the 7th, whose remainder is below 1e-8.
"""

from __future__ import annotations

import math

import numpy as np

from vgtui.engine.deferred import chosen, intrinsic, njit
from vgtui.engine.kernels import SCALAR
from vgtui.engine.kernels.literals import by_precision, number

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest integer in the low bits
SMALLEST = -708.0  # exp leaves the normal numbers below; it is 0 from there on

SINGLE_LOG2_E = np.float32(LOG2_E)
SINGLE_LN2_HIGH = np.float32(0.693359375)
SINGLE_LN2_LOW = np.float32(-2.12194440e-4)
SINGLE_ROUND = np.float32(12582912.0)  # 1.5 * 2**23
SINGLE_SMALLEST = -87.0

_T = tuple(1.0 / math.factorial(k) for k in range(14))
T2, T3, T4, T5, T6, T7, T8, T9, T10, T11, T12, T13 = _T[2:]
S2, S3, S4, S5, S6, S7 = (np.float32(t) for t in _T[2:8])


@intrinsic
def bits_of(typing_context, value):
    """The bits of a number, as an integer as wide."""
    from numba import types

    kind = types.int32 if value == types.float32 else types.int64

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(kind))

    return kind(types.float32 if kind == types.int32 else types.float64), generate


@intrinsic
def from_bits(typing_context, value):
    """The number with these bits: float64 of an int64, float32 of an int32."""
    from numba import types

    kind = types.float32 if value == types.int32 else types.float64

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], context.get_value_type(kind))

    return kind(types.int32 if kind == types.float32 else types.int64), generate


@njit(**SCALAR)
def smallest(x):
    """The number below which exp is 0, in the precision of x."""
    return number(x, by_precision(x, SMALLEST, SINGLE_SMALLEST))


def _exp_and_expm1_double(x):
    """exp_and_expm1 of a float64."""
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    r2 = r * r
    r4 = r2 * r2
    low = r2 * (T2 + r * T3) + r4 * ((T4 + r * T5) + r2 * (T6 + r * T7))
    high = (T8 + r * T9) + r2 * (T10 + r * T11) + r4 * (T12 + r * T13)
    q = r + (low + (r4 * r4) * high)
    scale = from_bits((bits_of(shifted) + 1023) << 52)  # 2**k: above the low bits, k, all is shifted out
    return scale * (1.0 + q), scale * q + (scale - 1.0)


def _exp_and_expm1_single(x):
    """exp_and_expm1 of a float32."""
    shifted = x * SINGLE_LOG2_E + SINGLE_ROUND
    k = shifted - SINGLE_ROUND
    r = (x - k * SINGLE_LN2_HIGH) - k * SINGLE_LN2_LOW
    r2 = r * r
    q = r + (r2 * (S2 + r * S3) + (r2 * r2) * ((S4 + r * S5) + r2 * (S6 + r * S7)))
    scale = from_bits(np.int32(np.int32(bits_of(shifted) + np.int32(127)) << np.int32(23)))
    return scale * (1.0 + q), scale * q + (scale - 1.0)


@chosen(**SCALAR)
def exp_and_expm1(x):
    """(exp(x), exp(x) - 1), each to a few roundings relative, for x from `smallest` up to its opposite."""
    from numba import types

    return _exp_and_expm1_single if x == types.float32 else _exp_and_expm1_double


@njit(**SCALAR)
def decay(x):
    """exp(-|x|), in (0, 1] and 0 beyond the normal numbers: what every stable form of a sigmoid is built from."""
    y = -abs(x)
    least = smallest(x)
    e, _ = exp_and_expm1(least if y < least else y)
    return 0.0 if y < least else e


@njit(**SCALAR)
def log1p_unit(e):
    """log(1 + e) for e in [0, 1], as 2 atanh(e / (2 + e)), to rounding."""
    f = e / (2.0 + e)
    q = f * f
    series = number(e, 1.0 / 35.0)
    series = series * q + number(e, 1.0 / 33.0)
    series = series * q + number(e, 1.0 / 31.0)
    series = series * q + number(e, 1.0 / 29.0)
    series = series * q + number(e, 1.0 / 27.0)
    series = series * q + number(e, 1.0 / 25.0)
    series = series * q + number(e, 1.0 / 23.0)
    series = series * q + number(e, 1.0 / 21.0)
    series = series * q + number(e, 1.0 / 19.0)
    series = series * q + number(e, 1.0 / 17.0)
    series = series * q + number(e, 1.0 / 15.0)
    series = series * q + number(e, 1.0 / 13.0)
    series = series * q + number(e, 1.0 / 11.0)
    series = series * q + number(e, 1.0 / 9.0)
    series = series * q + number(e, 1.0 / 7.0)
    series = series * q + number(e, 1.0 / 5.0)
    series = series * q + number(e, 1.0 / 3.0)
    return 2.0 * f * (series * q + 1.0)
