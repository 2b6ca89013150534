"""What reaches the terminal: painted bit by bit it is the repainted screen, and no slow link stops the app."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminal.pseudo_terminal import PseudoTerminal
from vgtui.tui.acknowledgement import PATIENCE, TIMED_PACE, Acknowledgement

APP = "tests.tui.panes.live_app"


@pytest.fixture(scope="module")
def terminal() -> Iterator[PseudoTerminal]:
    """The app, started once: each test leaves its panes open to the eye."""
    with PseudoTerminal(APP) as running:
        running.wait_for_text("dL/dW")
        running.settle()
        yield running


def painted(terminal: PseudoTerminal) -> None:
    """Wait until the app says that everything has been painted."""
    seen = re.search(r"painted (\d+)\.", terminal.screen.display[-1])
    terminal.write("w")
    terminal.wait_for_text(f"painted {int(seen[1]) + 1 if seen else 1}.")


def facts(terminal: PseudoTerminal) -> dict[str, float]:
    """What the app tells of itself once it has repainted everything."""
    terminal.write("p")
    painted(terminal)
    return told(terminal)


def told(terminal: PseudoTerminal) -> dict[str, float]:
    """The facts on the screen's last line."""
    return {name: float(value) for name, value in re.findall(r"(\w+) ([\d.]+)", terminal.screen.display[-1])}


def differences(terminal: PseudoTerminal) -> list[tuple[int, int]]:
    """Cells of the panes that a full repaint changes."""
    painted(terminal)
    before = terminal.cells()
    facts(terminal)
    repainted = terminal.cells()
    rows = range(terminal.screen.lines - 1)
    return [(y, x) for y in rows for x in range(terminal.screen.columns) if before[y][x] != repainted[y][x]]


def test_an_incrementally_painted_screen_is_the_fully_repainted_one_cell_by_cell(terminal: PseudoTerminal):
    before = facts(terminal)
    for _ in range(12):
        terminal.write("f")
        painted(terminal)
    assert differences(terminal) == []
    after = facts(terminal)
    assert after["serial"] - before["serial"] == 12
    assert after["direct"] - before["direct"] >= 8, "the frames did not take the direct way"


def test_after_a_dialog_and_another_theme_the_screen_is_still_the_repainted_one(terminal: PseudoTerminal):
    def dialog() -> bool:
        return any("a dialog" in line for line in terminal.screen.display)

    terminal.write("d")
    terminal.wait_for(dialog)
    terminal.write("d")
    terminal.wait_for(lambda: not dialog())
    terminal.write("ff")
    assert differences(terminal) == []
    ground = terminal.cells()[0][0][2]
    terminal.write("yf")
    terminal.wait_for(lambda: terminal.cells()[0][0][2] != ground)
    assert differences(terminal) == []


def test_a_pane_that_was_hidden_comes_back_as_it_should_be_by_now(terminal: PseudoTerminal):
    for keys in ("fhff", "hf"):
        for key in keys:
            terminal.write(key)
            painted(terminal)
        assert differences(terminal) == []


def test_nothing_is_painted_over_a_toast_and_nothing_of_it_stays(terminal: PseudoTerminal):
    def toast() -> bool:
        return any("over the panes" in line for line in terminal.screen.display)

    terminal.write("t")
    terminal.wait_for(toast)
    for _ in range(8):
        terminal.write("f")
        painted(terminal)
    assert differences(terminal) == []
    terminal.write("t")
    terminal.wait_for(lambda: not toast())
    terminal.write("f")
    assert differences(terminal) == []


def test_a_terminal_that_is_not_read_does_not_stop_the_event_loop_and_gets_no_stale_frames(tmp_path):
    counted = tmp_path / "counted"
    with PseudoTerminal(APP, "stream", str(counted)) as terminal:
        terminal.wait_for_text("dL/dW")
        terminal.wait_for(lambda: terminal.bytes_read > 200_000)
        counts = unread(terminal, counted)
        first = next(counts)
        assert any(count > first + 80 for count in counts), "the event loop stands still"
        terminal.answers = False
        before = terminal.bytes_read
        terminal.settle()
        assert terminal.bytes_read - before < 60_000


def unread(terminal: PseudoTerminal, counted: Path, seconds: float = 60.0) -> Iterator[int]:
    """Frames that the app has come to, asked for by a key again and again, and nothing of its output read."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.write("n")
        time.sleep(0.05)
        if counted.exists() and counted.read_text():
            yield int(counted.read_text())


def test_no_frame_is_sent_before_the_last_one_was_answered():
    pacing = Acknowledgement()
    assert pacing.ready(0.0)
    assert pacing.sent(0.0)
    assert not pacing.ready(0.5)
    pacing.answered()
    assert pacing.ready(0.5)


def test_what_answers_a_key_goes_beside_one_unanswered_frame_and_not_beside_two():
    pacing = Acknowledgement()
    pacing.sent(0.0)
    assert not pacing.has_room_for_a_key, "it is not known yet whether this terminal answers"
    pacing.answered()
    pacing.sent(0.1)
    assert pacing.has_room_for_a_key
    pacing.sent(0.2)
    assert not pacing.has_room_for_a_key
    pacing.answered()
    assert not pacing.ready(0.3), "the answer to the key has not been read yet"
    pacing.answered()
    assert pacing.ready(0.3)


def test_a_terminal_that_never_answers_is_paced_by_the_clock():
    pacing = Acknowledgement()
    pacing.sent(0.0)
    assert not pacing.ready(PATIENCE - 0.01)
    assert pacing.ready(PATIENCE)
    assert not pacing.sent(PATIENCE), "it should no longer be asked"
    assert not pacing.ready(PATIENCE + TIMED_PACE / 2)
    assert pacing.ready(PATIENCE + TIMED_PACE)


def test_a_terminal_that_used_to_answer_is_asked_again_and_sent_no_frame_meanwhile():
    pacing = Acknowledgement()
    pacing.sent(0.0)
    pacing.answered()
    pacing.sent(1.0)
    assert not pacing.ask_again(1.0 + PATIENCE / 2)
    assert pacing.ask_again(1.0 + PATIENCE)
    assert not pacing.ask_again(1.1 + PATIENCE), "once is enough"
    assert not pacing.ready(100.0)


def test_a_late_answer_brings_a_clock_paced_terminal_back_to_answers():
    pacing = Acknowledgement()
    pacing.sent(0.0)
    assert pacing.ready(PATIENCE)
    pacing.answered()
    assert pacing.sent(PATIENCE)
