"""Textual's driver for terminals that cannot show all that Textual writes: the last place before the wire."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from vgtui.tui.capabilities import SIMPLE
from vgtui.tui.drawing.counterparts import Counterparts
from vgtui.tui.monochrome import Monochrome

if TYPE_CHECKING:
    from textual.app import App

QUESTIONS = re.compile(r"\x1b\[(?:[<>=][0-9]*u|\?[0-9]+\$p)")
"""Of the kitty keyboard and of modes, which simple terminals print in part instead of passing over them."""

Change = Callable[[str], str]


def driver_for(name: str, characters: str, has_colour: bool) -> type[Driver] | None:
    """The driver of a terminal called `name` in TERM; None where Textual's own will do."""
    if has_colour and characters == "utf-8" and name not in SIMPLE:
        return None

    class ChangingDriver(LinuxDriver):
        """What is written goes through all changes that the terminal needs."""

        def __init__(self, app: App[Any], **settings: Any) -> None:
            self._changes: list[Change] = []
            if not has_colour:
                self._changes.append(Monochrome(lambda: app.current_theme.dark))
            if characters != "utf-8":
                table = Counterparts(characters)
                self._changes.append(lambda data: data.translate(table))
            if name in SIMPLE:
                self._changes.append(lambda data: QUESTIONS.sub("", data))
            super().__init__(app, **settings)

        def write(self, data: str) -> None:
            for change in self._changes:
                data = change(data)
            super().write(data)

    return ChangingDriver
