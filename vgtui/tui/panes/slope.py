"""Slope: the loss along the chosen weight, with the step that the optimiser is about to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.weight import WeightPane

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.microstep import Revealed


class SlopePane(FindingPane, WeightPane):
    """The ball on the hill. magnified: powers of ten by which the loss axis is magnified."""

    FINDING = "slope"
    BINDINGS = bindings_for("slope")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(
            hint("slope", ("magnify", "magnify"), ("up down left right", "weight"), ("explain", "explain"))
        )
        self.magnified = 0

    def awaits(self, revealed: Revealed) -> str:
        """The gradient, until the backward pass has come to the weight."""
        return revealed.waits_for("The slope comes", self.chosen_layer)

    def explanation(self) -> Explanation | None:
        """Of what the next step promises."""
        from vgtui.analysis.explain.findings import slope

        return slope(self.value) if self.has_content() else None

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The curve, as far as it is magnified."""
        from vgtui.tui.drawing.slope import draw_slope, magnifications

        steps = magnifications(self.value)
        return draw_slope(
            self.value, steps[min(self.magnified, len(steps) - 1)], self.aside, width, height, palette
        )

    def action_magnify(self) -> None:
        """Ten times more, until the curve fills the axis; then the true scale again."""
        if not self.has_content():
            return
        from vgtui.tui.drawing.slope import magnifications

        steps = len(magnifications(self.value))
        self.magnified = (min(self.magnified, steps - 1) + 1) % steps
        self.redraw()
