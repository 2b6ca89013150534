"""The command line as a process: pipes that close, keys that interrupt, disks that are full."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
ENDLESS = ["run", "zeros", "--steps", "1000000000", "--format", "jsonl"]


Start = Callable[..., "subprocess.Popen[str]"]
"""The command line with these arguments; text on all its streams."""


@pytest.fixture
def start() -> Iterator[Start]:
    """Control-C ends it, also where a shell began the tests in the background; none of them outlives its test."""
    with ExitStack() as programs:
        programs.callback(
            signal.signal, signal.SIGINT, signal.signal(signal.SIGINT, signal.default_int_handler)
        )

        def begin(*args: str, **streams: Any) -> subprocess.Popen[str]:
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL}
            program = subprocess.Popen(
                [sys.executable, "-m", "vgtui", *args],
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": ""},
                text=True,
                **(pipes | streams),
            )
            programs.enter_context(program)
            programs.callback(program.kill)
            return program

        yield begin


def test_python_m_vgtui_is_the_same_program(start: Start):
    program = start("list")
    out, err = program.communicate(timeout=60)
    assert (program.returncode, err) == (0, "")
    assert out.startswith("keras-moons: ")


def test_a_reader_that_has_seen_enough_ends_the_run_quietly(start: Start):
    program = start(*ENDLESS)
    assert program.stdout.readline().startswith('{"step": 1,')
    program.stdout.close()
    assert program.stderr.read() == ""
    assert program.wait(timeout=60) == 1


@pytest.mark.parametrize("every", ["1", "1000000000"])
def test_control_c_ends_with_130_and_leaves_neither_a_traceback_nor_half_a_file(
    start: Start, every, tmp_path
):
    program = start(*ENDLESS, "--every", every, "--out", str(tmp_path / "steps.jsonl"))
    while not list(tmp_path.iterdir()):
        assert program.poll() is None
        time.sleep(0.01)
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=60)
    assert program.returncode == 130
    assert (out, err.strip()) == ("", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize("args", [["list"], ["run", "zeros", "--steps", "9"]])
def test_a_full_disk_is_told_in_one_line(start: Start, args):
    with open("/dev/full", "w") as full:
        program = start(*args, stdout=full)
        _, err = program.communicate(timeout=60)
    assert program.returncode == 2
    assert err == "vgtui: standard output cannot be written: No space left on device\n"


def test_progress_is_a_bar_on_a_terminal_and_nothing_elsewhere(start: Start, tmp_path):
    ours, theirs = os.openpty()
    run = ("run", "zeros", "--steps", "100", "--out", str(tmp_path / "steps.csv"))
    program = start(*run, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the terminal has no other end any more
            break
    os.close(ours)
    assert program.wait(timeout=60) == 0
    assert b"updates" in shown
    assert b"100%" in shown
    assert program.stdout.read() == ""
    elsewhere = start(*run)
    assert elsewhere.communicate(timeout=60) == ("", "")


def test_without_standard_streams_what_cannot_be_written_is_one_line_and_a_file_is_written_all_the_same(
    tmp_path,
):
    def run(words: str) -> tuple[int, str]:
        command = f"{sys.executable} -m vgtui {words}"
        program = subprocess.run(
            ["sh", "-c", command], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, stderr=subprocess.PIPE,
            text=True, timeout=60, check=False,
        )  # fmt: skip
        return program.returncode, program.stderr

    assert run("list >&-") == (2, "vgtui: standard output cannot be written: not writable\n")
    assert run("run zeros --steps 2 --out told.csv <&- >&- 2>&-") == (0, "")
    assert len((tmp_path / "told.csv").read_text().splitlines()) == 1 + 2 * 3


def test_a_sign_that_the_encoding_of_standard_output_lacks_is_a_question_mark():
    command = [sys.executable, "-m", "vgtui", "spectrum", "relu-he"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    program = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=False)
    assert (program.returncode, program.stderr) == (0, b"")
    assert b"?" in program.stdout
