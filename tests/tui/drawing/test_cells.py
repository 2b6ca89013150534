"""Cell buffers: what is written where, what is cut, and which changes count."""

from __future__ import annotations

import numpy as np
import pytest

from vgtui.tui.drawing.cells import BOLD, CellBuffer, changed_cells, column, fitted, joined

INK, GROUND = 0xAAAAAA, 0x101010


def buffer(width: int = 10, height: int = 3) -> CellBuffer:
    return CellBuffer(width, height, INK, GROUND)


def test_a_text_that_does_not_fit_ends_with_an_ellipsis_at_the_edge():
    cells = buffer()
    assert cells.text(1, 4, "gradient", INK) == 10
    assert cells.row_text(1) == "    gradi…"


def test_a_text_is_cut_after_the_width_it_is_given():
    cells = buffer()
    cells.text(0, 0, "gradient", INK, width=5)
    assert cells.row_text(0) == "grad…     "


@pytest.mark.parametrize("place", [(-1, 0), (3, 0), (0, 10), (0, -1)])
def test_what_falls_outside_of_the_buffer_is_not_drawn(place: tuple[int, int]):
    cells = buffer()
    cells.text(*place, "x", INK)
    assert not changed_cells(buffer(), cells).any()


def test_lines_and_blocks_that_hang_over_the_edge_lose_only_what_hangs_over():
    cells = buffer(4, 2)
    cells.lines(1, 2, ["abc", "def"], INK)
    cells.block(0, 3, np.full((5, 5), ord("#"), np.uint32), INK)
    assert [cells.row_text(y) for y in range(2)] == ["   #", "  a#"]


def test_the_colour_of_a_space_is_no_change_but_its_background_is():
    shown, wanted = buffer(), buffer()
    wanted.foreground[0, 0] = 0xFF0000
    wanted.background[1, 1] = 0xFF0000
    assert changed_cells(shown, wanted).nonzero()[0].tolist() == [1]


def test_bold_alone_is_a_change():
    shown, wanted = buffer(), buffer()
    for cells in (shown, wanted):
        cells.text(0, 0, "a", INK)
    wanted.attributes[0, 0] = BOLD
    assert changed_cells(shown, wanted).sum() == 1


@pytest.mark.parametrize(
    ("text", "width", "cut"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("abc", 1, "…"), ("abc", 0, "")]
)
def test_a_text_is_never_cut_without_a_mark(text: str, width: int, cut: str):
    assert fitted(text, width) == cut


def test_a_column_is_always_as_wide_as_it_says():
    assert column("ab", 4) == "ab  "
    assert column("ab", 4, right=True) == "  ab"
    assert column("abcdef", 4, right=True) == "abc…"


def test_parts_that_do_not_fit_are_left_out_whole_and_marked():
    parts = ["slope 0.24", "dead 0 %", "saturated 1 %"]
    assert joined(parts, 40) == "slope 0.24 · dead 0 % · saturated 1 %"
    assert joined(parts, 30) == "slope 0.24 · dead 0 % …"
    assert joined(parts, 6) == "slope…"
