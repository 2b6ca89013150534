"""Keys that come faster than they are answered: over a slow link several arrive at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

from textual import events

if TYPE_CHECKING:
    from textual.dom import DOMNode

PATIENCE = 2.0
"""Seconds after which the next key goes on its way though nobody has said what became of the last; on a busy machine
the answer alone may take a good part of one."""


class TypeAhead:
    """Beside textual.app.App: a key is sent to who has the focus once the key before it has been answered.

    Textual sends a key to the widget that has the focus when the key arrives. After `enter`, which opens a field, a
    digit that came in the same breath would still go to the list behind it, where it means something else.
    """

    if TYPE_CHECKING:
        screen_stack: list[Any]

    _waiting_keys: deque[events.Key] | None = None
    _answering_keys: asyncio.Task[None] | None = None

    @property
    def keys_wait(self) -> bool:
        """Whether a key has not been answered yet."""
        return bool(self._waiting_keys) or (
            self._answering_keys is not None and not self._answering_keys.done()
        )

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; a key waits for its turn. On the way out there is no screen left for what still comes."""
        if isinstance(event, events.InputEvent) and not self.screen_stack:
            return
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)  # type: ignore[misc]
            return
        self._waiting_keys = self._waiting_keys or deque()
        self._waiting_keys.append(event)
        if self._answering_keys is None or self._answering_keys.done():
            self._answering_keys = asyncio.create_task(self._answer_keys())

    async def _answer_keys(self: Any) -> None:
        """Every key that waits, in turn."""
        while self._waiting_keys:
            screen = self.screen
            around = list((self.focused or screen).ancestors_with_self)
            try:
                await super().on_event(self._waiting_keys.popleft())  # type: ignore[misc]
            except Exception as error:
                self._handle_exception(error)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(_answered(around), PATIENCE)
                if self.screen_stack and self.screen is not screen:
                    await asyncio.wait_for(_through(self.screen), PATIENCE)


async def _answered(around: list[DOMNode]) -> None:
    """Until a key has risen from who was asked to who knows it, and what came of that has been said to all.

    A node may post to itself, to be passed on to those around it: so each is waited for twice.
    """
    for _ in ("the key", "what came of it"):
        for node in around:
            await _through(node)
            await _through(node)


async def _through(node: DOMNode) -> None:
    """Until everything that waits for a node now has been handled."""
    done = asyncio.Event()
    if node.call_later(done.set):
        await done.wait()
