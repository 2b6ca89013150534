"""Reads the style sheets of dialogs before they are opened: read with the first of each, they stop the screen.

Everything private of Textual that this takes stands in this module; where any of it is missing, Textual reads them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.app import App
    from textual.widget import Widget

PAUSE = 0.02
"""Seconds between one sheet and the next, for whatever else there is to do."""

IS_KNOWN = hasattr(Stylesheet, "_parse_rules") and hasattr(DOMNode, "_get_default_css")
"""Whether this is a Textual that remembers what it has read."""


async def read_ahead(app: App[Any]) -> None:
    """One sheet after another, those of every dialog and of what it is made of. After it they are remembered."""
    if not IS_KNOWN:
        return
    for widget in _of_dialogs():
        for place, text, order, scope in object.__new__(widget)._get_default_css():
            await asyncio.sleep(PAUSE)
            app.stylesheet._parse_rules(
                text, read_from=place, is_default_rules=True, tie_breaker=order, scope=scope
            )


def _of_dialogs() -> Iterator[type[Widget]]:
    from textual.command import CommandInput, LoadingIndicator, SearchIcon
    from textual.widgets import Input, Label, Markdown
    from textual.widgets._toast import Toast

    from vgtui.tui.palette import Commands, Palette
    from vgtui.tui.screens.choices import Choices
    from vgtui.tui.screens.help import HelpScreen
    from vgtui.tui.screens.page import Page
    from vgtui.tui.screens.presets import PresetsScreen

    yield from (HelpScreen, Page, PresetsScreen, Input, Choices, Label)
    yield from (Palette, SearchIcon, CommandInput, Commands, LoadingIndicator, Markdown, Toast)
