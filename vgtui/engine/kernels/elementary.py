"""exp and its relatives, written so that loops over them vectorise. NaN goes in, NaN comes out.

exp reduces its argument as Cody and Waite do, x = k ln 2 + r with |r| <= ln 2 / 2, and takes Pade's approximant of
exp(r), 6 over 6, whose remainder is below 1e-18: a polynomial over the same one of -r. What is a quotient of such
exponentials anyway, as a sigmoid is, so divides once in all.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine.deferred import chosen, intrinsic, njit
from vgtui.engine.kernels import SCALAR
from vgtui.engine.kernels.literals import by_precision, number

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0 + 1023.0  # 1.5 * 2**52: adding it leaves k + 1023, the bits of 2**k, lowest
SIGN = np.int64(-(2**63))
SMALLEST = -709.0  # here k is -1023, and 2**k and exp become 0

SINGLE_LOG2_E = np.float32(LOG2_E)
SINGLE_LN2_HIGH = np.float32(0.693359375)
SINGLE_LN2_LOW = np.float32(-2.12194440e-4)
SINGLE_ROUND = np.float32(12582912.0 + 127.0)  # 1.5 * 2**23
SINGLE_SIGN = np.int32(-(2**31))
SINGLE_SMALLEST = -88.0


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


def _with_sign_double(size, like):
    """with_sign of a float64."""
    return from_bits(bits_of(size) | (bits_of(like) & SIGN))


def _with_sign_single(size, like):
    """with_sign of a float32."""
    return from_bits(np.int32(bits_of(size) | (bits_of(like) & SINGLE_SIGN)))


@chosen(**SCALAR)
def with_sign(size, like):
    """A number that is not negative, with the sign of another."""
    from numba import types

    return _with_sign_single if size == types.float32 else _with_sign_double


def _reduced_double(x):
    """reduced of a float64."""
    shifted = x * LOG2_E + ROUND
    k = shifted - ROUND
    return from_bits(bits_of(shifted) << 52), (x - k * LN2_HIGH) - k * LN2_LOW


def _reduced_single(x):
    """reduced of a float32."""
    shifted = x * SINGLE_LOG2_E + SINGLE_ROUND
    k = shifted - SINGLE_ROUND
    scale = from_bits(np.int32(bits_of(shifted) << np.int32(23)))
    return scale, (x - k * SINGLE_LN2_HIGH) - k * SINGLE_LN2_LOW


@chosen(**SCALAR)
def reduced(x):
    """(2**k, r) with x = k ln 2 + r, |r| <= ln 2 / 2; from what is below the normal numbers on, 2**k is 0."""
    from numba import types

    return _reduced_single if x == types.float32 else _reduced_double


@njit(**SCALAR)
def exp_parts(x):
    """(scale, even, odd) with exp(x) = scale (even + odd) / (even - odd), for x up to 700, of float32 up to 80."""
    least = number(x, by_precision(x, SMALLEST, SINGLE_SMALLEST))
    scale, r = reduced(least if x < least else x)
    r2 = r * r
    even = 665280.0 + r2 * (75600.0 + r2 * (840.0 + r2))
    odd = r * (332640.0 + r2 * (10080.0 + r2 * 42.0))
    return scale, even, odd


@njit(**SCALAR)
def exp_and_expm1(x):
    """(exp(x), exp(x) - 1), each to a few roundings relative, for x as `exp_parts` takes it."""
    scale, even, odd = exp_parts(x)
    q = 2.0 * odd / (even - odd)
    return scale * (1.0 + q), scale * q + (scale - 1.0)


@njit(**SCALAR)
def sigmoid_sides(x):
    """(sigma(|x|), sigma(-|x|)) of the logistic sigma; the second true in its tail, 0 beyond the normal numbers."""
    scale, even, odd = exp_parts(-abs(x))
    up = scale * (even + odd)
    small = up / (up + (even - odd))
    return 1.0 - small, small


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
