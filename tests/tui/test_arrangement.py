"""Where the panes stand, and what a user does to that, without a screen."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vgtui.scenario.view import ArrangementName, Column, PaneName, Place
from vgtui.tui.arrangement import (
    READY,
    Box,
    Rows,
    added,
    divided,
    exchanged,
    hidden,
    lay_out,
    moved,
    names_of,
)
from vgtui.tui.panes.registry import PANES

ROWS = {name: Rows(kind.least, kind.most) for name, kind in PANES.items()}
TWO = (
    Column((Place("gradient", 2), Place("chain", 1)), 3),
    Column((Place("network"), Place("loss"), Place("weights")), 2),
)


def names(*columns: str) -> tuple[Column, ...]:
    return tuple(Column(tuple(Place(name) for name in column.split())) for column in columns)


def text(columns: tuple[Column, ...]) -> list[str]:
    return [" ".join(names_of((column,))) for column in columns]


def test_scenarios_and_the_registry_know_the_same_panes_and_arrangements():
    assert set(get_args(PaneName)) == set(PANES)
    assert get_args(ArrangementName) == tuple(READY)
    for _, columns in READY.values():
        assert len(set(names_of(columns))) == len(names_of(columns))


def test_a_key_goes_to_one_pane():
    keys = [kind.key for kind in PANES.values() if kind.key]
    assert keys == [*"1234567890"][: len(keys)]


def test_the_parts_follow_the_shares_within_their_limits():
    assert divided(40, [3, 1], [5, 5]) == [30, 10]
    assert divided(40, [9, 1], [5, 12]) == [28, 12]
    assert divided(40, [1, 1], [5, 5], [10, 100]) == [10, 30]
    assert divided(40, [1], [5], [10]) == [40]
    assert sum(divided(50, [1, 2], [3, 3], [10, 10])) == 50


@given(
    st.integers(100, 320), st.integers(24, 120), st.sampled_from(list(READY)), st.sampled_from([*PANES, None])
)
def test_boxes_fill_the_screen_and_never_overlap(width: int, height: int, name: str, guest: str | None):
    boxes = lay_out(READY[name][1], width, height, ROWS, guest)
    assert sum(box.width * box.height for box in boxes.values()) == width * height
    for one in boxes.values():
        assert one.x + one.width <= width
        assert one.y + one.height <= height
        overlapping = [
            other
            for other in boxes.values()
            if one.x < other.x + other.width
            and other.x < one.x + one.width
            and one.y < other.y + other.height
            and other.y < one.y + one.height
        ]
        assert overlapping == [one]
    assert guest is None or guest in boxes
    assert all(box.height >= ROWS[pane].least for pane, box in boxes.items() if len(boxes) > 3)


def test_what_does_not_fit_below_or_beside_is_left_out():
    assert list(lay_out(TWO, 120, 40, ROWS)) == ["gradient", "chain", "network", "loss", "weights"]
    assert list(lay_out(TWO, 120, 16, ROWS)) == ["gradient", "chain", "network", "loss"]
    assert list(lay_out(TWO, 90, 40, ROWS)) == ["gradient", "chain"]
    assert lay_out(TWO, 90, 40, {"loss": Rows(6, 12)}) == {"loss": Box(0, 0, 90, 40)}


def test_a_guest_has_the_place_of_the_last():
    assert list(lay_out(TWO, 120, 40, ROWS, "time")) == ["gradient", "chain", "network", "loss", "time"]
    assert list(lay_out(TWO, 90, 40, ROWS, "loss")) == ["gradient", "loss"]
    assert list(lay_out(TWO, 120, 40, ROWS, "loss")) == ["gradient", "chain", "network", "loss", "weights"]
    assert list(lay_out((), 90, 40, ROWS, "loss")) == ["loss"]


def test_a_pane_is_hidden_and_shown_again():
    assert text(hidden(names("gradient chain", "loss"), "loss")) == ["gradient chain"]
    assert text(hidden(names("loss"), "loss")) == ["loss"]
    assert text(added(names("gradient chain", "loss"), "time")) == ["gradient chain", "loss time"]
    assert text(added(names("loss"), "loss")) == ["loss"]
    assert text(exchanged(names("loss chain"), "loss", "time")) == ["time chain"]


@pytest.mark.parametrize(
    ("across", "down", "result"),
    [
        (0, 1, ["chain gradient", "network loss weights"]),
        (0, -1, ["gradient chain", "network loss weights"]),
        (1, 0, ["chain", "gradient network loss weights"]),
        (-1, 0, ["gradient", "chain", "network loss weights"]),
    ],
)
def test_a_pane_moves_by_one_place(across: int, down: int, result: list[str]):
    assert text(moved(TWO, "gradient", across, down, PANES)) == result


def test_a_pane_moves_past_those_that_are_not_shown():
    columns = names("gradient time chain", "loss")
    assert text(moved(columns, "gradient", 0, 1, ["gradient", "chain"])) == ["chain time gradient", "loss"]
    assert text(moved(columns, "loss", 1, 0, PANES)) == text(columns)
    assert text(moved(columns, "loss", -1, 0, PANES)) == ["loss gradient time chain"]


@given(st.lists(st.tuples(st.sampled_from(list(PANES)), st.sampled_from([(0, 1), (0, -1), (1, 0), (-1, 0)]))))
def test_moving_loses_no_pane(moves: list[tuple[str, tuple[int, int]]]):
    columns = TWO
    for name, (across, down) in moves:
        columns = moved(columns, name, across, down, PANES)
    assert sorted(names_of(columns)) == sorted(names_of(TWO))


def test_a_guest_that_there_is_nothing_for_any_more_is_left_out():
    without_time = {name: rows for name, rows in ROWS.items() if name != "time"}
    columns = names("gradient chain", "network loss")
    boxes = lay_out(columns, 120, 40, without_time, "time")
    assert list(boxes) == ["gradient", "chain", "network", "loss"]
