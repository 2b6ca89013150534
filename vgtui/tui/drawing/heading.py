"""The first line of a pane that tells a finding: what it is about, and of which step where that is past."""

from __future__ import annotations

from collections.abc import Sequence

from vgtui.tui.drawing.cells import BOLD, CellBuffer, fitted, joined
from vgtui.tui.drawing.palette import Palette

GAP = 2


def draw_heading(cells: CellBuffer, parts: Sequence[str], aside: str, palette: Palette, y: int = 0) -> None:
    """The first part in bold, as many of the others as there is room for, and `aside` flush right."""
    room = cells.width - (len(aside) + GAP if aside else 0)
    if room < cells.width // 2:
        aside, room = "", cells.width
    x = cells.text(y, 0, fitted(parts[0], room), palette.title, attributes=BOLD)
    if len(parts) > 1 and x + GAP < room:
        cells.text(y, x + GAP, joined(parts[1:], room - x - GAP), palette.text)
    cells.text(y, cells.width - len(aside), aside, palette.muted)
