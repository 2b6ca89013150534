"""The real program in a pseudo-terminal, its screen read by a terminal emulator."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.training import FIRST_NUMBERS
from vgtui.cli.launch import title_line

HELD = "tests.terminal.held_import"
SLOW = "numpy,numba,llvmlite,plotext"


def lines(terminal: PseudoTerminal) -> list[str]:
    """What is on the screen, empty lines left out."""
    return [line.rstrip() for line in terminal.screen.display if line.strip()]


def test_the_screen_is_there_and_answers_keys_before_numpy_and_numba_are_imported(tmp_path: Path):
    gate = tmp_path / "open"
    with PseudoTerminal(HELD, str(gate), SLOW, width=120, height=40) as terminal:
        terminal.wait_for_text("Nine sigmoid layers on two moons")
        terminal.wait_for_text("1 Gradient flow")
        terminal.write("?")
        terminal.wait_for_text("vanishing: three decades or more below")
        terminal.write("q")
        terminal.wait_for(lambda: not any("─ Help ─" in line for line in terminal.screen.display))
        terminal.wait_for_text("loading the engine")
        terminal.write(" ")
        gate.touch()
        terminal.wait_for_text("▶ running", FIRST_NUMBERS)
        terminal.wait_for_text("‖dL/dW‖")


def test_a_title_stands_on_the_screen_before_all_else_is_imported_and_nothing_of_it_stays(tmp_path: Path):
    gate = tmp_path / "open"
    with PseudoTerminal(HELD, str(gate), "msgspec", "relu-he", width=120, height=40) as terminal:
        terminal.wait_for_text("vgtui · relu-he")
        assert b"\x1b[?1049h" not in terminal.everything
        gate.touch()
        terminal.wait_for(lambda: b"\x1b[?1049h" in terminal.everything)
        left = terminal.everything.partition(b"\x1b[?1049h")[0]
        assert left.endswith(b"\x1b[2K"), "the title should be erased before another screen is opened over it"


def test_the_panes_are_sketched_before_textual_is_imported_and_a_signal_leaves_nothing_of_them(
    tmp_path: Path,
):
    with PseudoTerminal(HELD, str(tmp_path / "never"), "textual", width=120, height=40) as terminal:
        for name in ("1 Gradient flow", "2 Chain rule", "3 Network", "4 Loss", "5 Weights"):
            terminal.wait_for_text(f"╭─ {name} ─")
        terminal.process.terminate()
        assert terminal.ended() == 128 + signal.SIGTERM
        assert lines(terminal) == []
        assert terminal.everything.endswith(b"\x1b[?25h\x1b[?1049l")


def test_a_scenario_that_cannot_be_read_leaves_one_line_in_place_of_the_title(tmp_path: Path):
    gate, scenario = tmp_path / "open", tmp_path / "broken.toml"
    scenario.write_text("layers = 3")
    with PseudoTerminal(HELD, str(gate), "textual", str(scenario), width=240, height=40) as terminal:
        terminal.wait_for_text("vgtui · broken.toml")
        gate.touch()
        assert terminal.ended() == 2
        assert len(lines(terminal)) == 1
        assert lines(terminal)[0].startswith("vgtui: ")
        assert "broken.toml" in lines(terminal)[0]


def test_control_c_while_it_is_loaded_leaves_nothing_on_the_screen(tmp_path: Path):
    with PseudoTerminal(HELD, str(tmp_path / "never"), "textual", width=120, height=40) as terminal:
        terminal.wait_for_text("vgtui")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.ended() == 128 + signal.SIGINT
        assert lines(terminal) == []


def test_control_z_while_it_is_loaded_gives_the_screen_back_and_fg_shows_it_again(tmp_path: Path):
    gate = tmp_path / "open"
    with PseudoTerminal(HELD, str(gate), "textual", "width-1", width=120, height=40) as terminal:
        before = terminal.settings
        terminal.wait_for_text("1 Gradient flow")
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.wait_for(lambda: terminal.is_stopped)
        terminal.wait_for(lambda: terminal.everything.endswith(b"\x1b[?1049l"))
        terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for(lambda: b"1 Gradient flow" in terminal.everything.rpartition(b"\x1b[?1049l")[2])
        gate.touch()
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write("q")
        assert terminal.ended() == 0
        assert terminal.settings == before


def test_a_title_never_holds_what_would_move_the_cursor():
    assert title_line("a\x1b[2J\n.toml") == title_line("a[2J.toml")


def test_with_errors_going_into_a_file_it_trains_at_any_size_is_edited_and_leaves_the_terminal_as_it_was(
    tmp_path: Path,
):
    errors = tmp_path / "errors"
    command = ["sh", "-c", f"exec {sys.executable} -m vgtui relu-he 2>{errors}"]
    with PseudoTerminal(command=command, width=80, height=24) as terminal:
        before = terminal.settings
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write(" ")
        terminal.wait_for_text("epoch 2")
        terminal.resize(200, 60)
        terminal.wait_for_text("─ 7 Activation ─")
        terminal.resize(30, 8)
        terminal.wait_for_text("needs at least 40x12")
        terminal.resize(120, 40)
        terminal.wait_for_text("─ 5 Weights ─")
        terminal.wait_for_text("─ 1 Gradient flow ─")
        terminal.wait_for_text("space Pause")
        terminal.write(" ")
        terminal.wait_for_text("space Run")
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
    assert "\x1b" not in errors.read_text()


def test_a_scenario_that_is_not_there_gets_one_line_and_no_screen():
    with PseudoTerminal("vgtui", "keras-moon", width=120, height=40) as terminal:
        assert terminal.ended() == 2
        assert len(lines(terminal)) == 1
        assert "did you mean 'keras-moons'?" in lines(terminal)[0]
        assert b"\x1b[?1049h" not in terminal.everything


def test_a_session_is_recorded_as_it_was_written_and_told_of_when_it_is_over(tmp_path: Path):
    path = tmp_path / "session.cast"
    with PseudoTerminal("vgtui", "zeros", "--record", str(path), width=100, height=30) as terminal:
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write("s")
        terminal.wait_for_text("step 1 ")
        terminal.write("q")
        assert terminal.ended() == 0
        header, *events = map(json.loads, path.read_text().splitlines())
        assert (header["version"], header["width"], header["height"]) == (2, 100, 30)
        played = "".join(data for _, kind, data in events if kind == "o")
        assert played.encode() in terminal.everything
        assert [time for time, _, _ in events] == sorted(time for time, _, _ in events)
        said = terminal.everything.rpartition(b"\x1b[?1049l")[2].decode()
        assert "Everything starts at zero · seed 42 · 1 step (0.1 epochs)\r\n" in said
        assert f"recorded: {path}\r\n" in said
        assert "\r\nfinding: " in said
