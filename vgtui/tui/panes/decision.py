"""Decision: what the network answers, where there is a picture of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.panes.base import Looked
from vgtui.tui.panes.finding import FindingPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette


class DecisionPane(FindingPane):
    """A map over two inputs, a curve over one, images with guesses, or an answer along time."""

    FINDING = "decision"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("decision", ("explain", "explain")))

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
        from vgtui.analysis.explain.decision import decision_told

        return decision_told(self.value) if self.has_content() else None

    def on_resize(self, event: events.Resize) -> None:
        """A place for each half of a cell."""
        width, height = event.size
        self.post_message(Looked(grid=(max(1, width), max(1, 2 * (height - 2)))))

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The newest picture."""
        from vgtui.tui.drawing.decision import draw_decision

        return draw_decision(self.value, self.aside, width, height, palette)
