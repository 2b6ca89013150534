"""The cockpit in plain escape codes, as Textual is going to lay it out: seen while Textual is still imported."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from vgtui.tui.arrangement import Box
from vgtui.tui.floor_plan import (
    LARGEST,
    arranged,
    first_pane,
    is_roomy,
    is_small,
    room,
    side_by_side,
    state_rows,
)
from vgtui.tui.frame import LOADING
from vgtui.tui.keymap import pane_label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vgtui.scenario.model import Scenario
    from vgtui.tui.memory import Kept

BEGIN = "\x1b[?1049h\x1b[?25l\x1b[m\x1b[2J"
"""The other screen, empty, without a cursor: Textual begins on it too."""

END = "\x1b[m\x1b[2J\x1b[?25h\x1b[?1049l"
"""The screen that was there before."""

BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[m"

PLAIN_LINES = str.maketrans("╭╮╰╯─│", "++++-|")
"""The borders in ASCII."""


def of_first_frame(scenario: Scenario, kept: Kept, *, plain: bool) -> str:
    """What the first frame is going to look like on the terminal at hand; `plain` is for one that knows ASCII only."""
    width, height = map(min, shutil.get_terminal_size(), LARGEST)
    text = sketch(scenario, kept, (width, height))
    if plain:
        text = text.translate(PLAIN_LINES).encode("ascii", "replace").decode()
    return BEGIN + text if text else ""


def sketch(scenario: Scenario, kept: Kept, size: tuple[int, int]) -> str:
    """The title, and the panes with their names, on so many columns and rows; nothing where that is too few."""
    if is_small(size):
        return ""
    written = [_at(0, 1, scenario.title[: size[0] - 2], BOLD), _at(1, 1, LOADING[: size[0] - 2], PLAIN)]
    for name, box in boxes(scenario, kept, size).items():
        written += framed(pane_label(name), box)
    return "".join(written)


def boxes(scenario: Scenario, kept: Kept, size: tuple[int, int]) -> dict[str, Box]:
    """Where the panes are going to be, in cells of the screen."""
    columns = arranged(scenario, kept)
    current, roomy = first_pane(scenario, columns), is_roomy(size)
    cells = room(scenario, size, tabs=not roomy)
    top = state_rows(scenario, size) + 1 + (not roomy)
    found = {current: Box(0, 0, *cells)}
    if roomy:
        found = side_by_side(columns, scenario, current, cells, guest=current)
    return {name: box._replace(y=box.y + top) for name, box in found.items()}


def framed(label: str, box: Box) -> Iterator[str]:
    """A border around the cells, with a name in it."""
    name = f" {label} "[: box.width - 4]
    yield _at(box.y, box.x, f"╭─{PLAIN}{name}{DIM}{'─' * (box.width - 3 - len(name))}╮", DIM)
    for row in range(box.y + 1, box.y + box.height - 1):
        yield _at(row, box.x, "│", DIM) + _at(row, box.x + box.width - 1, "│", DIM)
    yield _at(box.y + box.height - 1, box.x, f"╰{'─' * (box.width - 2)}╯", DIM)


def _at(y: int, x: int, text: str, pen: str) -> str:
    return f"\x1b[{y + 1};{x + 1}H{pen}{text}{PLAIN}"
