"""Numbers in few cells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtui.tui.drawing.numbers import compact, decades, from_log10, magnitude, percent, ratio


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (0.25, "0.250"),
        (-0.55, "-0.550"),
        (12.345, "12.3"),
        (9994.4, "9994"),
        (9.999, "10.0"),
        (0.00099951, "0.00100"),
        (99999.0, "1.00e+05"),
        (1.234e-7, "1.23e-07"),
        (5e-324, "4.94e-324"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_keep_three_digits_whatever_their_size(value: float, text: str):
    assert compact(value) == text


@given(st.floats())
def test_no_number_takes_more_than_ten_cells_and_it_reads_back_to_its_size(value: float):
    text = compact(value)
    assert len(text) <= 10
    if math.isfinite(value) and abs(value) < 1e308:
        assert float(text) == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("log10", "sign", "text"),
    [
        (-612.4, 1, "10^-612"),
        (400.0, -1, "-10^400"),
        (-6.5, -1, "-3.16e-07"),
        (-math.inf, 1, "0"),
        (math.inf, 1, "inf"),
        (math.nan, 1, "nan"),
    ],
)
def test_a_power_of_ten_far_outside_of_float64_is_still_told(log10: float, sign: int, text: str):
    assert from_log10(log10, sign=sign) == text


@pytest.mark.parametrize(
    ("factor", "text"),
    [(0.25, "×0.25"), (1.0, "×1.0"), (12.0, "×12"), (345.6, "×346"), (1e-5, "×1e-05"), (999.7, "×1e+03")],
)
def test_a_ratio_is_a_factor_with_two_digits(factor: float, text: str):
    assert ratio(math.log10(factor)) == text


@given(st.floats(min_value=-999, max_value=999) | st.sampled_from([math.nan, math.inf, -math.inf]))
def test_a_ratio_takes_at_most_eight_cells(log10: float):
    assert len(ratio(log10)) <= 8


def test_a_distance_is_told_in_decades():
    assert decades(-5.23) == "10^-5.2"
    assert decades(-math.inf) == "0"


def test_only_all_of_it_is_a_hundred_per_cent():
    assert percent(0.875) == "87.5 %"
    assert percent(0.9994) == "99.9 %"
    assert percent(1.0) == "100 %"
    assert percent(math.nan) == "nan"


def test_magnitude_of_nothing_is_minus_infinity():
    assert magnitude(0.0) == -math.inf
    assert magnitude(-100.0) == 2.0
    assert magnitude(-math.inf) == math.inf
    assert math.isnan(magnitude(math.nan))
