"""A against B: the settings that differ, and every number of both, marked where it differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for, key_of
from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette


class VersusPane(LivePane):
    """More rows than there is room for are scrolled."""

    BINDINGS = bindings_for("versus")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(
            hint("versus", ("up down", "scroll"), ("exchange", "edit the other"), ("versus", "end"))
        )
        self._top = 0

    def has_content(self) -> bool:
        """Only with two networks."""
        return self.frame is not None and self.frame.rival is not None

    def notice(self) -> str:
        """How there come to be two; while a step is played in its parts, when they are back."""
        if self.frame is not None and self.frame.paired:
            return "Both networks are compared again once this step is whole."
        return f"{key_of('versus')} keeps this network as A and has edits go to B: what differs then stands here."

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The comparison, from the row that was scrolled to."""
        from vgtui.tui.drawing.versus import draw_versus, rows_of

        assert self.frame is not None
        rows = rows_of(self.frame, width)
        self._top = max(0, min(self._top, len(rows) - height))
        return draw_versus(rows, self._top, width, height, palette)

    def action_scroll_rows(self, places: int) -> None:
        """So many rows down."""
        self._top += places
        self.redraw()

    def scrolled(self, places: int) -> None:
        """As the keys do."""
        self.action_scroll_rows(places)
