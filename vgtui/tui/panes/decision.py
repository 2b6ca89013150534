"""Decision: what the network answers, where there is a picture of that, and what its units make of the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import FindingsWanted, Looked
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.layers import LayerPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette

ANSWER, UNITS, UNIT = range(3)
"""The views: the answer, all units of the chosen layer, or one of them."""

HINTS = (
    (("view", "units"), ("samples", "samples"), ("discrete", "discrete"), ("explain", "explain")),
    (("view", "one unit"), ("up down", "layer"), ("left right", "unit"), ("discrete", "discrete")),
    (("view", "the answer"), ("up down", "layer"), ("left right", "unit"), ("samples", "samples")),
)
SAMPLES = ((True, True), (True, False), (False, True), (False, False))
"""Which samples are shown, of the training part and of those held back."""


class DecisionPane(FindingPane, LayerPane):
    """A map over two inputs, a curve over one, images with guesses, or an answer along time."""

    BINDINGS = bindings_for("decision")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.view = ANSWER
        self.unit = 0
        self.discrete = False
        self.seen = 0
        self._tell()

    def _tell(self) -> None:
        self.tell_keys(hint("decision", *HINTS[self.view]))

    @property
    def finding(self) -> str:
        """What the view shows."""
        return "decision" if self.view == ANSWER else "units"

    def has_content(self) -> bool:
        """Only with a picture."""
        return super().has_content() and not hasattr(self.value, "reason")

    def notice(self) -> str:
        """Why there is none."""
        if self.found is not None and self.found.value is not None:
            return str(self.value.reason)
        return super().notice()

    def explanation(self) -> Explanation | None:
        """Of the first number of the picture."""
        from vgtui.analysis.explain.decision import decision_told, unit_told

        if not self.has_content():
            return None
        return decision_told(self.value) if self.view == ANSWER else unit_told(self.value, self._chosen_unit)

    def action_cycle_view(self) -> None:
        """The answer, all units, one unit."""
        self.view = (self.view + 1) % len(HINTS)
        self._tell()
        self.post_message(FindingsWanted())
        self.forget()
        self.refresh()

    def action_toggle_discrete(self) -> None:
        """Two colours, or all between them."""
        self.discrete = not self.discrete
        self.redraw()

    def action_cycle_samples(self) -> None:
        """All samples, those of one part, or none."""
        self.seen = (self.seen + 1) % len(SAMPLES)
        self.redraw()

    def action_select_unit(self, places: int) -> None:
        """So many units on; stops at the ends."""
        if self.view != ANSWER and self.has_content():
            self.unit = max(0, min(self._chosen_unit + places, len(self.value.values) - 1))
            self.redraw()

    @property
    def _chosen_unit(self) -> int:
        return min(self.unit, len(self.value.values) - 1)

    def on_resize(self, event: events.Resize) -> None:
        """A place for each half of a cell."""
        width, height = self.content_size
        self.post_message(Looked(grid=(max(1, width), max(1, 2 * (height - 2)))))

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The newest picture."""
        from vgtui.tui.drawing.decision import Look, draw_decision
        from vgtui.tui.drawing.units import draw_unit, draw_units

        look = Look(self.discrete, *SAMPLES[self.seen])
        if self.view == ANSWER:
            return draw_decision(self.value, self.aside, width, height, palette, look)
        drawn = draw_units if self.view == UNITS else draw_unit
        return drawn(self.value, self._chosen_unit, self.aside, width, height, palette, look)
