"""The arrows and the slider beside the value under the cursor of the network editor, and the mouse on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vgtui.tui.panes.base import LivePane
from vgtui.tui.panes.settings import written

if TYPE_CHECKING:
    from textual import events

    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.slider import Slider

VALUE = 10
"""Cells that are left for the value before its slider."""


class Sliding(LivePane):
    """Base of the editor's rows. While it is dragged it shows what it would be; let go, it is.

    stops  what the value under the cursor may be set to, from the least on; nothing where it has no slider
    """

    _slider: Slider | None = None
    _dragged: int | None = None
    _arrows: tuple[int, ...] = ()

    @property
    def stops(self) -> tuple[Any, ...]:
        """Of the value under the cursor."""
        return ()

    def is_on_cursor(self, y: int) -> bool:
        """Whether a row is the one under the cursor."""
        raise NotImplementedError

    def slid(self, value: Any) -> None:
        """The slider was let go at another value."""

    def begin_sliding(self) -> None:
        """The rows are drawn anew: nothing is known of where arrows and slider are."""
        self._slider, self._arrows = None, ()

    def draw_arrows(self, cells: CellBuffer, y: int, columns: tuple[int, ...]) -> None:
        """Those that say that there is a value before and one after; none where no `columns` are given."""
        self._arrows = columns
        for x, arrow in zip(columns, "◂▸", strict=False):
            cells.text(y, x, arrow, self.palette.title)

    def arrow_at(self, x: int, y: int) -> int:
        """-1 where that to the value before is, 1 where that to the next one is, else 0."""
        if not self.is_on_cursor(y) or x not in self._arrows:
            return 0
        return 1 if self._arrows.index(x) else -1

    def draw_slider(self, cells: CellBuffer, y: int, x: int, value: Any) -> None:
        """In the row under the cursor, from column x on, where there is room; `value` is the one in force."""
        from vgtui.tui.drawing.slider import Slider, place_of

        stops = self.stops
        if len(stops) > 1:
            self._slider = Slider.fitting(x + VALUE, cells.width - 1, written(stops[0]), written(stops[-1]))
        if self._slider is not None:
            place = place_of(value, stops) if self._dragged is None else self._dragged
            self._slider.draw(cells, y, place, len(stops), self.palette)

    @property
    def dragged_to(self) -> str | None:
        """The value that it would be, while it is dragged."""
        return None if self._dragged is None else written(self.stops[self._dragged])

    def slider_at(self, x: int, y: int) -> bool:
        """Whether the track is there."""
        slider, count = self._slider, len(self.stops)
        return slider is not None and self.is_on_cursor(y) and slider.place_at(x, count) is not None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Take hold of it."""
        place = event.get_content_offset(self)
        if place is not None and self.slider_at(place.x, place.y):
            self.capture_mouse()
            self._drag(place.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag it."""
        if self._dragged is not None:
            self._drag(event.x - self.gutter.left)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Let it go."""
        if self._dragged is None:
            return
        self.release_mouse()
        value, self._dragged = self.stops[self._dragged], None
        self.slid(value)
        self.redraw()

    def _drag(self, x: int) -> None:
        if self._slider is not None and self.stops:
            self._dragged = self._slider.nearest(x, len(self.stops))
            self.redraw()
