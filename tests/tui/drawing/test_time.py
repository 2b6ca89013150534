"""The time gradient as a picture: bars over t on fixed decades, the numbers of one step, what does not fit named."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.panes.frames import PALETTE, decaying, lstm_times, no_warning, odd, rnn_times
from vgtui.engine.record import TimeRecord
from vgtui.tui.drawing.bands import GUTTER, Axis
from vgtui.tui.drawing.bars import ABOVE, BELOW
from vgtui.tui.drawing.time import SCALES, draw_time

BLOCKS = " ▁▂▃▄▅▆▇█"
GATES = {"input": 0.25, "forget": 0.75, "cell": -0.5, "output": 0.0}


def gated(hidden: np.ndarray, **values: float) -> TimeRecord:
    gates = {name: np.full(len(hidden), value) for name, value in (values or GATES).items()}
    return replace(lstm_times(hidden, forget=0.75), gates=gates)


def drawn(times: TimeRecord, chosen: int = 0, width: int = 80, height: int = 18, scale: int = 0) -> list[str]:
    cells = draw_time(times, "20 units", chosen, SCALES[scale], width, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


def band(rows: list[str], name: str) -> list[str]:
    """The rows of one band, from its name to the next one's."""
    first = next(y for y, row in enumerate(rows) if row.startswith(f" {name}"))
    last = first + 1
    while last < len(rows) - 1 and rows[last][1] == " ":
        last += 1
    return rows[first:last]


def number(rows: list[str], name: str) -> str:
    return band(rows, name)[0][:GUTTER].split()[1]


def height(rows: list[str], name: str, column: int) -> float:
    """Of the bar in one cell, in rows."""
    return sum(max(BLOCKS.find(row[GUTTER + column]), 0) for row in band(rows, name)) / 8


def test_the_numbers_are_those_of_the_chosen_step():
    times = rnn_times(np.array([-6.0, -3.0, -1.0]))
    for chosen, text in enumerate(("1.00e-06", "0.00100", "0.100")):
        rows = drawn(times, chosen)
        assert number(rows, "‖dL/dh‖") == text
        assert band(rows, "time t")[0][:GUTTER].split()[-1] == str(chosen)
    assert "t 1: ×0.010 of t 2" in drawn(times, 1)[0]
    assert "×" not in drawn(times, 2)[0], "the last step has no next one"


def test_a_bar_is_as_high_as_its_decades_and_keeps_its_height_when_the_others_change():
    calm, wild = np.array([-5.0, -2.0, -1.0]), np.array([-5.0, 1.9, -300.0])
    rows = drawn(rnn_times(calm))
    of_all = len(band(rows, "‖dL/dh‖"))
    for column, value in ((0, -5.0), (8, -2.0), (16, -1.0)):
        assert height(rows, "‖dL/dh‖", column) == pytest.approx((value + 12) / 14 * of_all, abs=1 / 16)
    assert height(drawn(rnn_times(wild)), "‖dL/dh‖", 0) == height(rows, "‖dL/dh‖", 0)


def test_an_lstm_has_its_cells_gradient_what_it_keeps_and_its_gates_as_parts_of_one():
    times = gated(decaying(20))
    rows = drawn(times, 19)
    assert number(rows, "‖dL/dc‖") == "0.251"
    assert number(rows, "kept") == "0.750"
    assert number(drawn(times, 18), "kept") == "0.562"
    for name, value in GATES.items():
        assert float(number(rows, name)) == value
    assert [height(rows, name, 0) for name in ("input", "forget", "output")] == [0.25, 0.75, 0.0]
    assert height(rows, "cell", 0) == 0.25, "a candidate goes from -1 to 1"


def test_a_gru_has_its_gates_and_a_plain_layer_none():
    gru = TimeRecord(
        0, "gru", decaying(9), None, {n: np.full(9, 0.5) for n in ("reset", "update", "new")}, None
    )
    assert [row[1:8].strip() for row in drawn(gru) if row[1:2].strip()][1:-1] == [
        "‖dL/dh‖",
        "update",
        "reset",
        "new",
    ]
    assert not any("kept" in row or "forget" in row for row in drawn(rnn_times(decaying(9))))


def test_more_steps_than_cells_are_folded_with_a_mark_and_keep_their_own_numbers():
    hidden = np.tile([-9.0, -3.0], 100)
    rows = drawn(rnn_times(hidden), 101, width=69)
    assert "░ 4 steps a column" in rows[0]
    assert number(rows, "‖dL/dh‖") == "0.00100"
    cells = [row[GUTTER : GUTTER + 50] for row in band(rows, "‖dL/dh‖")]
    assert any(row == "░" * 50 for row in cells), "from the smallest to the largest"
    assert cells[-1] == "█" * 50
    assert "░" not in drawn(rnn_times(decaying(50)), width=69)[0]


def test_where_nothing_comes_back_there_is_no_bar_and_the_number_is_zero():
    rows = drawn(rnn_times(np.array([-math.inf, -math.inf, -2.0, -1.0])))
    assert number(rows, "‖dL/dh‖") == "0"
    assert height(rows, "‖dL/dh‖", 0) == 0
    assert not any(BELOW in row for row in rows)
    assert band(rows, "time t")[0][GUTTER:].count("∅") == 1, "under t 1; at t 0 stands the chosen step"
    assert rows[-1].startswith("∅ no gradient comes back past t 2")


def test_what_is_beyond_the_scale_has_its_mark_until_the_scale_is_widened():
    times = rnn_times(np.array([-50.0, 20.0, -1.0]))
    narrow, wide = drawn(times), drawn(times, scale=1)
    assert band(narrow, "‖dL/dh‖")[-1][GUTTER] == BELOW
    assert band(narrow, "‖dL/dh‖")[0][GUTTER + 8] == ABOVE
    assert number(narrow, "‖dL/dh‖") == "1.00e-50"
    assert height(narrow, "‖dL/dh‖", 0) == 0
    assert height(wide, "‖dL/dh‖", 0) > 0
    assert "1e-60" in "".join(wide)
    assert number(drawn(rnn_times(np.array([-612.0, -1.0]))), "‖dL/dh‖") == "10^-612"


def test_the_way_back_is_summed_up_with_its_decades_a_step():
    rows = drawn(rnn_times(decaying(21, 0.31)))
    assert (
        rows[-1].strip() == "▼ the gradient at the first step is 10^-6.2 of the last · -0.310 decades a step"
    )


def test_what_there_is_no_room_for_is_named_and_the_gradient_never_goes():
    rows = drawn(gated(decaying(12)), width=90, height=9)
    assert "no room for input, output, cell" in rows[0]
    assert not any(row.startswith(" output") for row in rows)
    for low in range(1, 9):
        assert any(row.startswith(" ‖dL/dh‖") for row in drawn(gated(decaying(12)), height=low)), low


def test_the_chosen_step_stands_out_without_colours():
    rows = drawn(rnn_times(decaying(40)), 7)
    assert [row[GUTTER + 7] for row in rows].count("│") >= 2
    assert band(rows, "time t")[0][GUTTER + 7] == "7"
    assert not any(row[GUTTER + 8] == "│" for row in rows)


@given(st.integers(1, 3000), st.integers(1, 240), st.data())
def test_a_click_on_a_steps_place_finds_the_step(steps: int, width: int, data: st.DataObject):
    axis, step = Axis.fitting(steps, width), data.draw(st.integers(0, steps - 1))
    found = axis.step_at(axis.column_of(step))
    assert found is not None
    assert found <= step < found + axis.folded
    assert axis.step_at(axis.start - 1) is None


@settings(max_examples=60)
@given(st.integers(1, 210), st.integers(1, 62), st.sampled_from([1, 2, 9, 40, 400]), st.integers(0, 99))
def test_it_can_be_drawn_at_any_size_for_any_number_of_steps(width: int, rows: int, steps: int, seed: int):
    hidden = odd(steps, seed)
    with no_warning():
        for times in (rnn_times(hidden), gated(hidden, forget=seed % 2, cell=math.nan)):
            cells = draw_time(times, "20 lstm", seed % steps, SCALES[seed % 3], width, rows, PALETTE)
            assert (cells.width, cells.height) == (width, rows)
