"""Changed cells of the live panes, written once a frame, and never faster than the terminal acknowledges.

Textual repaints dirty regions whole, and its writer blocks the event loop when a link is slow. Here the cell
differences of all visible panes go out in one write, which ends with a request for the cursor's position; the
next frame waits for the answer. What Textual itself paints comes from the same buffers (`LivePane.shown`), so
both keep one truth: what the terminal shows. Everything private of Textual that this takes stands in this
module; where any of it is missing or in doubt, a pane is repainted by a plain `refresh()`.
"""

from __future__ import annotations

import array
import asyncio
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from textual.filter import ANSIToTruecolor

from vgtui.tui.acknowledgement import Acknowledgement
from vgtui.tui.thrift import Thrift

if TYPE_CHECKING:
    from textual import events
    from textual.app import App
    from textual.geometry import Region
    from textual.screen import Screen
    from textual.strip import Strip
    from textual.timer import Timer
    from textual.widget import Widget

    from vgtui.tui.drawing.encode import Patch
    from vgtui.tui.panes.base import LivePane

    Stack = dict[Widget, tuple[Region, Region]]

ASK = "\x1b[6n"
"""Where is the cursor? The answer says that everything before it has been read."""

SYNC_START, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"

RETRY = 0.01
"""Seconds until a frame that had to wait is tried again; an answer tries it at once."""

BREATH = 0.001
"""Seconds between the drawing of some panes and of the next, for whatever else there is to do."""

DRAWN_AT_ONCE = 0.002
"""Seconds of drawing after which no other pane is begun before a breath."""

KEYS_FIRST = 0.03
"""Seconds for which the panes are not drawn while a key waits for its answer: who holds one down sees them too."""

QUEUED_BYTES = 1024
"""Bytes that may still lie in the terminal's output queue when a frame is sent."""

COLOR_SYSTEMS = {
    "standard": ColorSystem.STANDARD,
    "256": ColorSystem.EIGHT_BIT,
    "truecolor": ColorSystem.TRUECOLOR,
    "windows": ColorSystem.WINDOWS,
}


class LiveOutput:
    """Paints the live panes of one app."""

    def __init__(self, app: App[Any]) -> None:
        self.app = app
        self.acknowledgement = Acknowledgement()
        self.is_held = False
        self.thrift = Thrift()
        self.frames = 0
        self.bytes_written = 0
        self._stack: object = None
        self._open: dict[Widget, bool] = {}

    def present(self, panes: Iterable[LivePane], urgent: bool = False) -> bool:
        """Bring what the panes have to show to the terminal. False: not now; try again, or after the answer.

        A pane on a covered screen keeps what it shows. One that is hidden is drawn when it appears.
        """
        if not self.is_ready(urgent):
            return False
        now, driver = time.monotonic(), self._driver()
        direct: list[tuple[LivePane, Region]] = []
        repainted = False
        stack = _visible_widgets(self.app.screen)
        for pane in panes:
            if not pane.is_attached or pane.screen is not self.app.screen:
                continue
            if stack is not None and pane not in stack:
                pane.forget()
            elif driver is not None and stack and pane.owns_cells and self._is_open(pane, stack):
                direct.append((pane, _content(pane, stack)))
            else:
                repainted = pane.repaint() or repainted
        if driver is None:
            return True
        whole = self._paint(driver, direct, now)
        if repainted and self.acknowledgement.sent(now):
            self.app.call_after_refresh(self._ask)
        return whole

    def is_ready(self, urgent: bool = False) -> bool:
        """Whether a frame may be sent now; `urgent` is what answers a key. None while it `is_held`."""
        if self.is_held or _is_half_painted(self.app):
            return False
        driver = self._driver()
        return driver is None or self._may_send(driver, time.monotonic(), urgent)

    def acknowledged(self, event: events.CursorPosition) -> None:
        """The terminal answered: the last frame has been read."""
        waited = self.acknowledgement.waited(time.monotonic())
        if waited is not None:
            self.thrift.took(waited)
        self.acknowledgement.answered()

    def _patches(self, panes: list[tuple[LivePane, Region]]) -> tuple[dict[LivePane, Patch], bool]:
        """What changed, in as many panes as a frame may cost; and whether those are all."""
        patches: dict[LivePane, Patch] = {}
        for number in self.thrift.order(len(panes)):
            if len(patches) == self.thrift.panes:
                return patches, False
            pane, place = panes[number]
            pane.prepare()
            if pane.wanted is not None:
                self.thrift.shades(pane.wanted)
            patch = pane.patch(place.y, place.x)
            if patch is not None:
                patches[pane] = patch
                self.thrift.shown(number, len(panes))
        return patches, True

    def _paint(self, driver: Any, panes: list[tuple[LivePane, Region]], now: float) -> bool:
        """Write the changed cells of panes that lie open on the screen, each with its place there.

        False where something was left for the next frame.
        """
        patches, whole = self._patches(panes)
        if not patches:
            return whole
        from vgtui.tui.drawing.encode import encode

        sequence = encode(list(patches.values()), self.thrift.colours(_color_system(self.app)))
        if not sequence:
            return whole
        for pane in patches:
            pane.painted()
        x, y = self.app.cursor_position
        sequence += f"\x1b[{y + 1};{x + 1}H"
        if getattr(self.app, "_sync_available", False):
            sequence = SYNC_START + sequence + SYNC_END
        if self.acknowledgement.sent(now):
            sequence += ASK
        driver.write(sequence)
        self.frames += 1
        self.bytes_written += len(sequence.encode())
        return whole

    def _ask(self) -> None:
        """After a repaint by Textual: the question that it did not ask."""
        driver = self._driver()
        if driver is None or _queued_writes(driver):
            self.app.set_timer(RETRY, self._ask)
        else:
            driver.write(ASK)

    def _may_send(self, driver: Any, now: float, urgent: bool) -> bool:
        """Whether the writer, the terminal's queue and the terminal itself are done with the last frame."""
        if urgent and self.acknowledgement.has_room_for_a_key:
            return True
        if _queued_writes(driver) or _queued_bytes(driver) > QUEUED_BYTES:
            return False
        if self.acknowledgement.ask_again(now):
            driver.write(ASK)
        return self.acknowledgement.ready(now)

    def _driver(self) -> Any:
        """The terminal's driver if cells may be written past Textual, else None."""
        app = self.app
        driver = getattr(app, "_driver", None)
        if driver is None or app.is_headless or app.is_inline or app.is_web:
            return None
        if (
            getattr(app, "_batch_count", 1)
            or not getattr(app, "_running", False)
            or getattr(app, "_exit", True)
        ):
            return None
        if _queued_writes(driver) is None:
            return None
        filters = app.get_line_filters()
        if not all(isinstance(one, ANSIToTruecolor) for one in filters) or (
            filters and app.current_theme.ansi
        ):
            return None  # Textual changes the colours of its strips on their way
        return driver

    def _is_open(self, pane: Widget, stack: Stack) -> bool:
        """Whether all of the pane is seen, with nothing before it. Remembered until the next layout."""
        if stack is not self._stack:
            self._stack, self._open = stack, {}
        if pane not in self._open:
            self._open[pane] = _lies_open(pane, stack)
        return self._open[pane]


class LivePainting:
    """Mixin for an App with live panes: `paint()` brings them to the screen, at once or as soon as may be."""

    _live_output: LiveOutput | None = None
    _live_retry: Timer | None = None
    _live_waiting = False
    _live_drawing = False

    keys_wait: bool | property = False
    """Whether a key is on its way, which is answered before panes are drawn."""

    @property
    def live_output(self) -> LiveOutput:
        """What paints this app's panes."""
        if self._live_output is None:
            self._live_output = LiveOutput(self)  # type: ignore[arg-type]
            self._live_panes: dict[LivePane, None] = {}
        return self._live_output

    @property
    def is_painting(self) -> bool:
        """Whether something is still to be drawn or sent."""
        return self._live_drawing or self._live_waiting

    @property
    def live_panes(self) -> tuple[LivePane, ...]:
        """Those that are painted."""
        _ = self.live_output
        return tuple(self._live_panes)

    def add_live_pane(self, pane: LivePane) -> None:
        """Paint this pane from now on; it takes itself away when it is unmounted."""
        _ = self.live_output
        self._live_panes[pane] = None

    def remove_live_pane(self, pane: LivePane) -> None:
        """Paint this pane no longer."""
        self._live_panes.pop(pane, None)

    def paint(self) -> None:
        """Show what the panes have to show, now, or as soon as the terminal has read the last frame.

        They are drawn a few at a time: a key never waits for all of them. What is drawn goes out at once.
        """
        if self._live_drawing:
            return
        if not self.live_output.is_ready():
            self._wait()
            return
        self._live_waiting, self._live_drawing = False, True
        self._draw(iter(tuple(self._live_panes)), time.monotonic() + KEYS_FIRST)

    def paint_at_once(self, pane: LivePane) -> None:
        """Show what a key changed in one pane, ahead of what all panes have to show."""
        if not self.live_output.present((pane,), urgent=True):
            self.paint()

    def paint_all(self: Any) -> None:
        """Show everything once more, where the terminal may have lost it."""
        for pane in self.live_panes:
            pane.forget()
        for screen in self.screen_stack:
            screen.refresh()
        self.paint()

    def _draw(self, panes: Iterator[LivePane], keys_first: float) -> None:
        try:
            now = time.monotonic()
            breathes = self.keys_wait and now < keys_first
            while not breathes and (pane := next(panes, None)) is not None:
                breathes = pane.prepare() and time.monotonic() > now + DRAWN_AT_ONCE
            if breathes:
                asyncio.get_running_loop().call_later(BREATH, self._draw, panes, keys_first)
                return
            self._live_drawing = False
            if not self.live_output.present(tuple(self._live_panes)):
                self._wait()
        except Exception as error:
            self._live_drawing = False
            self.call_later(_raise, error)  # type: ignore[attr-defined]  # where Textual sees it

    def _wait(self) -> None:
        self._live_waiting = True
        if self._live_retry is None:
            self._live_retry = self.set_timer(RETRY, self._paint_again)  # type: ignore[attr-defined]

    def _paint_again(self) -> None:
        self._live_retry = None
        if self._live_waiting:
            self.paint()

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """The terminal has read the last frame: what waited for that goes out."""
        self.live_output.acknowledged(event)
        if self._live_waiting:
            self.paint()


def screen_text(app: App[Any]) -> str:
    """What is on the screen, a line a row, without its colours."""
    return "".join(f"{strip.text.rstrip()}\n" for strip in strips_of(app.screen))


def strips_of(screen: Screen[Any]) -> list[Strip]:
    """Every row of a screen as it is drawn."""
    return screen._compositor.render_strips()


def _raise(error: Exception) -> None:
    raise error


def forget_cached_strips(widget: Widget) -> None:
    """Make Textual ask the widget for its lines anew: its cache does not see cells that it did not paint."""
    cache = getattr(widget, "_styles_cache", None)
    if cache is not None:
        cache.clear()


def _visible_widgets(screen: Widget) -> Stack | None:
    """What is on the screen, front to back: (region, clip) of each widget, as it was last laid out.

    `Widget.region` will not do: it may lay the screen out anew, and then Textual misses what has changed.
    """
    return getattr(getattr(screen, "_compositor", None), "visible_widgets", None)


def _content(pane: Widget, stack: Stack) -> Region:
    """Where the cells within the pane's border lie on the screen."""
    return stack[pane][0].shrink(pane.styles.gutter)


def shown_at(widget: Widget, *, content: bool = False) -> Region | None:
    """Where a widget, or what is within its border, was last laid out on its screen; None where it is not seen."""
    stack = _visible_widgets(widget.screen) or {}
    whole = stack[widget][0] if widget in stack else None
    return _content(widget, stack) if content and whole is not None else whole


def _is_half_painted(app: App[Any]) -> bool:
    """Whether pieces of the screen are still to be painted by Textual: where panes lie may not be seen yet."""
    return any(getattr(screen, "is_half_painted", False) for screen in app.screen_stack[-1:])


def _lies_open(pane: Widget, stack: Stack) -> bool:
    content = _content(pane, stack)
    for widget, (region, clip) in stack.items():
        if widget is pane:
            return clip.contains_region(region)
        if region.intersection(clip).overlaps(content):
            return False
    return False


def _color_system(app: App[Any]) -> ColorSystem:
    """As Textual's own strips are rendered: in full colour where the console knows of none."""
    return COLOR_SYSTEMS.get(app.console.color_system or "truecolor", ColorSystem.TRUECOLOR)


def _queued_writes(driver: Any) -> int | None:
    """Writes that the terminal has not taken yet; None where that is not known."""
    return getattr(getattr(driver, "_writer_thread", None), "waiting", None)


def _queued_bytes(driver: Any) -> int:
    """Bytes that wait in the terminal's own queue; 0 where that cannot be known."""
    try:
        import fcntl
        import termios

        count = array.array("i", [0])
        fcntl.ioctl(driver.fileno, termios.TIOCOUTQ, count)
    except (ImportError, AttributeError, OSError):
        return 0
    return count[0]
