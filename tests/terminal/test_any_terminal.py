"""The real program in terminals that cannot do much."""

from __future__ import annotations

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.training import FIRST_NUMBERS


def test_a_vt100_without_unicode_shows_everything_in_ascii_and_no_colour() -> None:
    old = {"TERM": "vt100", "COLORTERM": "", "LANG": "C"}
    with PseudoTerminal("vgtui", "relu-he", width=80, height=24, environment=old) as terminal:
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write("p")
        terminal.wait_for_text("type to search")
        terminal.settle()
        cells = [cell for row in terminal.cells() for cell in row]
        assert {foreground for _, foreground, _, _, _ in cells} <= {"", "default"}
        assert {ground for _, _, ground, _, _ in cells} == {"default"}
        assert any(reverse for *_, reverse in cells), "the chosen preset stands out"
        terminal.write("\x1b")
        terminal.wait_for_text("- 1 Gradient flow -")
        terminal.write("\x1b[1114112u")  # a key that there is not
        terminal.settle()
        terminal.write("\udce9s")  # the é of a terminal without UTF-8
        terminal.wait_for_text("step 1 ")
        terminal.write("q")
        assert terminal.ended() == 0
        assert terminal.everything.isascii()


def test_sixteen_colours_are_the_terminal_s_own_and_the_smallest_window_says_what_it_needs() -> None:
    few = {"TERM": "screen", "COLORTERM": ""}
    with PseudoTerminal("vgtui", "relu-he", width=80, height=24, environment=few) as terminal:
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.settle()
        assert b"\x1b[38;" not in terminal.everything
        assert b"8;5;" not in terminal.everything
        unseen = [
            cell
            for row in terminal.cells()
            for cell in row
            if cell[0] != " " and cell[1] == cell[2] != "default"
        ]
        assert not unseen
        terminal.resize(20, 5)
        terminal.wait_for_text("20x5")
        terminal.resize(80, 24)
        terminal.wait_for_text("1 Gradient flow")


def test_a_dumb_terminal_gets_one_sentence() -> None:
    for name in ("dumb", ""):
        with PseudoTerminal("vgtui", width=240, environment={"TERM": name}) as terminal:
            assert terminal.ended() == 2
            assert sum(bool(line.strip()) for line in terminal.screen.display) == 1
            assert "vgtui run" in terminal.screen.display[0]
            assert b"\x1b" not in terminal.everything
