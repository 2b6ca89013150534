"""The list of all panes: what each shows, and whether it is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.arrangement import names_of
from vgtui.tui.keymap import pane_label
from vgtui.tui.panes.registry import PANES
from vgtui.tui.screens.choose import ChooseScreen, Item

if TYPE_CHECKING:
    from vgtui.tui.screens.cockpit import Cockpit


def panes_screen(cockpit: Cockpit) -> ChooseScreen:
    """A list to choose a pane from."""
    arranged = names_of(cockpit.columns)
    items = []
    for kind in PANES.values():
        if kind.name not in cockpit.present:
            state = "nothing to show for this network"
        elif kind.name in cockpit.displayed:
            state = "shown"
        else:
            state = "behind" if kind.name in arranged else "hidden"
        items.append(Item(kind.name, pane_label(kind.name), f"{kind.tells} ({state})"))
    return ChooseScreen("Panes", items, cockpit.current)
