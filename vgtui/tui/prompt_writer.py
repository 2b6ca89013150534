"""Writes to the terminal at once what it takes at once; only what it does not take yet is left to a thread.

A thread of its own for every write, as Textual has it, costs a key's answer the time in which that thread comes to
its turn: beside a network in training some milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import select
from typing import IO, Any

from textual.drivers._writer_thread import WriterThread


class PromptWriter(WriterThread):
    """Never waits for the terminal but in its thread: what is written at once goes by a door that does not block."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._queue: Any  # of bytes: the terminal may have taken a part of a character
        self._door = _door_beside(file)

    @property
    def waiting(self) -> int:
        """Writes that the terminal has not taken yet."""
        return int(self._queue.unfinished_tasks)

    def write(self, text: str) -> None:
        """In the order of the calls; all of them come from one thread."""
        data = text.encode(self._file.encoding, self._file.errors or "strict")
        taken = 0
        if self._door is not None and not self.waiting:
            with contextlib.suppress(OSError):  # full, or gone: the thread finds out
                taken = os.write(self._door, data)
        if taken < len(data):
            self._queue.put(data[taken:])

    def run(self) -> None:
        """What was left, one after the other, until there is nothing more to come."""
        while (data := self._queue.get()) is not None:
            self._wait_for(data)
            self._queue.task_done()

    def _wait_for(self, data: bytes) -> None:
        """Until the terminal has taken that. One that is gone takes nothing more."""
        place = self._file.fileno()
        while data:
            try:
                data = data[os.write(place, data) :]
            except BlockingIOError:  # whoever had the terminal before left it so
                select.select([], [place], [])
            except OSError:
                return

    def stop(self) -> None:
        """Once all has been written."""
        super().stop()
        if self._door is not None:
            os.close(self._door)
            self._door = None


def _door_beside(file: IO[str]) -> int | None:
    """The same terminal opened once more: not to block is a property of each opening. None where that cannot be."""
    try:
        return os.open(os.ttyname(file.fileno()), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError):
        return None
