"""Runs of layers: a whole depth in few rows."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vgtui.tui.drawing.fold import common_name, fold, label, row_of, spread


@given(st.integers(1, 3000), st.integers(1, 60), st.lists(st.integers(0, 3000), max_size=4))
def test_every_layer_stands_in_one_row_and_in_order(count: int, rows: int, alone: list[int]):
    runs = fold(count, rows, tuple(alone))
    assert len(runs) <= rows
    assert [layer for start, stop in runs for layer in range(start, stop)] == list(range(count))


def test_layers_that_fit_are_not_folded():
    assert fold(5, 5) == ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5))


@given(st.integers(30, 500), st.integers(7, 25), st.integers(0, 499))
def test_the_layers_that_must_stand_alone_do(count: int, rows: int, culprit: int):
    culprit %= count
    runs = fold(count, rows, (0, culprit, count - 1))
    for layer in (0, culprit, count - 1):
        assert (layer, layer + 1) in runs


def test_folding_uses_most_of_the_rows():
    assert len(fold(50, 17)) == 17
    assert len(fold(1000, 30)) >= 29


def test_a_run_is_labelled_by_its_first_and_last_layer():
    assert [label(run) for run in fold(10, 4)] == ["0-2", "3-5", "6-8", "9"]
    assert row_of(fold(10, 4), 7) == 2
    assert row_of(fold(10, 4), 10) == -1


def test_a_run_shows_its_smallest_mean_and_largest_and_never_hides_a_nan():
    low, mean, high = spread(np.array([-1.0, -3.0, -2.0, math.nan, -5.0, -math.inf]), fold(6, 3))
    assert (low[0], mean[0], high[0]) == (-3.0, -2.0, -1.0)
    assert np.isnan([low[1], mean[1], high[1]]).all()
    assert (low[2], mean[2], high[2]) == (-math.inf, -math.inf, -5.0)


def test_a_run_of_different_layers_is_marked():
    names = ("10 relu", "10 relu", "1 sigmoid")
    assert common_name(names, (0, 2)) == "10 relu"
    assert common_name(names, (1, 3)) == "10 relu…"
