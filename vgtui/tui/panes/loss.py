"""Loss: train and test as curves and numbers, accuracy, learning rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette


class LossPane(LivePane):
    """Both curves on one scale, linear or logarithmic."""

    BINDINGS = bindings_for("loss")
    EMPTY = "The loss appears here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("loss", ("log", "log/linear"), ("explain", "explain")))
        self.logarithmic = False

    def explanation(self) -> Explanation | None:
        """Of the training loss."""
        from vgtui.analysis.explain.loss import training_loss

        frame = self.frame
        if frame is None or frame.evaluation is None:
            return None
        return training_loss(frame.evaluation, frame.scenario)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The frame's curve and evaluation."""
        from vgtui.tui.drawing.loss import draw_loss

        assert self.frame is not None
        return draw_loss(self.frame, self.logarithmic, width, height, palette)

    def on_click(self, event: events.Click) -> None:
        """The other scale, where it is named."""
        place = event.get_content_offset(self)
        if place is not None and place.y == self.content_size.height - 1 and self.has_content():
            self.action_toggle_log()

    def action_toggle_log(self) -> None:
        """Logarithmic, or linear again."""
        self.logarithmic = not self.logarithmic
        self.redraw()
