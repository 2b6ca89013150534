"""The main screen: the panes of an arrangement side by side where they fit, else one at a time behind tabs."""

from __future__ import annotations

from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from vgtui.scenario.cells import is_recurrent
from vgtui.scenario.library import lesson_after, load_scenario
from vgtui.tui.arrangement import READY, Box, names_of
from vgtui.tui.floor_plan import (
    SMALLEST,
    arranged,
    first_pane,
    is_roomy,
    is_small,
    present,
    room,
    side_by_side,
    state_rows,
    wish_of,
)
from vgtui.tui.frame import Frame
from vgtui.tui.keymap import bindings_for, pane_label, tab_labels
from vgtui.tui.keys import Keys
from vgtui.tui.looks import Looks
from vgtui.tui.memory import Kept
from vgtui.tui.output import LivePainting
from vgtui.tui.panes.base import LayerSelected, LivePane
from vgtui.tui.panes.lesson import LessonStrip
from vgtui.tui.panes.registry import PANES
from vgtui.tui.panes.state import StateLine
from vgtui.tui.panes.tabs import TabStrip
from vgtui.tui.panes.time_bar import TimeBar
from vgtui.tui.piecewise import InPieces
from vgtui.tui.places import Places
from vgtui.tui.rearranging import Rearranging
from vgtui.tui.too_small import Dialogs

SHORT = 18
"""Rows below which there is no lesson beside a pane."""


class Cockpit(Rearranging, InPieces, Screen[None]):
    """The panes, each made once, when it is first displayed; only those that are displayed get frames."""

    AUTO_FOCUS = None
    is_awaited = True
    BLANK = True
    BINDINGS = [binding for binding in bindings_for("app") if "next_pane" in binding.action]
    """Textual's own keys for the focus would go from widget to widget."""

    def __init__(self, frame: Frame, kept: Kept) -> None:
        super().__init__()
        self.panes: dict[str, Widget] = {}
        self._frame = frame
        self._maximised = False
        self._recurrent = is_recurrent(frame.scenario)
        self._guest: str | None = None
        self._layer = 0
        self._boxes: dict[str, Box] = {}
        self.kept = kept
        self.columns = arranged(frame.scenario, kept)
        self.current = first_pane(frame.scenario, self.columns)
        self.state_line = StateLine(id="state")
        self.time_bar = TimeBar(id="time-bar")
        self.lesson = LessonStrip()
        self.places = Places()
        self._dialogs = Dialogs()
        self.keys = Keys()

    def compose(self) -> ComposeResult:
        self._boxes = self._shown_boxes()
        self.places.begin([self._made(name) for name in self._boxes], self._boxes)
        yield self.state_line
        yield self.time_bar
        yield TabStrip({name: tab_labels(name) for name in PANES})
        yield self.places
        yield self.lesson
        yield Static(id="too-small")
        yield self.keys

    def on_mount(self) -> None:
        self.show(self._frame)
        self.go_to(self.current)

    def on_screen_resume(self) -> None:
        """What became of the panes while a dialog covered them."""
        if isinstance(self.app, LivePainting):
            self.call_after_refresh(self.app.paint)

    # ---- the frame

    @property
    def frame(self) -> Frame:
        """The frame that the panes have."""
        return self._frame

    def show(self, frame: Frame) -> None:
        """Hand the newest frame to every pane that is displayed."""
        before, self._frame = self._frame, frame
        if frame.scenario is not before.scenario and self.is_attached:
            if wish_of(frame.scenario.view) != wish_of(before.scenario.view):
                self.columns = arranged(frame.scenario, self.kept)
            self._turn(is_recurrent(frame.scenario))
            self.arrange_panes()
        back = frame.restored is not None and frame.restored is not before.restored
        if frame.restored is not None and back:
            self._restore(frame.restored)
        if frame.loaded and (back or frame.scenario.lesson != self.lesson.pages):
            self._open_lesson(frame)
        for line in (self.state_line, self.time_bar):
            line.show(frame)
        self.keys.tell(frame.status == "running")
        for name in self._boxes:
            self._hand(name)

    @property
    def looks(self) -> Looks:
        """How it stands now."""
        return Looks(
            columns=self.columns,
            pane=self.current,  # type: ignore[arg-type]
            maximised=self._maximised,
            layer=self._layer,
            speed=self.state_line.speed,
            stop=self.lesson.stop,
        )

    def _restore(self, looks: Looks) -> None:
        """Stand as it was left."""
        self.columns = looks.columns or self.columns
        self._maximised, self._guest = looks.maximised, None
        self.state_line.set_speed(looks.speed)
        self.post_message(LayerSelected(looks.layer))
        self.go_to(looks.pane or self.current)

    def _hand(self, name: str) -> None:
        """Give a pane the frame."""
        pane: Any = self.panes[name]
        pane.show(self._frame)

    def _open_lesson(self, frame: Frame) -> None:
        """The scenario's lesson, where a session was left in it."""
        pages, looks = frame.scenario.lesson, frame.restored
        following = lesson_after(pages)
        title = "" if following is None else load_scenario(following).title
        self.lesson.open(pages, title, None if looks is None else looks.stop)

    def look(self, stop: int) -> None:
        """Show what the lesson looks at from that stop on: the last of all that was named up to it."""
        from vgtui.scenario.lesson import stops

        actions = [one.do for one in stops(self.lesson.pages)[: stop + 1]]
        layers = [action.layer for action in actions if action.layer is not None]
        panes = [action.show for action in actions if action.show is not None]
        arrangements = [action.arrangement for action in actions if action.arrangement is not None]
        if arrangements:
            self.columns = READY[arrangements[-1]][1]
            self.arrange_panes()
        if layers:
            self.post_message(LayerSelected(layers[-1]))
        if panes:
            self.go_to(panes[-1])

    def _turn(self, recurrent: bool) -> None:
        """Where the gradient flow goes through time from now on, or no longer, it is looked at there or here."""
        if recurrent != self._recurrent and self.current == ("gradient" if recurrent else "time"):
            self.current = "time" if recurrent else "gradient"
            self.set_focus(None)
        self._recurrent = recurrent

    def on_layer_selected(self, event: LayerSelected) -> None:
        """A layer that is chosen in one pane is the chosen one in the others."""
        self._layer = event.layer
        for pane in self.panes.values():
            if isinstance(pane, LivePane):
                pane.select_layer(event.layer)

    # ---- the layout

    @property
    def present(self) -> tuple[str, ...]:
        """The panes that there is something for; and the current one, which says why there is nothing."""
        return present(self._frame.scenario, self.current)

    @property
    def displayed(self) -> tuple[str, ...]:
        """The panes that are on the screen, column by column."""
        return tuple(self._boxes)

    @property
    def one_at_a_time(self) -> bool:
        """Whether a single pane has the place of all."""
        return self._maximised or not is_roomy(self.app.size)

    def on_resize(self, event: Resize) -> None:
        """Choose the layout for the new size."""
        self.arrange_panes()

    @on(Places.Resized)
    def arrange_panes(self) -> None:
        """Display what is to be displayed, where it belongs."""
        width, height = self.app.size
        small = is_small(self.app.size)
        if small:
            needs = f"needs at least {SMALLEST[0]}x{SMALLEST[1]}, this terminal is {width}x{height}"
            self.query_one("#too-small", Static).update(needs)
        self.set_class(small, "-small")
        self._dialogs.hide(self.app, small)
        self.set_class(height < SHORT, "-short")
        self.set_class(self.one_at_a_time, "-one")
        if self.one_at_a_time:
            self.query_one(TabStrip).mark(self.current, self._turns, width)
        self.state_line.styles.height = state_rows(self._frame.scenario, self.app.size)
        self._display(self._shown_boxes())
        if self.focused is None:  # what was hidden has lost it
            self.call_after_refresh(self._focus_current)

    def _shown_boxes(self) -> dict[str, Box]:
        if self.one_at_a_time:
            return {self.current: Box(0, 0, *self._room())}
        if self.current not in self.lay_out(self._guest):
            self._guest = self.current
        return self.lay_out(self._guest)

    def lay_out(self, guest: str | None) -> dict[str, Box]:
        """The boxes of the panes side by side, a guest in the place of the last."""
        return side_by_side(self.columns, self._frame.scenario, self.current, self._room(), guest)

    def _room(self) -> tuple[int, int]:
        """Cells for the panes; before the first layout, what it will come to."""
        if self.places.room is not None:
            return self.places.room
        return room(self._frame.scenario, self.app.size, tabs=self.one_at_a_time)

    def _display(self, boxes: dict[str, Box]) -> None:
        """Make what is missing, hand it the frame, and lay it out."""
        new = [name for name in boxes if name not in self.panes]
        appearing = [name for name in boxes if name not in self._boxes]
        self._boxes = boxes
        if new:
            self.places.mount(*(self._made(name) for name in new))
        self.places.put(boxes)
        for name in appearing:
            self._hand(name)

    def _made(self, name: str) -> Widget:
        """A pane, for the first time."""
        self.panes[name] = pane = PANES[name].make()
        pane.border_title = pane_label(name)
        if isinstance(pane, LivePane):
            pane.select_layer(self._layer)
        return pane

    # ---- where one is

    def toggle_maximised(self) -> None:
        """Give the focused pane the place of all, or all of them their own again."""
        self._maximised = not self._maximised
        self.arrange_panes()

    def go_to(self, name: str) -> Widget:
        """Focus a pane; where it is not displayed, it is from now on. Returns what has its keys."""
        self.current = name
        self.arrange_panes()
        return self._focus_current()

    def _focus_current(self) -> Widget:
        pane = self.panes[self.current]
        widget = getattr(pane, "ledger", pane)
        self.set_focus(widget)
        return widget

    @property
    def _turns(self) -> tuple[str, ...]:
        """The panes in the order in which they take turns: those displayed, or behind the tabs."""
        if not self.one_at_a_time:
            return self.displayed
        present = self.present
        arranged = tuple(name for name in names_of(self.columns) if name in present)
        return tuple(name for name in present if name in arranged or name == self.current)

    def next_pane(self, places: int) -> None:
        """So many panes on, around."""
        turns = self._turns
        self.go_to(turns[(turns.index(self.current) + places) % len(turns)])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A pane that is focused by the mouse is the current one."""
        for node in event.widget.ancestors_with_self:
            if node.id in PANES and node.id != self.current:
                self.current = node.id
                self.arrange_panes()

    @on(TabStrip.Chosen)
    def _tab(self, event: TabStrip.Chosen) -> None:
        self.go_to(event.pane)
