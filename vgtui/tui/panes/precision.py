"""Precision: the same network in four formats, and in float16 with a scaled loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.layers import LayerPane, entries_of

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.microstep import Revealed


class PrecisionPane(FindingPane, LayerPane):
    """A column a format."""

    FINDING = "precision"
    BINDINGS = bindings_for("precision")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("precision", ("up down", "layer"), ("explain", "explain")))

    def awaits(self, revealed: Revealed) -> str:
        """All of the gradients."""
        return revealed.waits_for("What each format loses comes", 0)

    def explanation(self) -> Explanation | None:
        """Of the zeros that float16 makes in the chosen layer."""
        from vgtui.analysis.explain.findings import zeros

        if not self.has_content() or self.frame is None:
            return None
        layer = min(self.selected, len(self.value.names) - 1)
        flow = next(flow for flow in self.value.flows if flow.precision == "float16")
        return zeros(flow, layer, entries_of(self.frame, layer))

    def layer_at(self, y: int) -> int | None:
        """That of the row."""
        from vgtui.tui.drawing.precision import layer_at

        return layer_at(self.value, y, self.content_size.height)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """All of them measured on the next batch, from the weights of now."""
        from vgtui.tui.drawing.precision import draw_precision

        return draw_precision(self.value, self.chosen_layer, self.aside, width, height, palette)
