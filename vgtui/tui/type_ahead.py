"""The way of a key to who answers it, one after the other: over a slow link several arrive at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeGuard

from textual import events
from textual.widget import Widget

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.message import Message

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

    _coming_keys = 0
    _waiting_keys: deque[events.Key] | None = None
    _answering_keys: asyncio.Task[None] | None = None

    @property
    def keys_wait(self) -> bool:
        """Whether a key has not been answered yet."""
        return bool(self._coming_keys or self._waiting_keys) or (
            self._answering_keys is not None and not self._answering_keys.done()
        )

    def post_message(self, message: Message) -> bool:
        """Textual's own; a key is on its way as soon as it has been read, whatever stands in line before it."""
        will_come: bool = super().post_message(message)  # type: ignore[misc]
        self._coming_keys += will_come and _is_typed(message)
        return will_come

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; a key waits for its turn. On the way out there is no screen left for what still comes."""
        if isinstance(event, events.InputEvent) and not self.screen_stack:
            return
        if not _is_typed(event):
            await super().on_event(event)  # type: ignore[misc]
            return
        self._coming_keys = max(0, self._coming_keys - 1)
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


class KeysByBindings:
    """Beside a Widget: a key that nobody around handles but by a binding goes at once to the app, who knows them all.

    Textual has it rise through the queue of every widget on the way, each of which does nothing with it. Where one
    of them still has something to do, the key waits behind that, as ever.
    """

    def takes(self, key: events.Key) -> bool:
        """Whether it does anything with a key itself."""
        return handles(type(self), tuple(key.name_aliases))

    def _forward_event(self: Any, event: events.Event) -> None:
        if not isinstance(event, events.Key) or self.takes(event) or _must_rise(self, event):
            super()._forward_event(event)  # type: ignore[misc]
            return
        event._set_forwarded()
        self.app.post_message(event)


def _must_rise(widget: Widget, key: events.Key) -> bool:
    """Whether anyone around a widget does something with a key, or is still to be told of what came before it."""
    names = tuple(key.name_aliases)
    around = [node for node in widget.ancestors if node is not widget.app]
    return any(node.message_queue_size for node in (widget, *around)) or any(
        handles(type(node), names) for node in around
    )


@lru_cache(maxsize=1024)
def handles(kind: type, names: tuple[str, ...]) -> bool:
    """Whether widgets of that class do anything with a key of these names that is not a binding's."""
    own = [vars(one) for one in kind.__mro__ if one is not Widget]
    handlers = {"on_key", "_on_key", "handle_key", *(f"key_{name}" for name in names)}
    handlers |= {f"_key_{name}" for name in names}
    return any(handlers & one.keys() or events.Key in one.get("_decorated_handlers", ()) for one in own)


def _is_typed(message: Message) -> TypeGuard[events.Key]:
    """Whether it is a key that nobody has been sent yet."""
    return isinstance(message, events.Key) and not message.is_forwarded


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
