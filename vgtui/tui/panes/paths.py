"""Paths: what carries the chosen weight's gradient, path by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.weight import WeightPane

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette


class PathsPane(FindingPane, WeightPane):
    """The strongest paths first. top: the chosen one, which is shown first."""

    FINDING = "paths"
    BINDINGS = bindings_for("paths")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_subtitle = "J K path · ↑↓←→ weight · x explain"
        self.top = 0

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

    def action_select_path(self, places: int) -> None:
        """So many paths on."""
        if self.has_content():
            self.top = self._top + places
            self.redraw()
