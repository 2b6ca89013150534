"""Jump mode: a letter on every pane and every group of rows; pressing it goes there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.app import ComposeResult
from textual.events import Click, Key
from textual.screen import ModalScreen
from textual.widgets import Label

from vgtui.tui.output import shown_at
from vgtui.tui.panes.base import LivePane
from vgtui.tui.screens.behind import Overlay

if TYPE_CHECKING:
    from vgtui.tui.screens.cockpit import Cockpit

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


class Target(Struct, frozen=True):
    """Where a letter stands, in cells of the screen, and what it does."""

    x: int
    y: int
    go: Callable[[], object]


def targets(cockpit: Cockpit) -> list[Target]:
    """Of every pane that is displayed, then of the groups of its rows; as many as there are letters."""
    panes, groups = [], []
    for name in cockpit.displayed:
        pane = cockpit.panes[name]
        place = shown_at(pane)
        if place is None:
            continue
        panes.append(Target(place.x + 1, place.y, partial(cockpit.go_to, name)))
        inner = getattr(pane, "ledger", pane)
        content = shown_at(inner, content=True)
        if content is None or not isinstance(inner, LivePane):
            continue
        for row, go in inner.row_groups():
            groups.append(Target(content.right - 4, content.y + row, partial(_both, cockpit, name, go)))
    return [*panes, *groups][: len(LETTERS)]


def _both(cockpit: Cockpit, name: str, go: Callable[[], object]) -> None:
    cockpit.go_to(name)
    go()


class JumpScreen(Overlay, ModalScreen[None]):
    """The letters over the panes, until one of them or any other key is pressed."""

    def __init__(self, cockpit: Cockpit) -> None:
        super().__init__()
        self._targets = dict(zip(LETTERS, targets(cockpit), strict=False))

    def compose(self) -> ComposeResult:
        for letter, target in self._targets.items():
            label = Label(f" {letter} ", markup=False, id=f"jump-{letter}")
            label.styles.offset = (target.x, target.y)
            yield label

    def on_key(self, event: Key) -> None:
        """A letter goes there; anything else leaves it at that."""
        event.stop()
        event.prevent_default()
        self._leave(event.character or "")

    def on_click(self, event: Click) -> None:
        """A click on a letter is that letter."""
        widget = event.widget
        self._leave(widget.id.removeprefix("jump-") if isinstance(widget, Label) and widget.id else "")

    def _leave(self, letter: str) -> None:
        target = self._targets.get(letter)
        self.dismiss()
        if target is not None:
            self.app.call_later(target.go)
