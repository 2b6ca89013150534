"""The encoder's sequence, fed to a terminal, shows what the buffer holds: for any buffers and any change."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem

from vgtui.tui.drawing.cells import BOLD, REVERSE, SPACE, CellBuffer, changed_cells
from vgtui.tui.drawing.encode import PLAIN, Patch, change_of_pen, colour_code, encode, row_runs
from vgtui.tui.drawing.palette import ANSI, DEFAULT

WIDTH, HEIGHT, TOP, LEFT = 40, 6, 2, 5


def noise(seed: int, like: CellBuffer | None = None, kept: float = 0.0) -> CellBuffer:
    """Random cells, of which a share is kept as in `like`."""
    random = np.random.default_rng(seed)
    cells = CellBuffer(WIDTH, HEIGHT, 0, 0)
    shape = (HEIGHT, WIDTH)
    cells.codes[:] = random.choice([SPACE, SPACE, ord("a"), ord("7"), 0x2588, 0x258F], shape)
    cells.foreground[:] = random.choice([0xFF0000, 0x00FF00], shape, p=[0.8, 0.2])
    cells.background[:] = random.choice([0x000000, 0x202020], shape, p=[0.9, 0.1])
    cells.attributes[:] = random.choice([0, BOLD, REVERSE, BOLD | REVERSE], shape, p=[0.85, 0.05, 0.05, 0.05])
    if like is not None:
        same = random.random(shape) < kept
        for name in ("codes", "foreground", "background", "attributes"):
            getattr(cells, name)[same] = getattr(like, name)[same]
    return cells


def assert_shown(screen: pyte.Screen, cells: CellBuffer) -> None:
    for y in range(cells.height):
        for x in range(cells.width):
            cell, attributes = screen.buffer[y + TOP][x + LEFT], int(cells.attributes[y, x])
            assert cell.data == chr(cells.codes[y, x])
            assert cell.bg == f"{cells.background[y, x]:06x}"
            assert (cell.bold, cell.reverse) == (bool(attributes & BOLD), bool(attributes & REVERSE))
            if cell.data != " " or attributes:
                assert cell.fg == f"{cells.foreground[y, x]:06x}"


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.7, 0.95]))
def test_a_screen_painted_by_differences_equals_the_buffer_cell_by_cell(seed: int, kept: float):
    screen = pyte.Screen(LEFT + WIDTH, TOP + HEIGHT)
    terminal = pyte.Stream(screen)
    shown = noise(seed)
    everything = np.ones((HEIGHT, WIDTH), bool)
    terminal.feed(encode([Patch(TOP, LEFT, shown, everything)], ColorSystem.TRUECOLOR))
    assert_shown(screen, shown)
    for change in range(1, 3):
        wanted = noise(seed + change, shown, kept)
        patch = Patch(TOP, LEFT, wanted, changed_cells(shown, wanted))
        terminal.feed(encode([patch], ColorSystem.TRUECOLOR))
        assert_shown(screen, wanted)
        shown = wanted


def test_patches_of_several_panes_go_out_in_one_sequence():
    screen = pyte.Screen(30, 4)
    patches = []
    for left, text in ((0, "left"), (15, "right")):
        cells = CellBuffer(10, 2, 0xFFFFFF, 0)
        cells.text(1, 0, text, 0xFFFFFF)
        patches.append(Patch(1, left, cells, np.ones((2, 10), bool)))
    pyte.Stream(screen).feed(encode(patches, ColorSystem.TRUECOLOR))
    assert screen.display[2].split() == ["left", "right"]
    assert screen.display[2].index("right") == 15


def test_nothing_changed_is_nothing_written():
    cells = noise(1)
    assert encode([Patch(0, 0, cells, np.zeros((HEIGHT, WIDTH), bool))], ColorSystem.TRUECOLOR) == ""
    assert encode([], ColorSystem.TRUECOLOR) == ""


def test_one_changed_number_costs_a_move_a_pen_and_its_digits():
    shown, wanted = CellBuffer(60, 10, 0xFFFFFF, 0), CellBuffer(60, 10, 0xFFFFFF, 0)
    shown.text(5, 20, "1.23e-07", 0xFFFFFF)
    wanted.text(5, 20, "1.31e-07", 0xFFFFFF)
    sequence = encode([Patch(0, 0, wanted, changed_cells(shown, wanted))], ColorSystem.EIGHT_BIT)
    assert sequence == "\x1b[6;23H\x1b[38;5;231;48;5;16m31\x1b[m"


def test_a_short_gap_in_one_colour_is_written_and_a_long_one_jumped():
    cells = CellBuffer(20, 1, 0xFFFFFF, 0)
    cells.text(0, 0, "abcdefghijklmnopqrst", 0xFFFFFF)
    changed = np.zeros((1, 20), bool)
    changed[0, [0, 4, 15]] = True
    sequence = encode([Patch(0, 0, cells, changed)], ColorSystem.EIGHT_BIT)
    assert "abcde\x1b[10Cp" in sequence


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (ColorSystem.TRUECOLOR, "38;2;255;0;0"),
        (ColorSystem.EIGHT_BIT, "38;5;196"),
        (ColorSystem.STANDARD, "31"),
    ],
)
def test_a_colour_is_written_as_the_terminal_can_show_it(system: ColorSystem, code: str):
    assert colour_code(0xFF0000, True, system) == code


def test_the_terminals_own_colours_stay_its_own():
    assert colour_code(ANSI | 4, True, ColorSystem.TRUECOLOR) == "34"
    assert colour_code(DEFAULT, False, ColorSystem.TRUECOLOR) == "49"


def test_a_pen_changes_only_what_differs():
    system = ColorSystem.TRUECOLOR
    assert change_of_pen(PLAIN, PLAIN, system) == ""
    assert change_of_pen((DEFAULT, DEFAULT, BOLD), (ANSI | 1, DEFAULT, BOLD), system) == "\x1b[31m"
    assert (
        change_of_pen((DEFAULT, DEFAULT, BOLD | REVERSE), (DEFAULT, DEFAULT, REVERSE), system) == "\x1b[22m"
    )


def test_a_row_as_textual_gets_it_has_every_character_once_and_one_pen_a_run():
    cells = noise(3)
    runs = row_runs(cells, 2)
    assert "".join(text for text, _ in runs) == cells.row_text(2)
    assert all(one[1] != other[1] for one, other in pairwise(runs))


def test_a_row_without_columns_has_no_runs() -> None:
    assert row_runs(CellBuffer(0, 2, 1, 2), 0) == []
    assert row_runs(CellBuffer(1, 1, 1, 2), 0) == [(" ", (1, 2, 0))]
