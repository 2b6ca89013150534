"""Weights: old against new in every layer, the classic test for a vanished gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette


class WeightsPane(LivePane):
    """One row a layer; more than there is room for are scrolled."""

    BINDINGS = bindings_for("weights")
    EMPTY = "The weights appear here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_subtitle = "↑↓ scroll"
        self._top = 0

    def has_content(self) -> bool:
        """Only with weights."""
        return self.frame is not None and bool(self.frame.weights)

    def explanation(self) -> Explanation | None:
        """Of how far the first layer that is shown has moved."""
        from vgtui.analysis.explain.layers import weight_change

        if self.frame is None or not self.frame.weights:
            return None
        return weight_change(self.frame.weights[min(self._top, len(self.frame.weights) - 1)])

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The frame's changes, from the layer that was scrolled to."""
        from vgtui.tui.drawing.weights import draw_weights, visible_rows

        assert self.frame is not None
        changes, record = self.frame.weights, self.frame.record
        self._top = max(0, min(self._top, len(changes) - visible_rows(height)))
        return draw_weights(
            changes, record.step if record is not None else 0, self._top, width, height, palette
        )

    def action_scroll_rows(self, places: int) -> None:
        """So many layers towards the output."""
        self._top += places
        self.redraw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """As the key does."""
        self.action_scroll_rows(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """As the key does."""
        self.action_scroll_rows(-1)
