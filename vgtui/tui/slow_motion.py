"""A training step played part by part: a timer that asks for the next part, never for two at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App
    from textual.timer import Timer

    from vgtui.tui.runner import Runner

SECONDS = 12.0
"""That a step takes, at most."""

FASTEST, SLOWEST = 0.05, 0.45
"""Seconds from one part to the next."""


def pace(parts: int) -> tuple[float, int]:
    """Seconds between two looks, and how many parts are played at each."""
    interval = min(SLOWEST, max(FASTEST, SECONDS / parts))
    return interval, max(1, math.ceil(parts * interval / SECONDS))


class SlowMotion:
    """Plays one step, from wherever it is to its update."""

    def __init__(self, app: App[None], runner: Runner) -> None:
        self._app = app
        self._runner = runner
        self._timer: Timer | None = None
        self._serial = -1
        self._count = 1

    @property
    def is_playing(self) -> bool:
        """Whether there is more to come."""
        return self._timer is not None

    def toggle(self) -> None:
        """Begin, or stop."""
        if self.is_playing:
            self.stop()
            return
        frame = self._runner.frame
        if frame.record is None:
            return
        interval, self._count = pace(2 * len(frame.record.names) + 2)
        self._ask()
        self._timer = self._app.set_interval(interval, self._tick)

    def stop(self) -> None:
        """No more parts."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def _tick(self) -> None:
        frame = self._runner.frame
        if frame.serial == self._serial:  # the engine has not answered yet
            return
        if frame.revealed is None or frame.revealed.updated:
            self.stop()
        else:
            self._ask()

    def _ask(self) -> None:
        self._serial = self._runner.frame.serial
        self._runner.reveal(self._count)
