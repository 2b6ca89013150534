"""Sessions that nobody ended: kept whole, the process gone, the run gone on with as if nothing had been."""

from __future__ import annotations

import signal
from pathlib import Path

import platformdirs
import pytest

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.training import FIRST_NUMBERS, PRESET, straight_to, train
from vgtui import Simulation

PATIENCE = 30.0
"""Seconds: one, and what a busy machine adds."""


@pytest.fixture
def state(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def kept(state: dict[str, str]) -> list[Path]:
    return list(Path(state["XDG_STATE_HOME"]).rglob("*.vgtui"))


def trained(state: dict[str, str]) -> PseudoTerminal:
    """The app, after some steps of training."""
    terminal = PseudoTerminal("vgtui", PRESET, width=80, height=24, environment=state)
    train(terminal)
    return terminal


def assert_same_run(path: Path) -> int:
    """The session is what training straight to its step gives, bit for bit; which step that is."""
    return straight_to(Simulation.load(path)).step_index


def test_a_hangup_keeps_the_run_and_it_is_gone_on_with(state: dict[str, str]) -> None:
    with trained(state) as terminal:
        terminal.process.send_signal(signal.SIGHUP)
        assert terminal.process.wait(PATIENCE) == 128 + signal.SIGHUP
    step = assert_same_run(kept(state)[0])
    with PseudoTerminal("vgtui", "zeros", width=80, height=24, environment=state) as terminal:
        terminal.wait_for_text("a session was cut off just now: R goes on with it")
        terminal.write("R")
        terminal.wait_for_text(f"step {step} ", FIRST_NUMBERS)
        terminal.write("q")
        assert terminal.ended() == 0
    assert not kept(state), "what was ended is not offered again"


def test_a_terminal_that_is_gone_without_a_word_ends_the_program(state: dict[str, str]) -> None:
    with trained(state) as terminal:
        terminal.hang_up()
        assert terminal.process.wait(PATIENCE) == 128 + signal.SIGHUP
    assert assert_same_run(kept(state)[0]) > 20


def test_killed_at_once_it_has_lost_no_more_than_some_seconds(state: dict[str, str]) -> None:
    with trained(state) as terminal:
        terminal.wait_for(lambda: bool(kept(state)))
        terminal.process.kill()
    assert assert_same_run(kept(state)[0]) > 0


def test_without_a_place_to_keep_it_the_app_runs_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Path(platformdirs.user_cache_path("vgtui")).parent  # with the kernels, or they would be compiled
    home = str(tmp_path / "file")
    nowhere = {"XDG_STATE_HOME": home, "XDG_CACHE_HOME": str(cache), "HOME": home}
    with trained(nowhere) as terminal:
        terminal.wait_for_text("the run is not kept for later")
        terminal.write("q")
        assert terminal.ended() == 0


def test_with_nothing_to_resume_it_is_one_line(state: dict[str, str]) -> None:
    with PseudoTerminal("vgtui", "--resume", width=80, height=24, environment=state) as terminal:
        assert terminal.ended() == 2
        lines = [line for line in terminal.screen.display if line.strip()]
        assert len(lines) == 1
        assert "nothing to resume" in lines[0]
