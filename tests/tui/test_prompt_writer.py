"""What is written to a terminal: at once as far as it takes it, the rest in its order, and never by waiting."""

from __future__ import annotations

import os
import pty
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from vgtui.tui.prompt_writer import PromptWriter

PATIENCE = 10.0


@contextmanager
def terminal() -> Iterator[tuple[int, IO[str]]]:
    """The end at which a terminal is read, and the file that a program writes to."""
    reads, writes = pty.openpty()
    tty.setraw(writes)
    with open(reads, "rb", buffering=0, closefd=False), open(writes, "w", encoding="utf-8") as file:
        yield reads, file
    os.close(reads)


def done(what: Callable[[], object]) -> bool:
    """Whether that comes to an end."""
    doing = threading.Thread(target=what, daemon=True)
    doing.start()
    doing.join(PATIENCE)
    return not doing.is_alive()


def read(end: int, count: int) -> bytes:
    """So many bytes, or those that have come by then."""
    found, latest = b"", time.monotonic() + PATIENCE
    os.set_blocking(end, False)
    while len(found) < count and time.monotonic() < latest:
        try:
            found += os.read(end, count - len(found))
        except BlockingIOError:
            time.sleep(0.001)
    return found


def test_what_the_terminal_takes_is_there_when_write_returns_without_any_thread():
    with terminal() as (end, file):
        writer = PromptWriter(file)  # its thread is never started
        writer.write("key → answer")
        assert writer.waiting == 0
        assert read(end, 14).decode() == "key → answer"


def test_a_terminal_that_nobody_reads_stops_nobody_and_loses_nothing():
    texts = [f"{number}é" * 3000 for number in range(12)]
    whole = "".join(texts).encode()
    with terminal() as (end, file):
        writer = PromptWriter(file)
        assert done(lambda: [writer.write(text) for text in texts]), "it waits for who reads the terminal"
        assert writer.waiting > 0, "all of it fitted into the terminal: the test proves nothing"
        begun = read(end, 20_000)
        writer.write("last")  # there is room for it now, but its turn has not come
        writer.start()
        assert begun + read(end, len(whole) + 4 - len(begun)) == whole + b"last"
        assert done(writer.stop)


def test_the_file_itself_still_waits_for_the_terminal():
    with terminal() as (_, file):
        writer = PromptWriter(file)
        writer.write("x")
        assert os.get_blocking(file.fileno()), "whoever shares this terminal would fail to write to it"


def test_where_it_cannot_be_opened_again_the_thread_writes_all_of_it():
    reads, writes = os.pipe()
    with open(writes, "w", encoding="utf-8") as file:
        writer = PromptWriter(file)
        writer.start()
        writer.write("through a pipe")
        writer.stop()
        assert read(reads, 14) == b"through a pipe"
    os.close(reads)


@pytest.mark.filterwarnings("error")  # pytest makes a warning of what a thread dies of
def test_a_terminal_that_is_gone_ends_nothing_but_itself():
    with terminal() as (end, file):
        writer = PromptWriter(file)
        writer.start()
        os.dup2(os.open(os.devnull, os.O_RDWR), end)  # nobody is at the other end any more
        assert done(lambda: [writer.write("into the void") for _ in range(100)])
        assert done(writer.stop)
