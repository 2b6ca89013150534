"""Spectrum: the singular values of every layer's Jacobian."""

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


class SpectrumPane(FindingPane, LayerPane):
    """A histogram a layer."""

    FINDING = "spectrum"
    BINDINGS = bindings_for("spectrum")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("spectrum", ("up down", "layer"), ("explain", "explain")))

    def awaits(self, revealed: Revealed) -> str:
        """The Jacobians, until the forward pass is through."""
        if revealed.forward == revealed.layers:
            return ""
        return f"The Jacobians come with the forward pass through layer {revealed.layers - 1}."

    def explanation(self) -> Explanation | None:
        """Of the chosen layer's Jacobian."""
        from vgtui.analysis.explain.findings import singular_values

        if not self.has_content():
            return None
        layer = self.value.layers[min(self.selected, len(self.value.layers) - 1)]
        return singular_values(f"layer {layer.layer}, {layer.name}", layer.values)

    def layer_at(self, y: int) -> int | None:
        """That of the row."""
        from vgtui.tui.drawing.spectrum import layer_at

        return layer_at(self.value, y, self.content_size.height)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """At the chosen sample, or the first of the batch."""
        from vgtui.tui.drawing.spectrum import draw_spectrum

        return draw_spectrum(self.value, self.chosen_layer, self.aside, width, height, palette)
