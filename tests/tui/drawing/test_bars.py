"""Bars over fixed decades."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.panes.frames import PALETTE
from vgtui.tui.drawing.bars import Scale, bar_codes, draw_bars, draw_ticks
from vgtui.tui.drawing.cells import CellBuffer, characters

SCALE = Scale(-12.0, 2.0, 2.0)


def bar(value: float, width: int = 14, high: float | None = None, scale: Scale = SCALE) -> str:
    top = value if high is None else high
    return characters(bar_codes(scale, np.array([value]), np.array([top]), width)[0])


def test_a_decade_is_one_cell_when_there_are_as_many_cells_as_decades():
    assert bar(-5.0) == "███████       "
    assert bar(-4.5) == "███████▌      "


def test_the_smallest_value_on_the_scale_can_be_seen():
    assert bar(-11.999)[0] == "▏"


def test_a_value_below_the_scale_shows_no_bar_but_a_mark():
    assert bar(-612.0) == "‹" + " " * 13
    assert bar(-math.inf) == "‹" + " " * 13


def test_a_value_above_the_scale_is_a_full_bar_with_a_mark():
    assert bar(7.0) == "█" * 13 + "›"
    assert bar(math.inf) == "█" * 13 + "›"


def test_what_is_no_number_has_no_bar():
    assert bar(math.nan) == " " * 14


def test_the_spread_of_a_run_is_shaded():
    assert bar(-8.0, high=-5.0) == "████░░░       "


def test_on_a_linear_scale_nothing_is_nothing():
    fraction = Scale(0.0, 1.0, 0.25, decades=False)
    assert bar(0.0, 8, scale=fraction) == " " * 8
    assert bar(0.5, 8, scale=fraction) == "████    "


@given(st.floats(-12, 2), st.floats(-12, 2), st.integers(1, 90))
def test_a_larger_value_never_has_a_shorter_bar(one: float, other: float, width: int):
    low, high = sorted((one, other))
    assert bar(low, width) == bar(high, width) or length(bar(low, width)) <= length(bar(high, width))


def length(text: str) -> int:
    return sum("▏▎▍▌▋▊▉█".index(character) + 1 for character in text.strip())


def test_ticks_stand_where_their_decades_end_and_their_labels_do_not_touch():
    for width in range(7, 120):
        cells = CellBuffer(width, 1, 1, 0)
        draw_ticks(cells, 0, 0, width, SCALE, 1)
        assert all(label.startswith("1e") for label in cells.row_text(0).split())
        assert "1e-12" in cells.row_text(0).split()
    assert SCALE.ticks(70)[1] == (10, "1e-10")


def test_the_grid_is_seen_only_where_no_bar_is():
    cells = CellBuffer(70, 1, 1, 0)
    draw_bars(cells, (0, 0), 70, SCALE, (np.array([-5.0]), np.array([-5.0])), np.array([1]), PALETTE.faint)
    row = cells.row_text(0)
    assert row[:35] == "█" * 35
    assert [x for x, character in enumerate(row) if character == "┊"] == [40, 50, 60, 69]
    assert cells.foreground[0, 40] == PALETTE.faint
