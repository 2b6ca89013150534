"""How fast the run goes: how many steps are due now, when a frame is, and what rate it came to."""

from __future__ import annotations

from collections import deque
from time import perf_counter

SPEEDS: tuple[int | None, ...] = (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, None)
"""Steps a second that can be chosen; None is as fast as it goes."""

DEFAULT_SPEED = 100

REFRESH = 20.0
"""Frames a second while running, at most, unless told otherwise."""

REFRESH_RANGE = (0.1, 60.0)

REFRESHES = (20.0, 10.0, 5.0, 2.0, 1.0)
"""Frames a second that are chosen by a key, one after the other."""

FRAME_SHARE = 1 / 5
"""Of the time, at most, that computing frames may take."""

KERNEL_TIME = 0.010
"""Seconds that one call of the engine should take: long enough to cost nothing, short enough for a key."""

MAX_CHUNK = 20_000

RATE_WINDOW = 1.0
"""Seconds over which steps a second are counted."""


class Pace:
    """Times the steps and the frames of a run."""

    def __init__(self) -> None:
        self.refresh = REFRESH
        self._step_time = KERNEL_TIME
        self._frame_at = 0.0
        self.begin()

    def begin(self) -> None:
        """The run starts, or was changed by hand: nothing is owed from before."""
        self._owed = 0.0
        self._due = 0.0
        self._steps = 0
        self._marks: deque[tuple[float, int]] = deque([(perf_counter(), 0)])

    def chunk(self, speed: int | None) -> int:
        """Steps to take now: what is due at this speed and fits into KERNEL_TIME; 0 if it is too early."""
        fitting = max(1, min(MAX_CHUNK, int(KERNEL_TIME / self._step_time)))
        if speed is None:
            return fitting
        now = perf_counter()
        if now >= self._due:
            beat = max(1 / self.refresh, 1 / speed)
            self._owed = (
                min(self._owed, 1.0) + speed * beat
            )  # steps that could not be made in time are let go
            self._due = self._due + beat if now < self._due + beat else now + beat
        return min(int(self._owed + 1e-9), fitting)

    def took(self, count: int, seconds: float) -> None:
        """`count` steps were made in that time."""
        self._owed -= count
        self._steps += count
        self._step_time = max(seconds / count, self._step_time / 4, 1e-7)

    def idle(self, speed: int | None) -> float:
        """Seconds until a step is due."""
        if speed is None or self._owed + 1e-9 >= 1:
            return 0.0
        return max(0.0, min(self._due - perf_counter(), 1 / speed))

    def until_frame(self) -> float:
        """Seconds until it is time for a frame; negative when it is past."""
        return self._frame_at - perf_counter()

    def drew(self, seconds: float) -> None:
        """A frame was computed in that time."""
        now = perf_counter()
        self._frame_at = now + max(1 / self.refresh - seconds, seconds / FRAME_SHARE)

    def rate(self) -> float:
        """Steps a second over the last RATE_WINDOW."""
        now = perf_counter()
        self._marks.append((now, self._steps))
        while len(self._marks) > 2 and now - self._marks[0][0] > RATE_WINDOW:
            self._marks.popleft()
        began, steps = self._marks[0]
        return (self._steps - steps) / max(now - began, 1e-9)
