"""Leaving without a trace: an answer that is still on its way would be typed into the shell that comes after."""

from __future__ import annotations

from time import monotonic
from typing import Any

LONGEST = 1.0
"""Seconds that a terminal's last answer is waited for."""

LOOK = 0.01


class QuietLeave:
    """Mixin for an App with live panes: it is quit when the terminal has answered all that it was asked."""

    def action_quit(self: Any) -> None:
        """Leave, as soon as nothing more will come."""
        self.live_output.is_held = True
        self._leave_when_answered(monotonic() + LONGEST)

    def _leave_when_answered(self: Any, latest: float) -> None:
        now = monotonic()
        if self.live_output.acknowledgement.waited(now) is None or now > latest:
            self.exit()
        else:
            self.set_timer(LOOK, lambda: self._leave_when_answered(latest))
