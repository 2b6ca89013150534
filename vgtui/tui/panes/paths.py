"""Paths: what carries the chosen weight's gradient, path by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.weight import WeightPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.microstep import Revealed


class PathsPane(FindingPane, WeightPane):
    """The strongest paths first. top: the chosen one, which is shown first."""

    FINDING = "paths"
    BINDINGS = bindings_for("paths")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(
            hint(
                "paths",
                ("path_down path_up", "path"),
                ("up down left right", "weight"),
                ("explain", "explain"),
            )
        )
        self.top = 0

    def awaits(self, revealed: Revealed) -> str:
        """The gradient, until the backward pass has come to the weight."""
        return revealed.waits_for("What the paths carry comes", self.chosen_layer)

    @property
    def _top(self) -> int:
        return max(0, min(self.top, len(self.value.strongest) - 1))

    def explanation(self) -> Explanation | None:
        """Of the chosen path."""
        from vgtui.analysis.explain.findings import path

        if not self.has_content() or not self.value.strongest:
            return None
        return path(self.value, self.value.strongest[self._top])

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """From the chosen path on."""
        from vgtui.tui.drawing.paths import draw_paths

        return draw_paths(self.value, self._top, self.aside, width, height, palette)

    def scrolled(self, places: int) -> None:
        """Go through the paths."""
        self.action_select_path(places)

    def on_click(self, event: events.Click) -> None:
        """Choose the path of the row that was clicked."""
        from vgtui.tui.drawing.paths import HEAD

        place = event.get_content_offset(self)
        if place is not None and place.y >= HEAD:
            self.action_select_path(place.y - HEAD)

    def action_select_path(self, places: int) -> None:
        """So many paths on."""
        if self.has_content():
            self.top = self._top + places
            self.redraw()
