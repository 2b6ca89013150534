"""What is to be done once after a while is done, however busy the machine is.

Textual passes over a timer that is late before it has begun to wait, as that of an interval may be; one that rings
once never rings then, and what waited for it waits for ever.
"""

from __future__ import annotations

from typing import Any

from textual.message_pump import MessagePump
from textual.timer import Timer

_set_timer = MessagePump.set_timer


def set_timer(pump: MessagePump, *arguments: Any, **named: Any) -> Timer:
    """Textual's own, late rather than never."""
    timer = _set_timer(pump, *arguments, **named)
    timer._skip = False
    return timer


def late_rather_than_never() -> None:
    """From now on, for all timers that ring once."""
    MessagePump.set_timer = set_timer  # type: ignore[method-assign]
