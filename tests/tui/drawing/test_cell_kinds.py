"""Three kinds of cell as curves on one scale: each is told by its letter, and its decay by a number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.panes.frames import PALETTE, decaying, no_warning, odd, rnn_times, scenario
from vgtui.analysis.cells import CellComparison, CellFlow
from vgtui.tui.drawing.bars import Scale
from vgtui.tui.drawing.cell_kinds import LABEL, draw_cell_kinds
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.lines import Line, draw_lines, line_dots
from vgtui.tui.drawing.time import SCALES


def compared(steps: int = 0, **hidden: np.ndarray) -> CellComparison:
    """Kinds with these gradients in layer 3; the scenario's own is gru."""
    flows = tuple(CellFlow(kind, kind != "gru", 1.25, (rnn_times(h, 3),)) for kind, h in hidden.items())
    return CellComparison(scenario(), steps, flows)


THREE = {"rnn": decaying(41, 0.25), "lstm": decaying(41, 0.1), "gru": decaying(41, -0.05)}


def drawn(comparison: CellComparison, step: int = 0, width: int = 100, height: int = 20) -> list[str]:
    cells = draw_cell_kinds(comparison, 3, step, SCALES[0], width, height, PALETTE)
    return [cells.row_text(y).rstrip() for y in range(height)]


def test_every_kind_says_how_it_decays_and_the_networks_own_is_marked():
    rows = drawn(compared(**THREE))
    assert [row[:8].strip() for row in rows[-3:]] == ["R rnn", "L lstm", "▸G gru"]
    assert ["decades a step" in row for row in rows] == [False] * 17 + [True] * 3
    assert [float(row[8:].split()[0]) for row in rows[-3:]] == [-0.25, -0.1, 0.05]
    assert ["first/last 10^-10.0" in rows[-3], "first/last 10^2.0" in rows[-1]] == [True, True]
    assert [row.endswith("this network") for row in rows[-3:]] == [False, False, True]
    assert "layer 3" in rows[0]


def test_the_curves_are_told_apart_by_letters_and_share_the_scale():
    """On the left, where they are furthest apart, the higher gradient is the higher curve."""
    rows = drawn(compared(**THREE))[1:-4]
    where = {letter: [y for y, row in enumerate(rows) if letter in row[LABEL:40]] for letter in "RLG"}
    assert all(where.values())
    assert max(where["G"]) < min(where["L"]) <= max(where["L"]) < min(where["R"])


def test_a_kind_that_is_not_there_yet_waits():
    rows = drawn(compared(rnn=THREE["rnn"]))
    assert [row[8:] for row in rows[-2:]] == ["…", "…"]
    assert drawn(compared())[-3].endswith("…")


def test_it_says_after_how_many_updates_and_how_to_compare_anew_later():
    assert "as first drawn" in drawn(compared(**THREE))[0]
    rows = drawn(compared(steps=20, **THREE), step=70)
    assert "after 20 updates" in rows[0]
    assert "v twice: after 70" in rows[0]


def test_a_gradient_that_reaches_a_single_step_has_no_way_back():
    hidden = np.full(9, -math.inf)
    hidden[-1] = -1.0
    assert "no way back" in drawn(compared(lstm=hidden))[-2]


def dots(*heights: float, rows: int = 8) -> list[list[int]]:
    """The rows of the dots of each column, from the top."""
    return [np.flatnonzero(column).tolist() for column in line_dots(np.array(heights), rows).T]


def test_a_line_goes_through_its_points_and_is_not_torn_where_it_is_steep():
    assert dots(1.0, 0.0) == [[0], [1, 2, 3, 4, 5, 6, 7]]
    assert dots(0.0, 1.0) == [[7], [0, 1, 2, 3, 4, 5, 6]]
    assert dots(0.0, 1 / 7, 1 / 7) == [[7], [6], [6]]


def test_a_line_ends_where_it_leaves_the_scale_or_is_no_number():
    assert dots(0.0, -0.1, 1.1, math.nan, math.inf, 1.0) == [[7], [], [], [], [], [0]]


def picture(*lines: Line, width: int = 40, rows: int = 6) -> list[str]:
    cells = CellBuffer(width, rows, 1, 0)
    draw_lines(cells, (0, 0), (width, rows), Scale(0.0, 6.0, 6.0), lines, 2)
    return [cells.row_text(y) for y in range(rows)]


def test_what_leaves_the_scale_has_its_mark_at_the_edge():
    falling = picture(Line(np.linspace(3.0, -3.0, 9), "A", 3))
    rising = picture(Line(np.linspace(3.0, 9.0, 9), "A", 3))
    assert falling[-1].endswith("‹" * 18)
    assert "‹" not in falling[-1][:19]
    assert rising[0].endswith("›" * 18)


def test_lines_that_cross_keep_both_their_dots():
    up, down = Line(np.array([0.0, 6.0]), "A", 3), Line(np.array([5.0, 1.0]), "B", 4)
    both = picture(up, down, width=33)
    shared = 0
    for single in (picture(up, width=33), picture(down, width=33)):
        for one, two in zip("".join(single), "".join(both), strict=True):
            if is_braille(one) and is_braille(two):
                assert ord(one) & ord(two) == ord(one)
                shared += one != two
    assert shared


def is_braille(character: str) -> bool:
    return "\u2800" < character <= "\u28ff"


@settings(max_examples=60)
@given(st.integers(1, 210), st.integers(1, 62), st.sampled_from([1, 2, 9, 400]), st.integers(0, 99))
def test_it_can_be_drawn_at_any_size(width: int, rows: int, steps: int, seed: int):
    hidden = odd(steps, seed)
    with no_warning():
        comparison = compared(rnn=hidden, lstm=np.full(steps, -math.inf), gru=np.full(steps, math.nan))
        cells = draw_cell_kinds(comparison, 3, seed, SCALES[seed % 3], width, rows, PALETTE)
        assert (cells.width, cells.height) == (width, rows)


@pytest.mark.parametrize("factor", [5, 25])
def test_a_wider_scale_has_as_many_ticks_further_apart(factor: int):
    narrow, wide = Scale(-12.0, 2.0, 2.0), Scale(-12.0, 2.0, 2.0).widened(factor)
    assert [place for place, _ in wide.ticks(70)] == [place for place, _ in narrow.ticks(70)]
    assert [int(text[2:]) for _, text in wide.ticks(70)] == [
        factor * int(text[2:]) for _, text in narrow.ticks(70)
    ]
