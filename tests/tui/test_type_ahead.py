"""The way of a key: past those who do nothing with it, in its turn, and before anything is drawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual import events
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from vgtui.tui.output import LivePainting
from vgtui.tui.type_ahead import KeysByBindings, TypeAhead


class Note(Message):
    """Something that a board was told before a key came."""


class Board(KeysByBindings, Widget, can_focus=True):
    """Answers x, and remembers what reaches it."""

    BINDINGS = [("x", "mark", ""), ("y", "wait", "")]

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []
        self.released = asyncio.Event()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key):
            self.told.append(f"key {event.key}")
        await super().on_event(event)

    async def on_note(self) -> None:
        await asyncio.sleep(0.05)
        self.told.append("note")

    def action_mark(self) -> None:
        self.told.append("mark")

    async def action_wait(self) -> None:
        await self.released.wait()


class TypingBoard(Board):
    """Does something with keys itself."""

    def on_key(self, event: events.Key) -> None:
        self.told.append(f"typed {event.key}")
        event.stop()


class EscapingBoard(Board):
    """The same with one key, by Textual's other way to say so."""

    def key_escape(self) -> None:
        self.told.append("escaped")


class Pane:
    """Counts how often it was drawn."""

    drawn = 0
    is_attached = False

    def prepare(self) -> bool:
        self.drawn += 1
        return True


class Desk(TypeAhead, LivePainting, App[None]):
    """One board, and perhaps a field."""

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.widgets = widgets

    def compose(self) -> ComposeResult:
        yield from self.widgets


async def until(fits: Callable[[], Any]) -> None:
    """Looks until it is so."""
    for _ in range(2000):
        if fits():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("never came to be")


def is_quiet(desk: App[None]) -> bool:
    """Whether nothing waits for any widget, as something may where the machine has had no time for it yet."""
    return not any(node.message_queue_size for node in desk.screen.walk_children(with_self=True))


async def typed(desk: Desk, *names: str) -> None:
    """Until they are answered."""
    for name in names:
        desk.post_message(events.Key(name, name if len(name) == 1 else None))
    await until(lambda: not desk.keys_wait)


async def test_a_key_that_only_a_binding_answers_does_not_go_through_every_widget():
    board = Board()
    async with Desk(board).run_test() as pilot:
        await until(lambda: is_quiet(pilot.app))
        await typed(pilot.app, "x")
        assert board.told == ["mark"]


async def test_who_handles_keys_gets_them():
    for board, key, told in (
        (TypingBoard(), "x", ["key x", "typed x"]),
        (EscapingBoard(), "escape", ["key escape", "escaped"]),
        (EscapingBoard(), "x", ["mark"]),
    ):
        async with Desk(board).run_test() as pilot:
            await until(lambda: is_quiet(pilot.app))
            await typed(pilot.app, key)
            assert board.told == told


async def test_a_field_around_or_beside_still_gets_its_letters():
    field = Input()
    async with Desk(Board(), field).run_test() as pilot:
        field.focus()
        await pilot.pause()
        await typed(pilot.app, "x", "y")
        assert field.value == "xy"


async def test_a_key_comes_after_what_a_widget_was_told_before():
    board = Board()
    async with Desk(board).run_test() as pilot:
        await pilot.pause()
        board.post_message(Note())
        board._forward_event(events.Key("x", "x"))
        await until(lambda: "mark" in board.told)
        assert board.told == ["note", "key x", "mark"]


@asynccontextmanager
async def drawn_behind(key: str) -> AsyncIterator[Desk]:
    """A pane that is to be drawn when a key is on its way: it has been, but not at once."""
    desk, pane = Desk(Board()), Pane()
    async with desk.run_test():
        desk.add_live_pane(pane)
        desk.post_message(events.Key(key, key))
        desk.paint()
        assert pane.drawn == 0
        await until(lambda: pane.drawn)
        yield desk


async def test_nothing_is_drawn_while_a_key_is_on_its_way():
    async with drawn_behind("x") as desk:
        assert desk.query_one(Board).told == ["mark"]


async def test_a_key_that_nobody_answers_holds_the_drawing_up_for_a_moment_only():
    async with drawn_behind("y") as desk:
        still_waits = desk.keys_wait
        desk.query_one(Board).released.set()
        assert still_waits
