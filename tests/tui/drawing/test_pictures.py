"""The drawings of Activation, Decision and Curves: what is where, at any size, without an app."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tui.panes.frames import PALETTE
from vgtui.analysis.activation import ActivationView
from vgtui.analysis.decision import AlongTime, Curve, Images, Plane, Samples
from vgtui.tui.drawing.activation import columns_of, draw_activation, gathered
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.curves import Line, draw_curves
from vgtui.tui.drawing.decision import boundary, draw_decision, nearest
from vgtui.tui.drawing.palette import ANSI, DEFAULT
from vgtui.tui.drawing.shades import diverging, lay_halves, mixed
from vgtui.tui.drawing.ticks import decade_ticks, nice_ticks


def rows(cells: CellBuffer) -> list[str]:
    return [cells.row_text(y) for y in range(cells.height)]


def view(**changes: object) -> ActivationView:
    z = np.linspace(-6, 6, 241)
    values: dict[str, object] = {
        "layer": 2,
        "name": "10 tanh",
        "activation": "tanh",
        "z": z,
        "value": np.tanh(z),
        "slope": 1 - np.tanh(z) ** 2,
        "counts": np.r_[np.zeros(120, int), np.full(120, 5)],
        "below": 0.0,
        "above": 0.02,
        "not_finite": 0.0,
        "mean_slope": 0.42,
        "saturated": 0.1,
        "healthy": ((-2.2, 2.2),),
    }
    return ActivationView(**(values | changes))  # type: ignore[arg-type]


def plane(classes: int = 2) -> Plane:
    x, y = np.linspace(-1, 1, 40), np.linspace(1, -1, 20)
    answer = np.broadcast_to((x > 0).astype(float), (20, 40)) * (max(classes, 2) - 1)
    samples = Samples(
        np.array([[-0.88, 0.9], [0.88, 0.9], [-0.88, -0.9], [0.88, -0.9]]),
        np.array([0, 1, 0, 1]),
        np.array([False, False, True, True]),
    )
    return Plane(("x1", "x2"), x, y, answer, np.ones((20, 40)), classes, 0.0, 1.0, samples)


def test_the_histogram_is_under_its_place_of_the_axis_and_the_healthy_part_is_told():
    told = rows(draw_activation(view(), "", 67, 16, PALETTE))
    assert "mean slope 0.420" in told[0]
    assert "saturated 10.0 %" in told[0]
    assert any("slope ≥ 0.05" in row and "├" in row for row in told)
    assert "2.0 %›" in "".join(told)
    bars = next(row for row in told if "█" in row)
    middle = told[-1].index("0", told[-1].index("-3") + 2)
    assert abs(bars.index("█") - middle) <= 1


def test_the_parts_of_an_axis():
    assert columns_of(61, -3, 3, 6) == (15, 46)
    assert columns_of(61, -60, 60, 6) == (0, 61)
    assert gathered(np.ones(240), 7).sum() == 240


def test_a_map_shows_samples_where_they_are_each_part_by_its_sign_and_where_the_sides_meet():
    told = rows(draw_decision(plane(), "", 40, 12, PALETTE))
    assert told[1][2] == "○"
    assert told[1][37] == "●"
    assert told[10][2] == "□"
    assert told[10][37] == "■"
    assert {row[20] for row in told[2:10]} == {"·"}
    letters = rows(draw_decision(plane(3), "", 40, 12, PALETTE))
    assert (letters[1][2], letters[1][37], letters[10][2], letters[10][37]) == ("a", "b", "A", "B")


def test_the_two_sides_of_a_map_differ_in_colour():
    cells = draw_decision(plane(), "", 40, 12, PALETTE)
    assert cells.foreground[5, 3] != cells.foreground[5, 37]
    assert cells.background[5, 3] != cells.background[5, 37]


def test_boundary_and_nearest():
    sides = np.array([[0, 0, 1], [0, 1, 1]])
    assert boundary(sides).tolist() == [[False, True, True]]
    assert nearest(np.array([[1, 2], [3, 4]]), 4, 2).tolist() == [[1, 2], [1, 2], [3, 4], [3, 4]]


def test_images_stand_beside_each_other_with_their_guesses():
    images = np.zeros((4, 8, 8))
    images[:, 2] = 1.0
    labels, guesses, sure = np.array([7, 1, 2, 3]), np.array([7, 7, 2, 8]), np.array([0.9, 0.5, 1.0, 0.4])
    found = Images(images, labels, guesses, sure, True, tuple("0123456789"))
    cells = draw_decision(found, "", 40, 8, PALETTE)
    assert "3 samples, held back  ✗ 1 of 3 wrong" in rows(cells)[0]  # those that there is room for
    assert rows(cells)[5].split("  ")[0].strip() == "7 ✓ 0.90"
    assert "7 ✗ 1 0.50" in rows(cells)[5]
    assert cells.foreground[2, 0] == PALETTE.text
    assert cells.background[2, 0] == PALETTE.background


def test_a_sequence_is_drawn_along_time_with_the_guess_at_every_step():
    inputs = np.eye(4)[[2, 0, 0, 1]]
    found = AlongTime(
        inputs, np.array([0.1, 0.2, 0.9, 0.8]), np.array([3, 3, 2, 2]), 2.0, 4, ("a", "b", "c", "d")
    )
    told = rows(draw_decision(found, "", 47, 16, PALETTE))
    assert told[0].startswith("class 2  its probability")
    guesses = next(row for row in told if row.startswith("guess")).split()[1]
    assert "".join(dict.fromkeys(guesses)) == "32"


def test_curves_have_their_signs_on_them_and_whole_decades_beside():
    steps = np.arange(50.0)
    lines = [
        Line("layer 0", "0", np.linspace(-6, -5, 50), log10=True),
        Line("layer 8", "8", np.full(50, -1.5), log10=True),
    ]
    told = rows(draw_curves("gradient norms", steps, lines, True, 60, 14, PALETTE))
    assert "0 layer 0" in told[1]
    for sign in "08":
        assert sum(row.count(sign) for row in told[2:-2]) >= 3
    upper = next(number for number, row in enumerate(told[2:]) if "8" in row[9:])
    lower = next(number for number, row in enumerate(told[2:]) if "0" in row[9:])
    assert upper < lower
    assert next(row.split("┤")[0].strip() for row in told if "┤" in row) == "1e-1"


def test_curves_without_a_point_say_so():
    assert (
        "no accuracy to draw yet"
        in rows(draw_curves("accuracy", np.arange(3.0), [], False, 60, 9, PALETTE))[1]
    )


@settings(max_examples=25)
@given(st.integers(10, 120), st.integers(3, 30), st.integers(0, 5))
def test_no_size_is_too_small_for_any_picture(width: int, height: int, which: int):
    samples = Samples(np.zeros((2, 1)), np.array([0.0, 1.0]), np.array([False, True]))
    x = np.linspace(-1, 1, 20)
    pictures = [
        lambda: draw_activation(view(), "as of step 3", width, height, PALETTE),
        lambda: draw_activation(
            view(counts=np.zeros(240, int), healthy=(), not_finite=1.0), "", width, height, PALETTE
        ),
        lambda: draw_decision(plane(0), "", width, height, PALETTE),
        lambda: draw_decision(Curve("x", x, np.sin(x), 0, samples), "", width, height, PALETTE),
        lambda: draw_decision(
            Images(np.zeros((2, 9, 9)), np.zeros(2, int), np.zeros(2, int), np.ones(2), False, ("0",)),
            "",
            width,
            height,
            PALETTE,
        ),
        lambda: draw_curves(
            "loss",
            np.arange(9.0),
            [Line("train", "r", np.r_[np.ones(8), np.nan])],
            False,
            width,
            height,
            PALETTE,
        ),
    ]
    cells = pictures[which]()
    assert (cells.width, cells.height) == (width, height)


def test_ticks_are_round():
    assert [at for at, _ in nice_ticks(0, 1, 4)] == pytest.approx([0, 0.5, 1.0])
    assert [label for _, label in nice_ticks(-3, 3, 6)] == ["-3", "-2", "-1", "0", "1", "2", "3"]
    assert [label for _, label in decade_ticks(-6, 0, 3)] == ["1e-6", "1e-4", "1e-2", "1e0"]


def test_colours_mix_and_the_terminal_s_own_do_not():
    assert mixed(0x000000, 0x204060, np.array([0.0, 0.5, 1.0])).tolist() == [0, 0x102030, 0x204060]
    assert mixed(DEFAULT, ANSI | 4, np.array([0.1, 0.9])).tolist() == [DEFAULT, ANSI | 4]
    colours = diverging(PALETTE, np.array([-1.0, 0.0, 1.0]))
    assert colours.tolist() == [PALETTE.train, PALETTE.background, PALETTE.vanishing]


def test_half_a_cell_of_the_terminal_s_own_background_is_left_out():
    cells = CellBuffer(4, 1, DEFAULT, DEFAULT)
    blue = ANSI | 4
    lay_halves(
        cells, (0, 0), np.array([[DEFAULT, blue, DEFAULT, blue], [DEFAULT, DEFAULT, blue, blue]], np.uint32)
    )
    assert cells.row_text(0) == " ▀▄▀"
    assert cells.foreground[0, 1:].tolist() == [blue] * 3
    assert cells.background[0].tolist() == [DEFAULT, DEFAULT, DEFAULT, blue]
