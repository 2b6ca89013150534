"""Diagnosis: what is wrong with the network, and the remedies that were tried on copies of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame
    from vgtui.tui.microstep import Revealed
    from vgtui.tui.trying import Tried


class DiagnosisPane(FindingPane):
    """chosen: a finding; once remedies were tried, one of those."""

    FINDING = "diagnosis"
    BINDINGS = bindings_for("diagnosis")
    EMPTY = "Looking at the network…"

    class RemediesWanted(Message):
        """Every remedy is to be tried; or, while they are, no more."""

    class RemedyChosen(Message):
        """A remedy is to be applied to the running network."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(hint("diagnosis", ("try", "try remedies"), ("apply", "apply"), ("explain", "explain")))
        self.chosen = 0

    @property
    def tried(self) -> Tried | None:
        """What was tried on this very network."""
        tried = None if self.frame is None else self.frame.remedies
        return tried if tried is not None and tried.scenario == self.frame.scenario else None

    def is_news(self, before: Frame) -> bool:
        """A finding or a trial more."""
        assert self.frame is not None
        return super().is_news(before) or self.frame.remedies is not before.remedies

    def show(self, frame: Frame) -> None:
        """Take the newest frame; the best remedy is chosen once they are tried."""
        before = self._count_remedies()
        super().show(frame)
        if before != self._count_remedies():
            self.chosen = 0

    def awaits(self, revealed: Revealed) -> str:
        """All of the gradients."""
        return revealed.waits_for("What is wrong with this step comes", 0)

    def explanation(self) -> Explanation | None:
        """Of the chosen finding's numbers, or once remedies were tried of the first one's."""
        from vgtui.analysis.explain.findings import evidence

        if not self.has_content() or not self.value:
            return None
        return evidence(self.value[0 if self._count_remedies() else min(self.chosen, len(self.value) - 1)])

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """Findings, and remedies where they were tried."""
        from vgtui.tui.drawing.diagnosis import draw_diagnosis

        return draw_diagnosis(self.value, self.tried, self.chosen, self.aside, width, height, palette)

    def scrolled(self, places: int) -> None:
        """As the arrows do."""
        self.action_choose(places)

    def on_click(self, event: events.Click) -> None:
        """Choose the finding or the remedy that was clicked."""
        from vgtui.tui.drawing.diagnosis import place_at

        place = event.get_content_offset(self)
        if place is None or not self.has_content():
            return
        size = self.content_size
        chosen = place_at(self.value, self.tried, self.chosen, place.y, size.width, size.height)
        if chosen is not None:
            self.action_choose(chosen - self.chosen)

    def action_choose(self, places: int) -> None:
        """So many findings on, or remedies."""
        if self.has_content():
            count = self._count_remedies() or len(self.value)
            self.chosen = max(0, min(self.chosen + places, count - 1))
            self.redraw()

    def action_try_remedies(self) -> None:
        """Have them tried; while they are, give that up."""
        self.post_message(self.RemediesWanted())

    def action_apply(self) -> None:
        """The chosen remedy."""
        tried = self.tried
        if tried is not None and tried.trials is not None and tried.trials.trials:
            place = min(self.chosen, len(tried.trials.trials) - 1)
            self.post_message(self.RemedyChosen(tried.trials.trials[place].name))

    def _count_remedies(self) -> int:
        tried = self.tried
        return 0 if tried is None or tried.trials is None else len(tried.trials.trials)
