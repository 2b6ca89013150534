"""A session as an asciicast v2 file: everything that is written to the terminal, each piece with its time.

The format: https://docs.asciinema.org/manual/asciicast/v2/. One JSON value a line: a header, then [seconds, "o", text]
for output and [seconds, "r", "80x24"] for another size.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events

from vgtui.scenario.errors import UserError

if TYPE_CHECKING:
    from textual.driver import Driver
    from textual.messages import Message


class Recording:
    """Writes the file line by line, so that it can be played whatever ends the session.

    Raises UserError where the file cannot be made. `failure` says why it was given up later; empty if it was not.
    """

    def __init__(self, path: Path, title: str) -> None:
        self.path = path
        self.failure = ""
        width, height = shutil.get_terminal_size()
        header = {
            "version": 2,
            "width": width,
            "height": height,
            "timestamp": int(time.time()),
            "title": title,
            "env": {"TERM": os.environ.get("TERM", ""), "SHELL": os.environ.get("SHELL", "")},
        }
        try:
            self._file = path.open("x", encoding="utf-8", buffering=1)
        except FileExistsError:
            raise UserError("exists already; give another name to record to", source=str(path)) from None
        except OSError as error:
            raise UserError(f"cannot be written: {error.strerror or error}", source=str(path)) from None
        self._began = time.monotonic()
        self._put(header)

    def output(self, text: str) -> None:
        """Something was written to the terminal."""
        if text:
            self._event("o", text)

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size."""
        self._event("r", f"{width}x{height}")

    def _event(self, kind: str, data: str) -> None:
        self._put([round(time.monotonic() - self._began, 6), kind, data])

    def _put(self, value: object) -> None:
        """A line; where that fails, there are no more."""
        if self.failure:
            return
        try:
            self._file.write(json.dumps(value, ensure_ascii=False) + "\n")
        except (OSError, ValueError) as error:
            self.failure = f"{self.path}: the recording ends early: {error}"
            with suppress(OSError):  # what is left would fail once more, in the end
                self._file.close()


def recorded(driver: type[Driver] | None, recording: Recording) -> type[Driver]:
    """A driver that records what `driver`, by default JobDriver, writes."""
    from vgtui.tui.driver import JobDriver

    base: Any = driver or JobDriver

    class RecordingDriver(base):  # type: ignore[misc]
        """Hands everything on."""

        def write(self, data: str) -> None:
            recording.output(data.replace("\n", "\r\n"))  # as the line to the terminal makes of it
            super().write(data)

        def send_message(self, message: Message) -> None:
            if isinstance(message, events.Resize):
                recording.resize(message.size.width, message.size.height)
            super().send_message(message)

    return RecordingDriver
