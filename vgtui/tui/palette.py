"""The command palette: every action of the key table, found by its words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import on
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.errors import NoWidget
from textual.widgets import Input

from vgtui.tui.keymap import ACTIONS, CONTEXTS, Action, key_names, keys_of
from vgtui.tui.panes.registry import PANES
from vgtui.tui.screens.behind import Overlay
from vgtui.tui.screens.choices import Narrow, has_lines

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.await_complete import AwaitComplete
    from textual.geometry import Region
    from textual.widget import Widget


class Commands(Narrow, CommandList):
    """The list of what was found."""


class Palette(Overlay, CommandPalette):
    """Textual's own, which fails where it is closed while it still searches.

    And at a click, or at a page of its list, where the terminal has become too small.
    """

    @on(Input.Changed)
    def _stop_searching(self, event: Input.Changed) -> None:
        """What was typed before it was closed may arrive after that."""
        if not self.is_current:
            event.prevent_default()

    def dismiss(self, result: object = None) -> AwaitComplete:
        """Close, and search no more."""
        self._cancel_gather_commands()
        return super().dismiss(result)

    def compose(self) -> ComposeResult:
        """Textual's, with a list of its own."""
        for widget in super().compose():
            yield Commands() if isinstance(widget, CommandList) else widget

    def get_widget_at(self, x: int, y: int) -> tuple[Widget, Region]:
        """What is there; where nothing is, the screen itself."""
        try:
            return super().get_widget_at(x, y)
        except NoWidget:
            return self, self.region

    def _action_command_list(self, action: str) -> None:
        if has_lines(self.query_one(CommandList)):
            super()._action_command_list(action)


class Actions(Provider):
    """Everything a key does, except to close the palette itself."""

    async def discover(self) -> Hits:
        """All of it, before anything is typed."""
        for title, action, run in self._commands():
            yield DiscoveryHit(title, run, help=action.tooltip)

    async def search(self, query: str) -> Hits:
        """What fits the words."""
        matcher = self.matcher(query)
        for title, action, run in self._commands():
            score = matcher.match(f"{title} {action.tooltip}")
            if score > 0:
                yield Hit(score, matcher.highlight(title), run, text=title, help=action.tooltip)

    def _commands(self) -> Iterator[tuple[str, Action, Callable[[], None]]]:
        app: Any = self.app
        for action in ACTIONS:
            if action.context not in ("app", *PANES) or action.id == "palette" or not app.offers(action):
                continue
            where = "" if action.context == "app" else f"{CONTEXTS[action.context]}: "
            keys = f" ({key_names(action)})" if keys_of(action) else ""
            title = f"{where}{action.label}{keys}"
            yield title, action, partial(app.perform, action)
