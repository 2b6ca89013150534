"""The real program in a pseudo-terminal, its screen read by a terminal emulator."""

from __future__ import annotations

from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal

FIRST_NUMBERS = 240.0
"""Seconds: where the kernels are not compiled yet, that comes first."""


def test_the_screen_is_there_and_answers_keys_before_numpy_and_numba_are_imported(tmp_path: Path):
    gate = tmp_path / "open"
    with PseudoTerminal("tests.terminal.held_import", str(gate), width=120, height=40) as terminal:
        terminal.wait_for_text("Nine sigmoid layers on two moons")
        terminal.wait_for_text("1 Gradient flow")
        terminal.write("?")
        terminal.wait_for_text("Every key, and what the signs mean.")
        terminal.write("q")
        terminal.wait_for(lambda: not any("─ Help ─" in line for line in terminal.screen.display))
        terminal.wait_for_text("loading the engine")
        terminal.write(" ")
        gate.touch()
        terminal.wait_for_text("▶ running", FIRST_NUMBERS)
        terminal.wait_for_text("‖dL/dW‖")


def test_it_trains_is_edited_and_leaves_the_terminal_as_it_was():
    with PseudoTerminal("vgtui", "relu-he", width=120, height=40) as terminal:
        before = terminal.settings
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write(" ")
        terminal.wait_for_text("epoch 2")
        terminal.write("e")
        terminal.wait_for_text("◂ relu ▸")
        terminal.write("\x1b[C")
        terminal.wait_for_text("◂ leaky_relu ▸")
        terminal.write("q")
        assert terminal.ended() == 0
        assert terminal.settings == before
        last = {mode: terminal.everything.rfind(mode) for mode in (b"\x1b[?1049l", b"\x1b[?1049h")}
        assert last[b"\x1b[?1049l"] > last[b"\x1b[?1049h"]
        assert b"\x1b[?25h" in terminal.everything[terminal.everything.rfind(b"\x1b[?25l") :]


def test_dragging_the_window_changes_the_layout_at_any_time():
    with PseudoTerminal("vgtui", width=80, height=24) as terminal:
        terminal.wait_for_text("▼ vanishing", FIRST_NUMBERS)
        terminal.write(" ")
        terminal.resize(120, 40)
        terminal.wait_for_text("─ 5 Weights ─")
        terminal.wait_for_text("─ 1 Gradient flow ─")
        terminal.resize(30, 8)
        terminal.wait_for_text("needs at least 40x12")
        terminal.resize(200, 60)
        terminal.wait_for_text("─ 5 Weights ─")
        terminal.wait_for_text("▶ running")


def test_a_scenario_that_is_not_there_gets_one_line_and_no_screen():
    with PseudoTerminal("vgtui", "keras-moon", width=120, height=40) as terminal:
        assert terminal.ended() == 2
        lines = [line for line in terminal.screen.display if line.strip()]
        assert len(lines) == 1
        assert "did you mean 'keras-moons'?" in lines[0]
        assert b"\x1b[?1049h" not in terminal.everything
