"""The gradient through time as a picture: the first step on top, the same decades and thresholds as the depth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.panes.frames import PALETTE, decaying, lstm_times, no_warning, odd, rnn_times
from vgtui.engine.record import TimeRecord
from vgtui.tui.drawing.flow import State
from vgtui.tui.drawing.through_time import draw_through_time, time_summary

BAR = "▏▎▍▌▋▊▉█░‹"


def drawn(times: TimeRecord, width: int = 80, height: int = 20) -> list[str]:
    cells = draw_through_time(times, "20 units", width, height, PALETTE)
    return [cells.row_text(y).rstrip() for y in range(height)]


def steps_of(rows: list[str]) -> list[str]:
    return [row.split()[1] for row in rows if row.startswith("  t ")]


def test_every_time_step_has_a_row_with_its_number_and_its_ratio_the_first_on_top():
    rows = drawn(rnn_times(decaying(9)))
    assert rows[0].startswith("  layer 0: 20 units")
    assert "9 time steps" in rows[0]
    assert steps_of(rows) == [str(step) for step in range(9)]
    assert "2.75e-06" in rows[2]
    assert "×0.24" in rows[2]
    assert rows[2].endswith("▼ vanishing")
    assert "0.251" in rows[10]
    assert "×" not in rows[10], "the last step has no next one"
    assert "▼" not in rows[10]


def test_more_steps_than_rows_are_folded_as_layers_are():
    rows = drawn(rnn_times(decaying(40, 0.1)), height=14)
    assert steps_of(rows) == [f"{first}-{first + 3}" for first in range(0, 40, 4)]
    assert "mean ×" in rows[1]


def test_a_step_is_judged_against_the_last_one():
    shrinking = drawn(rnn_times(np.array([-4.7, -3.5, -1.0])))
    assert ["▼" in row for row in shrinking[2:5]] == [True, False, False]
    growing = drawn(rnn_times(np.array([1.9, 0.0, -1.2])))
    assert ["▲" in row for row in growing[2:5]] == [True, False, False]


def test_a_bar_keeps_its_length_when_the_other_steps_change():
    def bar(row: str) -> int:
        return sum(character in BAR for character in row)

    calm, wild = decaying(9), decaying(9)
    wild[1:] = np.linspace(-300, 1, 8)
    assert bar(drawn(rnn_times(calm))[2]) == bar(drawn(rnn_times(wild))[2]) > 0


def test_where_nothing_comes_back_the_bar_is_empty_and_the_number_is_zero():
    rows = drawn(rnn_times(np.array([-math.inf, -math.inf, -2.0, -1.0])))
    for row in rows[2:4]:
        assert not set(BAR) & set(row)
        assert " 0 " in row
        assert "∅" in row
    assert "×" not in rows[2], "0 to 0 is no ratio"
    assert "×0 " in rows[3]
    assert rows[-1] == "∅ no gradient comes back past t 2"


def test_a_gradient_too_small_for_the_scale_is_marked_and_a_nan_is_called_one():
    rows = drawn(rnn_times(np.array([-612.0, math.nan, -1.0])))
    assert "‹" in rows[2]
    assert "10^-612" in rows[2]
    assert rows[3].split()[-1] == "nan"
    assert not set(BAR) & set(rows[3])


def test_an_lstm_tells_its_forget_gate_and_where_there_is_room_what_it_keeps():
    times = lstm_times(decaying(3))
    wide, middling, narrow = (drawn(times, width) for width in (90, 65, 40))
    assert "0.730" in wide[2]
    assert "0.389" in wide[2], "0.73 three times over"
    assert "0.730" in middling[2]
    assert "0.389" not in middling[2]
    assert "0.730" not in narrow[2]
    assert "0.0145" in narrow[2], "the gradient itself is never given up"
    assert "forget" not in drawn(rnn_times(decaying(3)))[1]


@pytest.mark.parametrize(
    ("values", "text", "state"),
    [
        ([-12.9, -0.6], "the gradient at the first step is 10^-12.3 of the last", State.VANISHING),
        ([2.5, -0.5], "the gradient at the first step is 10^3.0 of the last", State.EXPLODING),
        ([2.1, 0.1], "the gradient at the first step is 10^2.0 of the last", State.EXPLODING),
        ([-1.5, -1.0], "the gradient at the first step is 10^-0.5 of the last", State.HEALTHY),
        ([math.nan, -1.0], "the gradient at 1 of 2 time steps is not a number", State.NAN),
        ([-math.inf, -math.inf], "no gradient arrives at any time step", State.ZERO),
        ([-1.0, -math.inf], "no gradient arrives at the last step", State.HEALTHY),
        ([math.inf, math.inf], "the gradient is infinite at the first and at the last step", State.EXPLODING),
    ],
)
def test_the_whole_way_back_is_summed_up_in_a_sentence(values: list[float], text: str, state: State):
    assert time_summary(np.array(values)) == (text, state)


def test_a_narrow_pane_shortens_the_sentence_before_it_cuts_the_number():
    assert drawn(rnn_times(decaying(9)), width=40)[-1] == "▼ the first step is 10^-5.0 of the last"


@settings(max_examples=60)
@given(st.integers(1, 210), st.integers(1, 62), st.sampled_from([1, 2, 9, 40, 400]), st.integers(0, 99))
def test_it_can_be_drawn_at_any_size_for_any_number_of_steps(width: int, height: int, steps: int, seed: int):
    hidden = odd(steps, seed)
    with no_warning():
        for times in (rnn_times(hidden), lstm_times(hidden, forget=seed % 2)):
            cells = draw_through_time(times, "20 lstm", width, height, PALETTE)
            assert (cells.width, cells.height) == (width, height)
