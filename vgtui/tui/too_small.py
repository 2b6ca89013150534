"""A terminal in which nothing can be shown: dialogs do not cover the sentence that says so, and are there again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.app import App
    from textual.screen import Screen
    from textual.widget import Widget

TOO_SMALL = "-too-small"
"""The app's class there, of which the style sheet knows."""


class Dialogs:
    """What is over the cockpit: out of the way, then back, each with the focus that it had."""

    def __init__(self) -> None:
        self._focused: list[tuple[Screen[Any], Widget | None]] = []

    def hide(self, app: App[Any], hidden: bool) -> None:
        """All of them, or none."""
        if hidden == app.has_class(TOO_SMALL):
            return
        if hidden:
            self._focused = [(screen, screen.focused) for screen in app.screen_stack[1:]]
        app.set_class(hidden, TOO_SMALL)
        if not hidden:
            app.call_after_refresh(self._focus)

    def _focus(self) -> None:
        for screen, widget in self._focused:
            if screen.is_attached and screen.focused is None:
                screen.set_focus(widget)
        self._focused = []
