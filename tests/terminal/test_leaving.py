"""However the program is left, for a while or for good, the terminal is as it was."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal

FIRST_NUMBERS = 240.0


def state_of(pid: int) -> str:
    """Of a process, one letter: T is stopped."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def left(terminal: PseudoTerminal) -> bool:
    """Whether the screen from before is shown, with its cursor and no mouse."""
    ends = {on: terminal.everything.rfind(on) for on in (b"\x1b[?1049h", b"\x1b[?1003h", b"\x1b[?25l")}
    off = {b"\x1b[?1049h": b"\x1b[?1049l", b"\x1b[?1003h": b"\x1b[?1003l", b"\x1b[?25l": b"\x1b[?25h"}
    return all(terminal.everything.rfind(off[on]) > place for on, place in ends.items())


def test_control_z_gives_the_terminal_back_and_fg_takes_it_again() -> None:
    with PseudoTerminal("vgtui", "relu-he", width=120, height=40) as terminal:
        before = terminal.settings
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write("\x1a")
        terminal.wait_for(lambda: state_of(terminal.process.pid) == "T")
        terminal.wait_for(lambda: left(terminal))
        assert terminal.settings == before
        terminal.screen.reset()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for_text("1 Gradient flow")
        terminal.wait_for_text("‖dL/dW‖")
        terminal.write(" ")
        terminal.wait_for_text("▶ running")
        terminal.write("\x11")
        assert terminal.ended() == 0
        assert left(terminal)
        assert terminal.settings == before


def test_a_crash_leaves_a_report_and_a_line_that_says_where(tmp_path: Path) -> None:
    state = {"XDG_STATE_HOME": str(tmp_path)}
    with PseudoTerminal(
        "tests.terminal.crashing", "relu-he", width=200, height=40, environment=state
    ) as terminal:
        before = terminal.settings
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.settle()
        terminal.answers = False  # an answer that comes after the program would be typed into what follows
        terminal.write("s")
        assert terminal.ended() == 1
        assert left(terminal)
        assert terminal.settings == before
        (report,) = tmp_path.rglob("*.txt")
        last = terminal.everything.decode()[terminal.everything.decode().rfind("vgtui: ") :]
        assert (
            last.split()
            == f"vgtui: something went wrong in the program itself; the report is in {report}".split()
        )
    text = report.read_text()
    assert "RuntimeError: the screen broke" in text
    assert 'title = "The same depth in ReLU' in text
    assert time.time() - report.stat().st_mtime < 60
