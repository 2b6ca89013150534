"""Reads style sheets before they are needed: read with the first widget of each kind, they stop the screen.

Everything private of Textual that this takes stands in this module; where any of it is missing, Textual reads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

    from vgtui.tui.frame import Frame

PAUSE = 0.005
"""Seconds between one sheet and the next, for whatever else there is to do."""

IS_KNOWN = (
    hasattr(Stylesheet, "_parse_rules")
    and hasattr(Stylesheet(), "_parse_cache")
    and hasattr(DOMNode, "_get_default_css")
)
"""Whether this is a Textual that remembers what it has read."""


class StylesAhead:
    """Mixin for an App: what comes once everything is loaded comes when its sheets are read, too."""

    _reading: asyncio.Task[None] | None = None
    _has_styles = False

    def once_styled(self, frame: Frame, on_styled: Callable[[], None]) -> Frame:
        """The frame, loaded or not yet as it should be shown; `on_styled` is called when that changes."""
        if frame.loaded and self._reading is None:
            self._reading = asyncio.create_task(self._read_styles(on_styled))
        return replace(frame, loaded=False) if frame.loaded and not self._has_styles else frame

    async def _read_styles(self: Any, on_styled: Callable[[], None]) -> None:
        try:
            await read_ahead(self, of_lines())
        finally:
            self._has_styles = True
            on_styled()
        await read_ahead(self, of_dialogs())


async def read_ahead(app: App[Any], widgets: Iterable[type[Widget]]) -> None:
    """One sheet after another, those that these are made of. After it they are remembered."""
    if not IS_KNOWN:
        return
    for widget in widgets:
        for place, text, order, scope in object.__new__(widget)._get_default_css():
            if (text, place, True, order, scope) not in app.stylesheet._parse_cache:
                await asyncio.sleep(PAUSE)
            app.stylesheet._parse_rules(
                text, read_from=place, is_default_rules=True, tie_breaker=order, scope=scope
            )


def of_lines() -> Iterator[type[Widget]]:
    """Of what the cockpit is given once everything is loaded: a lesson, and the line in which values are typed."""
    from textual.containers import Horizontal
    from textual.widgets import Label, Markdown
    from textual.widgets._markdown import MarkdownParagraph

    from vgtui.tui.panes.typing_line import TypingLine, ValueInput

    yield from (Markdown, MarkdownParagraph, TypingLine, ValueInput, Label, Horizontal)


def of_dialogs() -> Iterator[type[Widget]]:
    """Of every dialog."""
    from textual.command import CommandInput, LoadingIndicator, SearchIcon
    from textual.widgets._toast import Toast

    from vgtui.tui.palette import Commands, Palette
    from vgtui.tui.screens.choices import Choices
    from vgtui.tui.screens.help import HelpScreen
    from vgtui.tui.screens.page import Page
    from vgtui.tui.screens.presets import PresetsScreen

    yield from (HelpScreen, Page, PresetsScreen, Choices)
    yield from (Palette, SearchIcon, CommandInput, Commands, LoadingIndicator, Toast)
