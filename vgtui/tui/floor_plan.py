"""Which panes are shown, and in which cells, on a screen of some size: for the cockpit, and for its first sketch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.scenario.cells import is_recurrent
from vgtui.tui.arrangement import DEFAULT, READY, Box, Columns, Rows, lay_out, names_of
from vgtui.tui.panes.registry import PANES

if TYPE_CHECKING:
    from vgtui.scenario.model import Scenario
    from vgtui.scenario.view import View
    from vgtui.tui.memory import Kept

ROOMY = (100, 30)
"""Columns and rows from which on several panes are shown at once."""

SMALLEST = (40, 12)
"""Columns and rows below which nothing can be shown."""

LARGEST = (1000, 400)
"""Columns and rows that are drawn, at most: a terminal may say anything of itself, and each cell takes memory."""

PLENTY = 36
"""Rows from which on a line more or less does not matter."""


def arranged(scenario: Scenario, kept: Kept) -> Columns:
    """The columns that a scenario asks for; else those of the user."""
    return wish_of(scenario.view) or wish_of(kept) or READY[DEFAULT][1]


def wish_of(view: View | Kept) -> Columns:
    """The columns that are asked for: none for no wish."""
    return view.columns if view.arrangement is None else READY[view.arrangement][1]


def first_pane(scenario: Scenario, columns: Columns) -> str:
    """The pane that has the keys at first."""
    return "time" if is_recurrent(scenario) else names_of(columns)[0]


def is_small(size: tuple[int, int]) -> bool:
    """Whether nothing can be shown on so many columns and rows."""
    return size[0] < SMALLEST[0] or size[1] < SMALLEST[1]


def is_roomy(size: tuple[int, int]) -> bool:
    """Whether several panes can be shown at once."""
    return size[0] >= ROOMY[0] and size[1] >= ROOMY[1]


def state_rows(scenario: Scenario, size: tuple[int, int]) -> int:
    """The lines at the top: the summary gets a second one where it needs it and rows are plenty."""
    width, height = size
    return 3 if height >= PLENTY and len(scenario.summary) > width - 2 else 2


def room(scenario: Scenario, size: tuple[int, int], *, tabs: bool) -> tuple[int, int]:
    """Columns and rows for the panes: without the lines at the top, the time bar, the keys, and the tabs."""
    return size[0], max(1, size[1] - state_rows(scenario, size) - 2 - tabs)


def present(scenario: Scenario, current: str) -> tuple[str, ...]:
    """The panes that there is something for; and the current one, which says why there is nothing."""
    return tuple(kind.name for kind in PANES.values() if kind.is_of(scenario) or kind.name == current)


def side_by_side(
    columns: Columns, scenario: Scenario, current: str, cells: tuple[int, int], guest: str | None
) -> dict[str, Box]:
    """The boxes of the panes on so many columns and rows, a guest in the place of the last."""
    rows = {name: Rows(PANES[name].least, PANES[name].most) for name in present(scenario, current)}
    return lay_out(columns, *cells, rows, guest)
