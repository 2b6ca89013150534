"""A large repaint in pieces, some rows in each turn of the event loop: a key never waits for a whole screen.

Textual paints all that is to be repainted at once, and asks every widget for all of its lines even where a few rows
are. Everything private of Textual that this takes stands in this module; where any of it is missing, Textual paints.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip

from vgtui.tui.output import forget_cached_strips
from vgtui.tui.thin import ThinChops, ThinLayout

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Offset
    from textual.messages import Update
    from textual.screen import Screen
    from textual.widget import Widget

PIECE = 0.005
"""Seconds that a piece should take: as many rows as the last one could paint in that time. Each costs something of
its own."""

MOST_ROWS = 8
"""Of a piece: the next ones may cost more than the last."""

IS_KNOWN = all(
    hasattr(Compositor, name) for name in ("_get_renders", "_render_chops", "render_partial_update")
) and hasattr(Compositor(), "_dirty_regions")
"""Whether this is a Textual that paints as this module expects."""


class RowsCompositor(Compositor):
    """Asks widgets only for the rows that are to be painted."""

    def _get_renders(self, crop: Region | None = None) -> Iterable[tuple[Region, Region, list[Strip]]]:
        if crop is None:
            yield from super()._get_renders()
            return
        rows = Region(0, crop.y, self.size.width, crop.height)
        for widget, (region, clip) in self.visible_widgets.items():
            part = region.intersection(clip).intersection(rows)
            if part:
                yield region, clip.intersection(rows), widget.render_lines(part.translate(-region.offset))

    def render_full_update(self, simplify: bool = False) -> LayoutUpdate:
        """Textual's own, in fewer bytes."""
        update = super().render_full_update(simplify)
        return ThinLayout(update.strips, update.region)

    def render_partial_update(self) -> ChopsUpdate | None:
        """Textual's own, in fewer bytes."""
        update = super().render_partial_update()
        return None if update is None else ThinChops(update.chops, update.spans, update.chop_ends)


class InPieces:
    """Mixin for a Screen that is repainted in pieces."""

    if TYPE_CHECKING:
        app: App[Any]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual has it, but for a repaint of the whole screen: who gets the focus or loses it looks after that."""

    is_awaited = False
    """Whether the next repaint is done at once: the first of a program, before which there is nothing to answer."""

    _begun = False
    _is_just_painted = False
    _painted_at = 0.0
    _rows_at_once = 2

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if IS_KNOWN:
            self._compositor: Any = RowsCompositor()

    @property
    def is_half_painted(self) -> bool:
        """Whether pieces of a repaint are still to come."""
        return self._begun and bool(self._compositor._dirty_regions)

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Any:
        """Textual's own; with another layout it is enough to repaint what is elsewhere then, or no longer there.

        Textual asks for a layout, and all of the screen with it, whenever something has been mounted or removed; and
        for all of the screen when it has just painted the first one.
        """
        repaint = repaint and (bool(regions) or not (layout or self._is_just_painted))
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)  # type: ignore[misc]

    def get_widget_and_offset_at(self: Any, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """Textual's own; what was taken away and is still painted is nothing that the mouse could select."""
        found, offset = super().get_widget_and_offset_at(x, y)
        is_gone = found is not None and found is not self and found.parent is None
        return (None, None) if is_gone else (found, offset)

    def _on_screen_suspend(self: Any) -> None:
        """The screen that covers it is going to paint what is seen of it."""
        if IS_KNOWN:
            self._repaint_required = False
            self._dirty_widgets.clear()
            self._compositor._dirty_regions.clear()

    def _on_unmount(self: Any) -> None:
        """The lines of a closed screen go at once, not with the garbage: then there is less of that to go through."""
        for widget in self._compositor.widgets:
            forget_cached_strips(widget)

    def _compositor_refresh(self) -> None:
        """Textual's own, for some rows after others."""
        if not IS_KNOWN or self.app.is_inline or self is not self.app.screen:
            super()._compositor_refresh()  # type: ignore[misc]
            return
        if self.is_awaited:
            super()._compositor_refresh()  # type: ignore[misc]
            self._be_done_with_it()
            return
        compositor = self._compositor
        piece, rest = first_rows(compositor._dirty_regions, compositor.size, self._rows_at_once)
        if rest or self._begun:
            self._begin()
        else:
            compositor._dirty_regions = piece
            super()._compositor_refresh()  # type: ignore[misc]

    def _be_done_with_it(self: Any) -> None:
        """All of the screen has been painted: whoever asked for that until now, and Textual next, need not have it."""
        self.is_awaited = False
        for widget in self._compositor.widgets:
            widget._repaint_required = False
        self._dirty_widgets.clear()
        self._painted_at = Message().time
        self._is_just_painted = True
        asyncio.get_running_loop().call_soon(setattr, self, "_is_just_painted", False)

    def _on_update(self, message: Update) -> None:
        """A widget wants to be repainted; perhaps it has been since."""
        if message.time < self._painted_at:
            message.prevent_default()

    def _begin(self) -> None:
        """The next piece, once whatever else there is to do has been done: perhaps there is more to paint then.

        What became due during a piece wakes up in the next turn of the loop: so the next piece comes one turn later.
        """
        if not self._begun:
            self._begun = True
            loop = asyncio.get_running_loop()
            loop.call_later(0, loop.call_soon, self._paint_piece)

    def _paint_piece(self: Any) -> None:
        self._begun = False
        if not self.is_running or self is not self.app.screen:
            return  # what covers it has painted it; it is painted whole when it is on top again
        if self.app._batch_count:
            self._begin()
            return
        try:
            new = self._gather()
            compositor = self._compositor
            piece, rest = first_rows(compositor._dirty_regions, compositor.size, self._rows_at_once)
            has_drawn = self._draw_one_ahead(piece)
            if not has_drawn:
                compositor._dirty_regions = piece
                began = time.thread_time()
                super()._compositor_refresh()
                self._rows_at_once = rows_within(PIECE, self._rows_at_once, time.thread_time() - began)
                compositor._dirty_regions |= rest
            self._dirty_widgets |= new
            if rest or has_drawn:
                self._begin()
        except Exception as error:
            self.app._handle_exception(error)

    def _draw_one_ahead(self: Any, piece: set[Region]) -> bool:
        """Have one of the widgets drawn that a piece is to show, where that is still to be done; whether one was.

        Each has a turn of the loop to itself: what several draw for the first time would take longer than a piece.
        """
        for widget, (region, _) in self._compositor.visible_widgets.items():
            draw_ahead = getattr(widget, "draw_ahead", None)
            if draw_ahead is not None and any(region.overlaps(part) for part in piece) and draw_ahead():
                return True
        return False

    def _gather(self: Any) -> set[Widget]:
        """Have what was to be repainted by and by repainted now; returns the widgets that have no place yet."""
        if self._repaint_required:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        placed = self._dirty_widgets & self._compositor.visible_widgets.keys()
        self._compositor.update_widgets(placed)
        return self._dirty_widgets - placed


def rows_of(screen: Screen[Any], first: int, end: int) -> list[Strip]:
    """Rows of a screen as they are drawn."""
    compositor = screen._compositor
    if not isinstance(compositor, RowsCompositor):
        return compositor.render_strips()[first:end]
    wanted = Region(0, first, compositor.size.width, end - first)
    chops = compositor._render_chops(wanted, range(first, end).__contains__)
    return [Strip.join(chop.values()) for chop in chops[first:end]]


def rows_within(seconds: float, rows: int, took: float) -> int:
    """How many rows may be painted in that time where `rows` took so long."""
    return max(1, min(2 * rows, MOST_ROWS, int(rows * seconds / max(took, 1e-9))))


def first_rows(dirty: Iterable[Region], screen: Size, count: int) -> tuple[set[Region], set[Region]]:
    """What is to be painted, cut into the upmost `count` rows and the rest."""
    seen = _within(dirty, screen.region)
    top = min((region.y for region in seen), default=0)
    middle = min(top + count, screen.height)
    above, below = (
        Region(0, first, screen.width, end - first) for first, end in ((0, middle), (middle, screen.height))
    )
    return _within(seen, above), _within(seen, below)


def _within(regions: Iterable[Region], rows: Region) -> set[Region]:
    return {part for part in (region.intersection(rows) for region in regions) if part}
