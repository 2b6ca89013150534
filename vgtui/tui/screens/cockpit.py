"""The main screen: all panes side by side where they fit, else one at a time behind tabs."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.events import DescendantFocus, Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from vgtui.scenario.cells import is_recurrent
from vgtui.scenario.library import lesson_after, load_scenario
from vgtui.scenario.model import Scenario
from vgtui.tui.frame import Frame
from vgtui.tui.keymap import actions_of, bindings_for, key_names
from vgtui.tui.keys import Keys
from vgtui.tui.panes.chain import ChainPane
from vgtui.tui.panes.gradient import GradientPane, LayerSelected
from vgtui.tui.panes.lesson import LessonStrip
from vgtui.tui.panes.loss import LossPane
from vgtui.tui.panes.network import NetworkPane
from vgtui.tui.panes.state import StateLine
from vgtui.tui.panes.tabs import TabStrip
from vgtui.tui.panes.time import TimePane
from vgtui.tui.panes.time_bar import TimeBar
from vgtui.tui.panes.weights import WeightsPane

ROOMY = (100, 30)
"""Columns and rows from which on all panes are shown at once."""

SMALLEST = (40, 12)
"""Columns and rows below which nothing can be shown."""

SHORT = 18
"""Rows below which there is no lesson beside a pane."""

PLENTY = 36
"""Rows from which on a line more or less does not matter."""

PANES = ("gradient", "chain", "network", "loss", "weights", "time")
"""In the order of their keys."""

LEFT = ("gradient", "time", "chain")
"""Those of the left column, from the top."""


class Cockpit(Screen[None]):
    """The panes, each made once: what changes with the size is only which of them are displayed."""

    AUTO_FOCUS = None
    BINDINGS = [binding for binding in bindings_for("app") if "next_pane" in binding.action]
    """Textual's own keys for the focus would go from widget to widget."""

    def __init__(self, frame: Frame) -> None:
        super().__init__()
        self._frame = frame
        self._current = PANES[0]
        self._maximised = False
        self._recurrent = is_recurrent(frame.scenario)
        if self._recurrent:
            self._current = "time"
        self.state_line = StateLine(id="state")
        self.time_bar = TimeBar(id="time-bar")
        self.lesson = LessonStrip()
        self.network = NetworkPane(frame.scenario)
        self.gradient = GradientPane(id="gradient", classes="pane")
        self.panes: dict[str, Widget] = {
            "gradient": self.gradient,
            "chain": ChainPane(id="chain", classes="pane"),
            "network": self.network,
            "loss": LossPane(id="loss", classes="pane"),
            "weights": WeightsPane(id="weights", classes="pane"),
            "time": TimePane(id="time", classes="pane"),
        }
        for name, label in _labels().items():
            self.panes[name].border_title = label

    def compose(self) -> ComposeResult:
        yield self.state_line
        yield self.time_bar
        yield TabStrip(_labels())
        with Horizontal(id="cockpit"):
            yield Vertical(*(self.panes[name] for name in LEFT), id="left")
            yield Vertical(*(self.panes[name] for name in PANES if name not in LEFT), id="right")
        yield self.lesson
        yield Static(id="too-small")
        yield Keys()

    def on_mount(self) -> None:
        self.show(self._frame)
        self.go_to(self._current)

    # ---- the frame

    @property
    def frame(self) -> Frame:
        """The frame that the panes have."""
        return self._frame

    def show(self, frame: Frame) -> None:
        """Hand the newest frame to every pane."""
        changed = frame.scenario is not self._frame.scenario
        self._frame = frame
        if changed and self.is_attached:
            self._turn(is_recurrent(frame.scenario))
            self._arrange()
        if frame.serial > 0:
            self._open_lesson(frame.scenario)
        for pane in (self.state_line, self.time_bar, *self.panes.values()):
            pane.show(frame)

    def _open_lesson(self, scenario: Scenario) -> None:
        """The scenario's lesson, unless it is open already."""
        if scenario.lesson != self.lesson.pages:
            following = lesson_after(scenario.lesson)
            self.lesson.open(scenario.lesson, "" if following is None else load_scenario(following).title)

    def look(self, stop: int) -> None:
        """Show what the lesson looks at from that stop on: the last layer and pane that were named up to it."""
        from vgtui.scenario.lesson import stops

        actions = [one.do for one in stops(self.lesson.pages)[: stop + 1]]
        layers = [action.layer for action in actions if action.layer is not None]
        panes = [action.show for action in actions if action.show is not None]
        if layers:
            self.on_layer_selected(LayerSelected(layers[-1]))
        if panes:
            self.go_to(panes[-1])

    def _turn(self, recurrent: bool) -> None:
        """Where the gradient flow goes through time from now on, or no longer, it is looked at there or here."""
        if recurrent != self._recurrent and self._current == ("gradient" if recurrent else "time"):
            self._current = "time" if recurrent else "gradient"
            self.set_focus(None)
        self._recurrent = recurrent

    def on_layer_selected(self, event: LayerSelected) -> None:
        """A layer that is chosen in one pane is the chosen one in the other."""
        for pane in (self.panes["gradient"], self.panes["time"]):
            pane.select_layer(event.layer)

    # ---- the layout

    @property
    def present(self) -> tuple[str, ...]:
        """The panes that there is something for; and the current one, which says why there is nothing."""
        return tuple(name for name in PANES if name != "time" or self._recurrent or self._current == "time")

    @property
    def one_at_a_time(self) -> bool:
        """Whether a single pane has the place of all."""
        return self._maximised or self.app.size.width < ROOMY[0] or self.app.size.height < ROOMY[1]

    def on_resize(self, event: Resize) -> None:
        """Choose the layout for the new size."""
        self._arrange()

    def _arrange(self) -> None:
        width, height = self.app.size
        small = width < SMALLEST[0] or height < SMALLEST[1]
        if small:
            needs = f"needs at least {SMALLEST[0]}x{SMALLEST[1]}, this terminal is {width}x{height}"
            self.query_one("#too-small", Static).update(needs)
        self.set_class(small, "-small")
        self.set_class(height < SHORT, "-short")
        self.set_class(self.one_at_a_time, "-one")
        self.set_class("time" in self.present, "-time")
        for name, pane in self.panes.items():
            pane.set_class(name == self._current, "-current")
        self.query_one("#left").set_class(self._current in LEFT, "-current")
        self.query_one("#right").set_class(self._current not in LEFT, "-current")
        self.query_one(TabStrip).mark(self._current, self.present, width - 2)
        self.state_line.styles.height = self._state_rows()
        if self.focused is None:  # what was hidden has lost it
            self.call_after_refresh(self._focus_current)

    def _state_rows(self) -> int:
        """The summary gets a second line where it needs one and rows are plenty."""
        width, height = self.app.size
        return 3 if height >= PLENTY and len(self._frame.scenario.summary) > width - 2 else 2

    def toggle_maximised(self) -> None:
        """Give the focused pane the place of all, or all of them their own again."""
        self._maximised = not self._maximised
        self._arrange()

    def go_to(self, name: str) -> Widget:
        """Focus a pane; where there is only one, it is shown. Returns what has its keys."""
        self._current = name
        self._arrange()
        return self._focus_current()

    def _focus_current(self) -> Widget:
        pane = self.network.ledger if self._current == "network" else self.panes[self._current]
        return pane.focus()

    def next_pane(self, places: int) -> None:
        """So many panes on, around."""
        present = self.present
        self.go_to(present[(present.index(self._current) + places) % len(present)])

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """A pane that is focused by the mouse is the current one."""
        for node in event.widget.ancestors_with_self:
            if node.id in PANES and node.id != self._current:
                self._current = node.id
                self._arrange()

    @on(TabStrip.Chosen)
    def _tab(self, event: TabStrip.Chosen) -> None:
        self.go_to(event.pane)


def _labels() -> dict[str, str]:
    """The panes' titles, each with the key that goes there: `1 Gradient`."""
    keys = {action.action: action for action in actions_of("app")}
    actions = {name: keys[f"pane('{name}')"] for name in PANES}
    return {name: f"{key_names(action)} {action.label}" for name, action in actions.items()}
