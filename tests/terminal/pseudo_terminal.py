"""Terminals for tests and measurements: they run a program behind a pseudo-terminal."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import pyte

Cell = tuple[str, str, str, bool, bool]
"""Character, foreground (of no meaning on a space, and left empty there), background, bold, reverse."""

Grid = list[list[Cell]]

ASK, ANSWER = b"\x1b[6n", "\x1b[1;1R"
"""Where is the cursor?"""


class Terminal:
    """`module` run by this Python, or a `command`, in a terminal of that size; it answers cursor questions, as they do.

    began     when the program was started, in seconds of `time.perf_counter`
    received  everything that it wrote, each piece with the time when it came
    """

    def __init__(
        self,
        module: str = "",
        *arguments: str,
        width: int = 100,
        height: int = 32,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (),
    ) -> None:
        self.answers = True
        self.received: list[tuple[float, bytes]] = []
        self.bytes_read = 0
        self._master, slave = pty.openpty()
        self.name = os.ttyname(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        drop = ("COLUMNS", "LINES", "NO_COLOR", "TEXTUAL")
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(drop)}
        self._state = TemporaryDirectory(prefix="vgtui-state-")
        inherited |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        inherited |= {"XDG_STATE_HOME": self._state.name, **(environment or {})}
        command = command or [sys.executable, "-m", module, *arguments]
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=inherited, start_new_session=True
        )
        os.close(slave)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # and what it started
        self.process.wait()
        self.hang_up()
        self._state.cleanup()

    @property
    def state(self) -> Path:
        """Where the program keeps what it keeps, unless the environment says otherwise."""
        return Path(self._state.name)

    @property
    def is_stopped(self) -> bool:
        """Whether the program is stopped, as by control-Z."""
        return Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"

    @property
    def everything(self) -> bytes:
        """All that the program wrote."""
        return b"".join(data for _, data in self.received)

    @property
    def settings(self) -> list[Any]:
        """Echo, line mode and the like, as the terminal has them now."""
        return termios.tcgetattr(self._master)

    def write(self, text: str) -> float:
        """Type; the time at which it was typed. A surrogate stands for a byte that is no UTF-8."""
        now = time.perf_counter()
        os.write(self._master, text.encode(errors="surrogateescape"))
        return now

    def hang_up(self) -> None:
        """As a window that is closed, or a link that drops."""
        if self._master >= 0:
            os.close(self._master)
        self._master = -1

    def resize(self, width: int, height: int) -> None:
        """As a window does when it is dragged."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        os.kill(self.process.pid, signal.SIGWINCH)

    def read(self, seconds: float = 0.02) -> bool:
        """Read what there is, waiting so long for it. Returns whether there was anything."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the program has gone
            return False
        self.bytes_read += len(data)
        self.take(data)
        return bool(data)

    def take(self, data: bytes) -> None:
        """What the terminal does with what it has read."""
        before = self.received[-1][1][1 - len(ASK) :] if self.received else b""
        self.received.append((time.perf_counter(), data))
        if self.answers:
            for _ in range((before + data).count(ASK)):
                self.write(ANSWER)

    def read_for(self, seconds: float) -> None:
        """Read whatever comes for so long."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def wait_for_bytes(self, wanted: str, seconds: float = 60.0) -> None:
        """Read until the program has written `wanted` since the last piece that was read before."""
        end, seen = time.perf_counter() + seconds, len(self.received)
        while wanted.encode() not in b"".join(data for _, data in self.received[seen:]):
            assert time.perf_counter() < end, f"{wanted!r} was not written within {seconds} s"
            self.read()

    def ended(self) -> int:
        """The exit code, once all it wrote has been read."""
        while self.process.poll() is None or self.read(0.05):
            self.read()
        return self.process.returncode


class Screen(pyte.Screen):
    """An emulator's screen that reads only those of its lines anew that have been written to."""

    def __init__(self, columns: int, lines: int) -> None:
        self._texts: dict[int, str] = {}
        super().__init__(columns, lines)

    @property
    def display(self) -> list[str]:
        """Every line's characters; wide signs, which the emulator's own reading stumbles over, included."""
        self._texts |= {y: self._text(y) for y in self.dirty}
        self.dirty.clear()
        return [self._texts[y] for y in range(self.lines)]

    def _text(self, y: int) -> str:
        characters = [" "] * self.columns
        for x, cell in self.buffer[y].items():
            if x < self.columns:
                characters[x] = cell.data
        return "".join(characters)


class PseudoTerminal(Terminal):
    """Keeps the screen as well."""

    def __init__(
        self, module: str = "", *arguments: str, width: int = 100, height: int = 32, **given: Any
    ) -> None:
        self.screen = Screen(width, height)
        self.stream = pyte.ByteStream(self.screen)
        super().__init__(module, *arguments, width=width, height=height, **given)

    def take(self, data: bytes) -> None:
        super().take(data)
        self.stream.feed(data)

    def resize(self, width: int, height: int) -> None:
        self.screen.resize(height, width)
        super().resize(width, height)

    def wait_for(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Read until `condition` holds; fails with the screen's text when it does not in time, or not any more."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or not (self.read() or self.process.poll() is None or condition()):
                raise AssertionError(self.text())

    def wait_for_text(self, text: str, seconds: float = 60.0) -> None:
        """Read until some line holds `text`."""
        self.wait_for(lambda: any(text in line for line in self.screen.display), seconds)

    def settle(self, quiet: float = 0.15, seconds: float = 10.0) -> None:
        """Read until nothing has come for so long; fails where that has not been so in time."""
        end = time.monotonic() + seconds
        while self.read(quiet):
            assert time.monotonic() < end, "it never stops writing"

    def text(self) -> str:
        """The whole screen's."""
        return "\n".join(self.screen.display)

    def cells(self) -> Grid:
        """The whole screen."""
        return cells_of(self.screen)


def cells_of(screen: pyte.Screen) -> Grid:
    """Every cell of an emulator's screen, row by row."""
    return [[_cell(screen, y, x) for x in range(screen.columns)] for y in range(screen.lines)]


def _cell(screen: pyte.Screen, y: int, x: int) -> Cell:
    cell = screen.buffer[y][x]
    ink = "" if cell.data == " " and not cell.reverse else cell.fg
    return cell.data, ink, cell.bg, cell.bold, cell.reverse
