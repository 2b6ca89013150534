"""However the program is left, for a while or for good, the terminal is as it was."""

from __future__ import annotations

import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.training import FIRST_NUMBERS


def left(terminal: PseudoTerminal) -> bool:
    """Whether the screen from before is shown, with its cursor and no mouse."""
    ends = {on: terminal.everything.rfind(on) for on in (b"\x1b[?1049h", b"\x1b[?1003h", b"\x1b[?25l")}
    off = {b"\x1b[?1049h": b"\x1b[?1049l", b"\x1b[?1003h": b"\x1b[?1003l", b"\x1b[?25l": b"\x1b[?25h"}
    return all(terminal.everything.rfind(off[on]) >= place for on, place in ends.items())


def hand_to_another_thread(number: int, process: int) -> None:
    """Send a signal as a system does that does not choose the main thread."""
    thread = max(int(task.name) for task in Path(f"/proc/{process}/task").iterdir())
    assert thread != process
    ctypes.CDLL(None).tgkill(process, thread, number)


def test_control_z_gives_the_terminal_back_and_fg_takes_it_again_whatever_thread_is_told() -> None:
    with PseudoTerminal("vgtui", "relu-he", width=120, height=40) as terminal:
        before = terminal.settings
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.wait_for_text("◆ theory")
        terminal.settle()
        shown = [*terminal.screen.display]
        terminal.write("\x1a")
        terminal.wait_for(lambda: terminal.is_stopped)
        terminal.wait_for(lambda: left(terminal))
        assert terminal.settings == before
        terminal.screen.reset()
        os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.wait_for(lambda: terminal.screen.display == shown)
        for _ in range(3):  # as from somebody else, who never stopped it
            os.kill(terminal.process.pid, signal.SIGCONT)
        terminal.settle(1.0)
        for _ in range(5):
            hand_to_another_thread(signal.SIGTSTP, terminal.process.pid)
            terminal.wait_for(lambda: terminal.is_stopped, 10)
            terminal.screen.reset()
            hand_to_another_thread(signal.SIGCONT, terminal.process.pid)
            terminal.wait_for(lambda: terminal.screen.display == shown)
        terminal.write(" ")
        terminal.wait_for_text("▶ running")
        terminal.write("\x11")
        assert terminal.ended() == 0
        assert left(terminal)
        assert terminal.settings == before


def test_stopped_and_continued_at_any_moment_it_goes_on_until_it_is_told_to_end() -> None:
    chance = random.Random(5)
    with PseudoTerminal("vgtui", "width-1", width=80, height=24) as terminal:
        before = terminal.settings
        terminal.wait_for(
            lambda: terminal.bytes_read > 0
        )  # until it answers signals, a session of one is not stopped
        for _ in range(12):
            terminal.read_for(chance.uniform(0.0, 0.2))
            terminal.process.send_signal(signal.SIGTSTP)
            terminal.wait_for(lambda: terminal.is_stopped)
            assert terminal.settings == before
            terminal.wait_for(lambda: left(terminal), 5)
            terminal.process.send_signal(signal.SIGCONT)
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.write("s")
        terminal.wait_for_text("step 1 ")
        terminal.write(" ")
        terminal.wait_for_text("▶ running")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ended() == 128 + signal.SIGTERM
        assert left(terminal)
        assert terminal.settings == before
        assert b"vgtui --resume" in terminal.everything.rpartition(b"\x1b[?1049l")[2]
        assert len(list(terminal.state.rglob("*.vgtui"))) == 1


DROPPED = """
import os, signal, sys, weakref
class Lock: pass
def let_go(_):
    os.kill(os.getpid(), signal.SIGINT)
    for _ in range(1000): pass
lock = Lock()
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.argv[1:]:
    from vgtui.cli.launch import _answer_signals
    _answer_signals("", "")
callback = weakref.ref(lock, let_go)
del lock
print("and on it goes")
"""
"""As an import does with the lock of a module."""


def test_an_interrupt_that_python_would_drop_ends_the_start() -> None:
    ours, pythons = (
        subprocess.run([sys.executable, "-c", DROPPED, *given], capture_output=True, text=True, check=False)
        for given in (["ours"], [])
    )
    assert (ours.returncode, ours.stdout) == (128 + signal.SIGINT, "")
    assert (pythons.returncode, pythons.stdout) == (0, "and on it goes\n")
    assert "Exception ignored" in pythons.stderr


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
