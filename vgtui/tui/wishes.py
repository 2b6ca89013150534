"""How the app is wanted: what the command line says of it, and what the terminal asks for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.tui import capabilities

if TYPE_CHECKING:
    from pathlib import Path

    from textual.driver import Driver

    from vgtui.scenario.model import Scenario


class Terminal(Struct, frozen=True):
    """What an app needs to know of its terminal: a driver other than Textual's own, and the theme to begin with."""

    driver: type[Driver] | None
    theme: str


class Wishes(Struct, frozen=True):
    """refresh: frames a second, if not as configured; resume: the session that was cut off last; keep: on disk,
    until it is quit; kiosk: for strangers; record: everything that is written to the terminal to this file.

    start: the scenario, where it is no preset or file as it stands; against: another one in lockstep beside it
    """

    history_megabytes: float = HISTORY_MEGABYTES
    refresh: float | None = None
    resume: bool = False
    keep: bool = False
    kiosk: bool = False
    record: Path | None = None
    terminal: Terminal | None = None
    start: Scenario | None = None
    against: Scenario | None = None


class Features(Struct, frozen=True):
    """Of the terminal at hand: what it can show, and the theme to begin with."""

    characters: str
    has_colour: bool
    theme: str

    @property
    def is_plain(self) -> bool:
        """Whether it knows ASCII only, or little more."""
        return self.characters != "utf-8"

    def terminal(self) -> Terminal:
        """With the driver that it takes. Imports Textual."""
        from vgtui.tui.driver import driver_for

        return Terminal(driver_for(os.environ.get("TERM", ""), self.characters, self.has_colour), self.theme)


def features_at_hand(ascii_only: bool | None = None) -> Features:
    """What the environment tells of, or `ascii_only` of its characters; to be asked before Textual is imported."""
    environ = capabilities.original()
    system, _ = capabilities.colours(environ)
    characters, _ = capabilities.characters(environ)
    if ascii_only is not None:
        characters = "ascii" if ascii_only else "utf-8"
    theme, _ = capabilities.theme(environ, system)
    capabilities.choose_colours(system)
    return Features(characters, system != "none", theme)
