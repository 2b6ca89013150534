"""The base of every live pane: a widget that owns its cells, the same whoever paints them."""

from __future__ import annotations

import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from vgtui.tui.drawing.palette import Palette, rich_colour
from vgtui.tui.drawing.pens import BOLD, DIM, REVERSE
from vgtui.tui.output import LivePainting, forget_cached_strips
from vgtui.tui.type_ahead import KeysByBindings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.encode import Patch
    from vgtui.tui.frame import Frame
    from vgtui.tui.microstep import Revealed


MANY_LINES = 3
"""Lines between the borders from which on they are not left to Textual."""


class FindingsWanted(Message):
    """What a pane on the screen wants found is perhaps other than before."""

    def can_replace(self, message: Message) -> bool:
        """One that waits is as good as two."""
        return isinstance(message, FindingsWanted)


class LayerSelected(Message):
    """Another layer was chosen, by the keys or the mouse."""

    def __init__(self, layer: int) -> None:
        super().__init__()
        self.layer = layer


class Looked(Message):
    """A pane looks at another entry or has another grid: fields of `choice.Sight`."""

    def __init__(self, **sight: Any) -> None:
        super().__init__()
        self.sight = sight


class LivePane(KeysByBindings, Widget, can_focus=True):
    """Shows the newest frame. A subclass says in `draw` what its cells are; the rest is here.

    shown   what the terminal shows of this pane, or is about to once Textual has repainted it
    wanted  what it should show: drawn when it can be sent, so that a slow terminal costs no drawing
    """

    DEFAULT_CSS = "LivePane { height: 1fr; }"
    ALLOW_SELECT = False
    EMPTY = "Nothing to show yet."
    """Why it is empty, as a rule."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(Widget.auto_links, False)  # the keys in the border look like the rest of it
        self.hint = Content("")
        self.frame: Frame | None = None
        self.shown: CellBuffer | None = None
        self.wanted: CellBuffer | None = None
        self._palette: Palette | None = None
        self._stale = True

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The pane's cells for the frame and the view that it has; only called when `has_content` says so."""
        raise NotImplementedError

    def has_content(self) -> bool:
        """Whether there is anything to draw: a record, as a rule."""
        return self.frame is not None and self.frame.record is not None

    def notice(self) -> str:
        """What an empty pane says: the frame's message, or why it is empty."""
        return (self.frame.message if self.frame is not None else "") or self.EMPTY

    def awaits(self, revealed: Revealed) -> str:
        """In a step that is played in its parts: when what this pane shows comes; empty where it is there."""
        return ""

    @property
    def awaited(self) -> str:
        """The same of the frame."""
        revealed = None if self.frame is None else self.frame.revealed
        return "" if revealed is None or revealed.updated else self.awaits(revealed)

    @property
    def is_ready(self) -> bool:
        """Whether there is anything to draw, and its part of the step has come."""
        return not self.awaited and self.has_content()

    def explanation(self) -> Explanation | None:
        """Where the chosen value comes from; None where there is none."""
        return None

    @property
    def findings(self) -> tuple[str, ...]:
        """What it wants found while it is on the screen, by its names in `findings.FINDERS`."""
        return ()

    def show(self, frame: Frame) -> None:
        """Take the newest frame; `App.paint` brings it to the screen."""
        before, said = self.frame, self._said()
        self.frame = frame
        if before is None or said != self._said() or self.is_news(before):
            self._stale = True
        if said != self._said():
            self.refresh()  # at once: a repaint of what is beside it may ask for lines that it does not write

    def _said(self) -> str | None:
        """What stands in place of cells."""
        return None if self.is_ready else self.awaited or self.notice()

    def is_news(self, before: Frame) -> bool:
        """Whether the pane shows anything else now than with the frame `before`."""
        assert self.frame is not None
        return self.has_content() or self.frame.message != before.message

    def select_layer(self, layer: int) -> None:
        """A layer was chosen, here or in another pane; a pane that shows no layer for itself does not care."""

    def tell_keys(self, hint: Content) -> None:
        """Have the border say so; where it does already, nothing is painted anew."""
        if hint.plain != self.hint.plain:
            self.hint = hint
            self.border_subtitle = hint

    def row_groups(self) -> list[tuple[int, Callable[[], object]]]:
        """Where among its rows a pane has groups that one may jump to, and what does that."""
        return []

    def redraw(self) -> None:
        """The view changed (a cursor, a measure): show it as soon as may be."""
        self._stale = True
        if not self.is_attached:
            return
        if isinstance(self.app, LivePainting):
            self.app.paint_at_once(self)
        else:
            self.repaint()

    @property
    def palette(self) -> Palette:
        """The theme's colours over this pane's background."""
        if self._palette is None:
            self._palette = Palette.from_theme(self.app.theme_variables, self.background_colors[1])
        return self._palette

    def prepare(self) -> bool:
        """Draw what is to be shown, if that is still to be done; whether it was."""
        if not (self._stale and self.owns_cells):
            return False
        assert self.shown is not None
        self.wanted = self.draw(self.shown.width, self.shown.height, self.palette)
        self._stale = False
        return True

    def patch(self, top: int, left: int) -> Patch | None:
        """What changed since the terminal was last painted, at this place; None if nothing did."""
        from vgtui.tui.drawing.cells import changed_cells
        from vgtui.tui.drawing.encode import Patch

        self.prepare()
        if self.shown is None or self.wanted is None:
            return None
        changed = changed_cells(self.shown, self.wanted)
        if not changed.any():
            self.wanted = None
            return None
        return Patch(top, left, self.wanted, changed)

    def painted(self) -> None:
        """What was wanted has been written to the terminal."""
        if self.wanted is not None:
            self.shown, self.wanted = self.wanted, None

    def repaint(self) -> bool:
        """Draw anew and let Textual paint it. Returns whether there was anything to do."""
        if not self._stale and self.wanted is None:
            return False
        self.shown = self.wanted = None
        self.refresh()
        return True

    def forget(self) -> None:
        """The terminal no longer shows this pane: draw it anew when it does."""
        self.shown = self.wanted = None
        self._stale = True

    @property
    def owns_cells(self) -> bool:
        """Whether the terminal shows cells of this pane from which a difference can be taken."""
        return self.shown is not None and self.is_ready

    def render_lines(self, crop: Region) -> list[Strip]:
        """Past the cache of strips, which does not know what was painted past Textual.

        Textual draws the borders, and one line between them: the others have the same left and right end. A scroll
        may have laid it out anew before it is told its size, so that is taken from where it lies.
        """
        forget_cached_strips(self)
        (width, height), gutter = self.region.size, self.gutter
        first, end = max(crop.y, gutter.top), min(crop.bottom, height - gutter.bottom)
        if crop.x or crop.width != width or end - first < MANY_LINES:
            return super().render_lines(crop)
        above = super().render_lines(Region(0, crop.y, width, first + 1 - crop.y))
        below = super().render_lines(Region(0, end, width, crop.bottom - end)) if crop.bottom > end else []
        left, right = above[-1].crop(0, gutter.left), above[-1].crop(width - gutter.right, width)
        size, filters, ground = self.content_size, self.get_line_filters(), self.background_colors[1]
        between = []
        for y in range(first + 1 - gutter.top, end - gutter.top):
            line = self._line(y, *size)
            for one in filters:
                line = line.apply_filter(one, ground)
            between.append(Strip([*left, *line, *right], width))
        return [*above, *between, *below]

    def render_line(self, y: int) -> Strip:
        """A line of what the terminal shows, so that a repaint of any part of it is in step with the rest."""
        return self._line(y, *self.content_size)

    def _line(self, y: int, width: int, height: int) -> Strip:
        said = self._said()
        if said is not None:
            self.shown, self._stale = None, False
            return notice_line(said, y, width, height, self.palette)
        shown = self._shown_at(width, height)
        return strip_of(shown, y) if y < height else Strip.blank(width)

    def draw_ahead(self) -> bool:
        """Draw what is to be painted next; whether that was still to be done."""
        before = self.shown
        return self._said() is None and self._shown_at(*self.content_size) is not before

    def _shown_at(self, width: int, height: int) -> CellBuffer:
        """What the terminal shows, drawn for that size."""
        if self.shown is None or (self.shown.width, self.shown.height) != (width, height):
            self.shown, self.wanted = self.draw(width, height, self.palette), None
            self._stale = False
        return self.shown

    def notify_style_update(self) -> None:
        """A theme, a focus or a class changed: perhaps new colours."""
        super().notify_style_update()
        if self._palette is not None:
            self.call_later(self._recolour)

    def _recolour(self) -> None:
        old, self._palette = self._palette, None
        if self.is_attached and old != self.palette:
            self.redraw()

    def on_mount(self) -> None:
        if isinstance(self.app, LivePainting):
            self.app.add_live_pane(self)

    def on_unmount(self, event: events.Unmount) -> None:
        if isinstance(self.app, LivePainting):
            self.app.remove_live_pane(self)

    def scrolled(self, places: int) -> None:
        """The mouse wheel was turned so far: down is 1, up -1."""

    def on_mouse_scroll_down(self) -> None:
        self.scrolled(1)

    def on_mouse_scroll_up(self) -> None:
        self.scrolled(-1)

    def on_show(self) -> None:
        self.post_message(FindingsWanted())

    def on_hide(self) -> None:
        self.post_message(FindingsWanted())


def wanted_findings(panes: Iterable[LivePane]) -> frozenset[str]:
    """What those of the panes that are displayed want found."""
    panes = (pane for pane in panes if pane.findings)
    shown = (pane for pane in panes if all(node.display for node in pane.ancestors_with_self))
    return frozenset(name for pane in shown for name in pane.findings)


def strip_of(buffer: CellBuffer, y: int) -> Strip:
    """One row of a buffer as Textual's strip."""
    from vgtui.tui.drawing.encode import row_runs

    return Strip([Segment(text, _style(pen)) for text, pen in row_runs(buffer, y)], buffer.width)


def notice_line(message: str, y: int, width: int, height: int, palette: Palette) -> Strip:
    """Line y of a pane that has nothing but a sentence to show: centred, and wrapped where it is long."""
    lines = wrapped(message, max(width - 4, 8))
    row = y - max(0, (height - len(lines)) // 2)
    text = lines[row] if 0 <= row < len(lines) else ""
    return Strip([Segment(text.center(width)[:width], _style((palette.muted, palette.background, 0)))], width)


@lru_cache(maxsize=64)
def wrapped(message: str, width: int) -> tuple[str, ...]:
    """The lines of a text that stays the same for many frames."""
    return tuple(textwrap.wrap(message, max(width, 1)))


@lru_cache(maxsize=4096)
def _style(pen: tuple[int, int, int]) -> Style:
    ink, ground, attributes = pen
    return Style(
        color=rich_colour(ink),
        bgcolor=rich_colour(ground),
        bold=bool(attributes & BOLD),
        dim=bool(attributes & DIM),
        reverse=bool(attributes & REVERSE),
    )
