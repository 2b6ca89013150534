"""The screen behind a dialog, dimmed: as Textual shows it, but only the rows that are painted, and past Rich."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.await_complete import AwaitComplete
from textual.color import Color
from textual.events import Event, Mount, Resize
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip

from vgtui.tui.piecewise import InPieces, rows_of

if TYPE_CHECKING:
    from textual.events import ScreenResume
    from textual.geometry import Region
    from textual.screen import Screen


class Overlay(InPieces):
    """Mixin for a screen over another that is seen through it."""

    _rows: Mapping[int, Strip] = MappingProxyType({})
    _end = 0
    _was_seen = False

    def _on_screen_resume(self, event: ScreenResume) -> None:
        """Before Textual's own, which would style all anew: what has just been made has its styles."""
        event.refresh_styles = event.refresh_styles and self._was_seen
        self._was_seen = True

    def dismiss(self: Any, result: object = None) -> AwaitComplete:
        """Close with an answer; once, however fast somebody presses enter.

        Textual's own, closed twice, closes what lies under it, or has been opened since, as well.
        """
        on_top = self.app.screen_stack[-1:] == [self]
        return super().dismiss(result) if on_top else AwaitComplete.nothing()

    async def on_event(self: Any, event: Event) -> None:
        """Closed before it was there, alone or with the program, it has nothing in it to be filled or laid out."""
        whole = self.display and self.is_attached
        if whole or not isinstance(event, (Mount, Resize)):
            await super().on_event(event)

    def render_lines(self: Any, crop: Region) -> list[Strip]:
        """Of what is behind, no more than that."""
        self._rows, self._end = {}, crop.bottom
        lines = super().render_lines(crop)
        self._rows = {}
        return lines

    def render_line(self: Any, y: int) -> Strip:
        """A row of the screen behind, under the tint; all that are wanted with it are drawn at once."""
        behind = self._behind()
        if behind is None:
            return super().render_line(y)
        if y not in self._rows:
            colour = self.styles.background
            rows = enumerate(rows_of(behind, y, max(self._end, y + 1)), y)
            self._rows = {place: dimmed_row(row, colour) for place, row in rows}
            self._dirty_regions.clear()
        return self._rows.get(y) or Strip.blank(self.size.width)

    def _behind(self: Any) -> Screen[Any] | None:
        """What is seen through it."""
        stack = self.app.screen_stack
        place = stack.index(self) if self in stack else 0
        return stack[place - 1] if place and self.styles.background.a < 1 else None


def dimmed_row(row: Strip, colour: Color) -> Strip:
    """In as few pieces as it is drawn in."""
    return Strip([Segment(text, dimmed(pen, colour)) for text, pen, _ in row], row.cell_length)


@lru_cache(maxsize=4096)
def dimmed(style: Style | None, colour: Color) -> Style | None:
    """A style under the tint; what it tells of links and clicks is left out."""
    return next(iter(BackgroundScreen.process_segments([Segment("", style)], colour))).style
