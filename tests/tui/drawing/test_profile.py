"""The gradient of every layer as a small picture."""

from __future__ import annotations

import math

import pytest

from vgtui.tui.drawing.profile import HIGHEST, LOWEST, in_words, profile


def test_a_column_is_as_high_as_its_gradient_on_fixed_decades():
    top, foot = profile([HIGHEST, LOWEST, LOWEST - 5], 3, 2)
    assert (top[0], foot[0]) == ("█", "█")
    assert top[1:] == "  "
    assert foot[1] == foot[2] == "▁"


@pytest.mark.parametrize(("layers", "width", "cells"), [(3, 60, 12), (9, 20, 18), (9, 9, 9), (1000, 40, 40)])
def test_columns_fill_the_width_or_share_it(layers, width, cells):
    rows = profile([-3.0] * layers, width, 3)
    assert [len(row) for row in rows] == [cells] * 3


def test_where_layers_share_a_cell_the_least_of_them_is_seen():
    vanished = profile([0.0, -12.0, 0.0, 0.0], 2, 1)[0]
    assert vanished[0] != vanished[1]


def test_layers_without_weights_have_no_column_and_words_say_how_much_is_lost():
    assert len(profile([math.nan, -2.0, -1.0], 3, 1)[0]) == 2
    assert in_words([-5.0, math.nan, -1.0]) == "‖dL/dW‖ first 1.00e-05, last 0.100 · 4.0 decades lost"
    assert in_words([2.0, 0.0]).endswith("2.0 decades gained")
    assert in_words([-math.inf, 0.0]) == "‖dL/dW‖ first 0, last 1.00"
    assert in_words([math.nan]) == "no layer has weights"
