"""Rounding of float32 to what a 16-bit format would store: to nearest, ties to even, overflow to infinity.

float16 (IEEE 754 binary16) has 11 bits of significand, normal numbers from 2^-14 to 65504 and subnormal ones in
steps of 2^-24; bfloat16 is the upper half of a float32: 8 bits of significand, and float32's range.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine.deferred import chosen, njit
from vgtui.engine.kernels import STRICT
from vgtui.engine.kernels.elementary import bits_of, from_bits
from vgtui.engine.table import BFLOAT16, FLOAT16

_SIGN, _SIZE, _INFINITY = np.int32(-(2**31)), np.int32(2**31 - 1), np.int32(0x7F800000)
_LEAST_NORMAL = np.int32(0x38800000)  # of float16: 2^-14
_BEYOND = np.int32(0x47800000)  # 65536: what rounds up to it overflows
_STEPS = np.float32(0.75)  # numbers near it lie 2^-24 apart, as float16's subnormal ones do


@njit(**STRICT)
def round_float16(a):
    """Every number of a float32 array to the nearest that float16 holds."""
    for i in range(a.size):
        bits = bits_of(a[i])
        size = np.int32(bits & _SIZE)
        odd = np.int32((size >> np.int32(13)) & np.int32(1))
        near = np.int32((size + np.int32(0xFFF) + odd) & np.int32(~0x1FFF))
        near = _INFINITY if near >= _BEYOND else near
        small = bits_of((from_bits(size) + _STEPS) - _STEPS)
        near = small if size < _LEAST_NORMAL else near
        near = size if size > _INFINITY else near  # nan
        a[i] = from_bits(np.int32(near | (bits & _SIGN)))


@njit(**STRICT)
def round_bfloat16(a):
    """Every number of a float32 array to the nearest that bfloat16 holds."""
    for i in range(a.size):
        bits = bits_of(a[i])
        size = np.int32(bits & _SIZE)
        odd = np.int32((size >> np.int32(16)) & np.int32(1))
        near = np.int32((size + np.int32(0x7FFF) + odd) & np.int32(~0xFFFF))
        near = size if size > _INFINITY else near  # nan
        a[i] = from_bits(np.int32(near | (bits & _SIGN)))


@chosen(**STRICT)
def store(a, start, count, form):
    """Make a[start : start + count] what a store in the format `form` (see table) would leave there."""
    from numba import types

    if a.dtype != types.float32:
        return lambda a, start, count, form: None

    def stored(a, start, count, form):
        if form == FLOAT16:
            round_float16(a[start : start + count])
        elif form == BFLOAT16:
            round_bfloat16(a[start : start + count])

    return stored
