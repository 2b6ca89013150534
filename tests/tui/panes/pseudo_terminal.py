"""A terminal for tests: runs a program behind a pseudo-terminal and keeps its screen."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable

import pyte

Cell = tuple[str, str, str, bool, bool]
"""Character, foreground (of no meaning on a space, and left empty there), background, bold, reverse."""


class PseudoTerminal:
    """`module` run by this Python in a terminal of that size; it answers cursor questions, as terminals do."""

    def __init__(self, module: str, *arguments: str, width: int = 100, height: int = 32) -> None:
        self.screen = pyte.Screen(width, height)
        self.answers = True
        self.screen.write_process_input = self._answer
        self.stream = pyte.ByteStream(self.screen)
        self.bytes_read = 0
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        drop = ("COLUMNS", "LINES", "NO_COLOR", "TEXTUAL")
        environment = {key: value for key, value in os.environ.items() if not key.startswith(drop)}
        environment.update(TERM="xterm-256color", COLORTERM="truecolor")
        command = [sys.executable, "-m", module, *arguments]
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> PseudoTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def write(self, text: str) -> None:
        """Type."""
        os.write(self._master, text.encode())

    def _answer(self, text: str) -> None:
        if self.answers:
            self.write(text)

    def read(self, seconds: float = 0.02) -> bool:
        """Read what there is, waiting so long for it. Returns whether there was anything."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        with contextlib.suppress(OSError):
            data = os.read(self._master, 65536)
            self.bytes_read += len(data)
            self.stream.feed(data)
            return bool(data)
        return False

    def wait_for(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Read until `condition` holds; fails with the screen's text when it does not in time."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise AssertionError("\n".join(self.screen.display))
            self.read()

    def wait_for_text(self, text: str, seconds: float = 20.0) -> None:
        """Read until some line holds `text`."""
        self.wait_for(lambda: any(text in line for line in self.screen.display), seconds)

    def settle(self, quiet: float = 0.15) -> None:
        """Read until nothing has come for so long."""
        end = time.monotonic() + 10
        while self.read(quiet):
            assert time.monotonic() < end, "it never stops writing"

    def cells(self) -> list[list[Cell]]:
        """The whole screen."""
        return [[self._cell(y, x) for x in range(self.screen.columns)] for y in range(self.screen.lines)]

    def _cell(self, y: int, x: int) -> Cell:
        cell = self.screen.buffer[y][x]
        ink = "" if cell.data == " " and not cell.reverse else cell.fg
        return cell.data, ink, cell.bg, cell.bold, cell.reverse
