"""The 16-bit formats: what is stored is what numpy's float16, or ml_dtypes' bfloat16, would hold."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vgtui.engine.kernels.rounding import round_bfloat16, round_float16

SPECIAL = [
    0.0,
    -0.0,
    math.inf,
    -math.inf,
    1e-45,
    2.0**-25,
    3 * 2.0**-25,
    2.0**-24,
    65504.0,
    65519.99,
    65520.0,
    3e38,
]


def values() -> np.ndarray:
    """float32 of every size, the midpoints between float16's and between bfloat16's numbers, and their neighbours."""
    random = np.random.default_rng(0)
    bits = random.integers(0, 2**32, 400_000, dtype=np.uint64).astype(np.uint32)
    halves = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float32)
    ties = [
        (halves[:-1] + halves[1:]) / 2,
        (np.arange(2**16, dtype=np.uint32) << 16 | 0x8000).view(np.float32),
    ]
    near = [np.nextafter(tie, side, dtype=np.float32) for tie in ties for side in (-np.inf, np.inf)]
    return np.concatenate([np.array(SPECIAL, np.float32), bits.view(np.float32), halves, *ties, *near])


def nearest_bfloat16(given: np.ndarray) -> np.ndarray:
    """Rounding by arithmetic alone: to a multiple of 2^-7 of the power of two below, or of the least subnormal."""
    exact = given.astype(np.float64)
    exponent = np.maximum(np.frexp(exact)[1] - 1, -126)
    unit = np.ldexp(1.0, exponent - 7)
    found = np.rint(exact / unit) * unit  # rint takes ties to even
    return np.where(np.abs(found) >= 2.0**128, np.copysign(np.inf, exact), found).astype(np.float32)


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
def test_float16_is_numpys() -> None:
    given = values()
    found = given.copy()
    round_float16(found)
    np.testing.assert_array_equal(found, given.astype(np.float16).astype(np.float32))
    assert np.array_equal(np.signbit(found), np.signbit(given))


@pytest.mark.filterwarnings("ignore:overflow", "ignore:invalid")
def test_bfloat16_is_the_nearest_of_its_numbers() -> None:
    given = values()
    given = given[np.isfinite(given)]
    found = given.copy()
    round_bfloat16(found)
    np.testing.assert_array_equal(found, nearest_bfloat16(given))


def test_bfloat16_leaves_what_is_no_number_as_it_is() -> None:
    found = np.array([math.inf, -math.inf, math.nan], np.float32)
    round_bfloat16(found)
    np.testing.assert_array_equal(found, np.array([math.inf, -math.inf, math.nan], np.float32))
