"""Gradient flow: how long the gradient still is in every layer, input to output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from textual import events

    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame


class LayerSelected(Message):
    """Another layer was chosen, by the keys or the mouse."""

    def __init__(self, layer: int) -> None:
        super().__init__()
        self.layer = layer


class GradientPane(LivePane):
    """One row a layer, folded to runs of layers where there are more than rows.

    selected  the chosen layer; measure: index into `drawing.flow.MEASURES`
    """

    BINDINGS = bindings_for("gradient")
    EMPTY = "The gradient appears here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.selected = 0
        self.measure = 0

    def show(self, frame: Frame) -> None:
        """Take the newest frame; the measure is named with the first numbers."""
        super().show(frame)
        if frame.record is not None and not self.border_subtitle:
            self._tell_measure()

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The rows of the frame's record."""
        from vgtui.tui.drawing.gradient import draw_gradient

        assert self.frame is not None
        assert self.frame.record is not None
        selected = min(self.selected, len(self.frame.record.names) - 1)
        return draw_gradient(self.frame.record, self.measure, selected, width, height, palette)

    def action_select_layer(self, places: int) -> None:
        """So many layers towards the output; stops at the ends."""
        if self.frame is not None and self.frame.record is not None:
            last = len(self.frame.record.names) - 1
            self._select(max(0, min(min(self.selected, last) + places, last)))

    def action_cycle_measure(self) -> None:
        """The next of weight gradient, delta, update ratio and saturation."""
        from vgtui.tui.drawing.flow import MEASURES

        self.measure = (self.measure + 1) % len(MEASURES)
        self._tell_measure()
        self.redraw()

    def on_click(self, event: events.Click) -> None:
        """Choose the layer of the row that was clicked."""
        from vgtui.tui.drawing.gradient import layer_at

        place = event.get_content_offset(self)
        if place is None or self.frame is None or self.frame.record is None:
            return
        layer = layer_at(place.y, len(self.frame.record.names), self.content_size.height)
        if layer is not None:
            self._select(layer)

    def _select(self, layer: int) -> None:
        if layer != self.selected:
            self.selected = layer
            self.post_message(LayerSelected(layer))
            self.redraw()

    def _tell_measure(self) -> None:
        from vgtui.tui.drawing.flow import MEASURES

        self.border_subtitle = f"g {MEASURES[self.measure].title} · ↑↓ layer"
