"""The line over the whole run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tui.panes.frames import PALETTE, decaying, frame, record, scenario
from vgtui.engine.history import Branch
from vgtui.tui.drawing.time_bar import draw_time_bar, step_at, track
from vgtui.tui.frame import Frame

SCENARIO = scenario()


def run(step: int, last: int, *branches: Branch, branch: int = 1) -> Frame:
    one = Branch(1, 0, 0, last, 0.5, ((0, SCENARIO),))
    return frame(
        record=record(decaying(9), step=step), last_step=last, branch=branch, branches=branches or (one,)
    )


def text(shown: Frame, width: int = 80) -> str:
    return draw_time_bar(shown, width, PALETTE).row_text(0)


def test_a_run_that_has_not_begun_is_an_empty_line():
    assert text(run(0, 0), 30) == " step 0 of 0 " + "─" * 15 + "  "


def test_what_has_been_is_heavy_and_what_lies_ahead_is_light():
    line = text(run(50, 100))
    played, ahead = line.split("●")
    assert line.startswith(" step  50 of 100 ")
    assert abs(played.count("═") - ahead.count("─")) <= 1
    assert "─" not in played
    assert "═" not in ahead


@pytest.mark.parametrize(("step", "end"), [(0, "●─"), (100, "═●")])
def test_the_ends_of_the_run_are_the_ends_of_the_line(step: int, end: str):
    assert end in text(run(step, 100))


def test_edits_and_places_where_branches_left_are_marked_and_the_branches_counted():
    one = Branch(1, 0, 0, 100, 0.5, ((0, SCENARIO), (25, SCENARIO)))
    two = Branch(2, 1, 75, 90, 0.5, ((0, SCENARIO), (25, SCENARIO), (75, SCENARIO)))
    line = text(run(50, 100, one, two))
    assert line.index("▾") < line.index("●") < line.index("┬")
    assert line.rstrip().endswith("branch 1, 2 in all")
    assert text(run(50, 90, one, two, branch=2)).count("▾") == 2


@given(st.integers(1, 10**7), st.floats(0, 1), st.integers(40, 220))
def test_a_click_on_the_mark_is_the_step_or_one_that_looks_the_same(last: int, share: float, width: int):
    step = round(share * last)
    line = text(run(step, last), width)
    assert len(line) == width
    found = step_at(run(step, last), line.index("●"), width)
    assert text(run(found, last), width).index("●") == line.index("●")
    start, length = track(run(step, last), width)
    assert (step_at(run(step, last), 0, width), step_at(run(step, last), start + length + 5, width)) == (
        0,
        last,
    )
