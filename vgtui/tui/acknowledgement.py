"""Frames and the terminal's answers to them: which of them may go out, by the clock where nobody answers."""

from __future__ import annotations

PATIENCE = 2.0
"""Seconds without an answer before asking again; or, if none ever came, before the clock paces the frames."""

TIMED_PACE = 0.1
"""Seconds between frames for a terminal that never answers."""


class Acknowledgement:
    """When the next frame may go out. Times are seconds of a monotonic clock, handed in.

    At most one frame is on its way unanswered; beside it one that answers a key, which is small.
    """

    def __init__(self) -> None:
        self.answers = 0
        self._asked: list[float] = []
        self._sent = float("-inf")
        self._silent = False

    def sent(self, now: float) -> bool:
        """A frame goes out now. Returns whether it must end with a question."""
        self._sent = now
        if self._silent:
            return False
        self._asked.append(now)
        return True

    def answered(self) -> None:
        """The terminal has read everything up to the oldest question."""
        self.answers += 1
        del self._asked[:1]
        self._silent = False

    def waited(self, now: float) -> float | None:
        """Seconds since the oldest question that is not answered; None where there is none."""
        return now - self._asked[0] if self._asked else None

    @property
    def has_room_for_a_key(self) -> bool:
        """Whether what answers a key may be sent, beside the one frame that is on its way."""
        return self.answers > 0 and len(self._asked) <= 1

    def ready(self, now: float) -> bool:
        """Whether a frame may be sent now."""
        if self._asked:
            if now - self._asked[0] < PATIENCE or self.answers:
                return False
            self._asked, self._silent = [], True
        return not self._silent or now - self._sent >= TIMED_PACE

    def ask_again(self, now: float) -> bool:
        """Whether a terminal that used to answer is silent for so long that the question may be lost."""
        if not self._asked or not self.answers or now - self._asked[-1] < PATIENCE:
            return False
        self._asked = [now]
        return True
