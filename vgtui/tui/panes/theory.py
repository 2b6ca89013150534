"""Theory: what mean-field theory predicts of the network as it is drawn, beside what was drawn."""

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


class TheoryPane(FindingPane, LayerPane):
    """The phase, and a row a layer."""

    FINDING = "theory"
    BINDINGS = bindings_for("theory")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("theory", ("up down", "layer"), ("explain", "explain")))

    def awaits(self, revealed: Revealed) -> str:
        """The gradients of the first step, which is all that is drawn."""
        drawn = self.frame is not None and self.frame.record is not None and self.frame.record.step == 0
        return revealed.waits_for("What was drawn, beside theory, comes", 0) if drawn else ""

    def explanation(self) -> Explanation | None:
        """Of how far the chosen layer is from theory."""
        from vgtui.analysis.explain.findings import prediction

        if not self.has_content() or self.value.predicted.silence:
            return None
        layer = min(self.selected, len(self.value.predicted.layers) - 1)
        return prediction(self.value.predicted, layer, self.value.drawn.layers[layer])

    def layer_at(self, y: int) -> int | None:
        """That of the row."""
        from vgtui.tui.drawing.theory import layer_at

        return layer_at(self.value.predicted, y, self.content_size.height)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """Prediction and measurement, both at the first step."""
        from vgtui.tui.drawing.theory import draw_theory

        found = self.value
        return draw_theory(found.predicted, found.drawn, self.chosen_layer, width, height, palette)

    @property
    def aside(self) -> str:
        """Theory is the same at every step."""
        return super().aside if self._is_of_another() else ""

    def _is_of_another(self) -> bool:
        return (
            self.found is not None and self.frame is not None and self.found.scenario != self.frame.scenario
        )
