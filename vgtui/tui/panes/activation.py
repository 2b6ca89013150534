"""Activation: one layer's function and its slope, over the pre-activations that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.layers import LayerPane

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.microstep import Revealed


class ActivationPane(FindingPane, LayerPane):
    """The picture of saturation, alive."""

    FINDING = "activation"
    BINDINGS = bindings_for("activation")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("activation", ("up down", "layer"), ("explain", "explain")))

    def has_content(self) -> bool:
        """Only for a function that can be drawn."""
        return super().has_content() and not self.value.reason

    def notice(self) -> str:
        """Why it cannot be drawn."""
        if self.found is not None and self.found.value is not None:
            return f"{self.value.layer} {self.value.name}: {self.value.reason}"
        return super().notice()

    def awaits(self, revealed: Revealed) -> str:
        """The pre-activations, until the forward pass has been there."""
        layer = self.chosen_layer
        if layer < revealed.forward:
            return ""
        return f"The pre-activations of layer {layer} come with the forward pass through it."

    def explanation(self) -> Explanation | None:
        """Of the share of this layer's entries that are saturated."""
        from vgtui.analysis.explain.layers import saturated

        record = None if self.frame is None else self.frame.record
        if record is None or not self.has_content():
            return None
        return saturated(record.layers[min(self.value.layer, len(record.names) - 1)])

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The newest view of the layer."""
        from vgtui.tui.drawing.activation import draw_activation

        return draw_activation(self.value, self.aside, width, height, palette)
