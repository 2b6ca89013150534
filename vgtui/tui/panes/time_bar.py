"""The line over the whole run: a click goes to a step, dragging goes through them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from textual import events

    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame


class TimeBar(LivePane, can_focus=False):
    """Where the run is, and where it has been."""

    EMPTY = ""

    class Sought(Message):
        """A step was pointed at."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

        def can_replace(self, message: Message) -> bool:
            """Only the newest place of the mouse counts."""
            return isinstance(message, TimeBar.Sought)

    class BranchesWanted(Message):
        """The number of branches was clicked."""

    def notice(self) -> str:
        """The state line says why there is nothing yet."""
        return ""

    def is_news(self, before: Frame) -> bool:
        """Whether the line would be another."""
        assert self.frame is not None
        facts = [
            (f.record and f.record.step, f.last_step, f.branch, f.branches) for f in (self.frame, before)
        ]
        return facts[0] != facts[1]

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The one row."""
        from vgtui.tui.drawing.time_bar import draw_time_bar

        assert self.frame is not None
        return draw_time_bar(self.frame, width, palette)

    def scrolled(self, places: int) -> None:
        """A step on, or back."""
        frame = self.frame
        if frame is not None and frame.record is not None:
            self.post_message(self.Sought(max(0, min(frame.record.step + places, frame.last_step))))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go there, and follow the mouse while it is held; or list the branches."""
        from vgtui.tui.drawing.time_bar import is_on_branches

        if self.frame is not None and is_on_branches(self.frame, event.x, self.size.width):
            self.post_message(self.BranchesWanted())
            return
        self.capture_mouse()
        self._seek(event.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Follow it."""
        if self.app.mouse_captured is self:
            self._seek(event.x)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let it go."""
        self.release_mouse()

    def _seek(self, x: int) -> None:
        from vgtui.tui.drawing.time_bar import step_at

        if self.frame is not None and self.has_content():
            self.post_message(self.Sought(step_at(self.frame, x, self.size.width)))
