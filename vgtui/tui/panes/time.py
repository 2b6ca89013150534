"""Time gradient: how much of the gradient comes back to every time step of a recurrent layer, and by which gates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import LayerSelected
from vgtui.tui.panes.layers import LayerPane

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.cells import CellComparison
    from vgtui.analysis.explain import Explanation
    from vgtui.engine.record import TimeRecord
    from vgtui.scenario.model import Scenario
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame


class CellsWanted(Message):
    """Three kinds of cell are to be compared in the network as it is now; or, where not `wanted`, no longer."""

    def __init__(self, wanted: bool) -> None:
        super().__init__()
        self.wanted = wanted


class TimePane(LayerPane):
    """Bars over the time steps of one recurrent layer; or the curves of three kinds of cell in its place.

    selected   the chosen layer; step: the chosen time step
    comparing  whether the three kinds are shown
    """

    BINDINGS = bindings_for("time")
    EMPTY = "The gradient through time appears here with the first step."
    NOT_RECURRENT = (
        "No layer of this network goes through time: with an rnn, lstm or gru layer its gradient at every"
        " time step appears here."
    )

    NOT_YET = "The gradient through time comes with the backward pass through this layer."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.step = 0
        self.comparing = False
        self._tell_use()
        self._scale = 0
        self._compared: Scenario | None = None

    def has_content(self) -> bool:
        """Only with a recurrent layer; in a step that is played in its parts, once its gradient has come."""
        if self.frame is None or self.frame.record is None or not self.frame.record.times:
            return False
        revealed = self.frame.revealed
        return revealed is None or not revealed.hides(self.times.layer, "delta_log10")

    def notice(self) -> str:
        """Why there is nothing."""
        if self.frame is not None and self.frame.revealed is not None:
            return self.NOT_YET
        if self.frame is not None and self.frame.record is not None:
            return self.NOT_RECURRENT
        return super().notice()

    def show(self, frame: Frame) -> None:
        """Take the newest frame; another network is compared anew, if there is anything to compare in it."""
        super().show(frame)
        if self.comparing and frame.record is not None and frame.scenario != self._compared:
            self._set_comparing(bool(frame.record.times))

    def explanation(self) -> Explanation | None:
        """Of the gradient at the chosen time step."""
        from vgtui.analysis.explain.layers import hidden_gradient

        return hidden_gradient(self.times, self._step) if self.has_content() else None

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The chosen layer's steps, or the kinds of cell."""
        from vgtui.tui.drawing.cell_kinds import draw_cell_kinds
        from vgtui.tui.drawing.time import SCALES, draw_time

        assert self.frame is not None
        assert self.frame.record is not None
        record, times, scale = self.frame.record, self.times, SCALES[self._scale]
        if self.comparing:
            return draw_cell_kinds(self._comparison, times.layer, record.step, scale, width, height, palette)
        return draw_time(times, record.names[times.layer], self._step, scale, width, height, palette)

    @property
    def times(self) -> TimeRecord:
        """The chosen layer's steps; the first recurrent layer's where the chosen one is none."""
        from vgtui.tui.drawing.through_time import shown_times

        assert self.frame is not None
        assert self.frame.record is not None
        return shown_times(self.frame.record, self.selected)

    @property
    def _step(self) -> int:
        return min(self.step, len(self.times.hidden_log10) - 1)

    @property
    def _comparison(self) -> CellComparison:
        """That of the frame, where it is of this network; else one that has only begun."""
        from vgtui.analysis.cells import CellComparison

        assert self.frame is not None
        assert self.frame.record is not None
        found = self.frame.cells
        if found is not None and found.scenario == self.frame.scenario:
            return found
        return CellComparison(self.frame.scenario, self.frame.record.step, ())

    # ---- choosing

    def action_select_step(self, places: int) -> None:
        """So many time steps later; stops at the ends."""
        if self.has_content():
            last = len(self.times.hidden_log10) - 1
            self._choose_step(max(0, min(self._step + places, last)))

    def action_select_layer(self, places: int) -> None:
        """So many recurrent layers towards the output; stops at the ends."""
        if not self.has_content():
            return
        assert self.frame is not None
        assert self.frame.record is not None
        layers = [times.layer for times in self.frame.record.times]
        place = layers.index(self.times.layer) + places
        layer = layers[max(0, min(place, len(layers) - 1))]
        if layer != self.selected:
            self.post_message(LayerSelected(layer))
            self.select_layer(layer)

    def action_widen(self) -> None:
        """Bars over 14 decades, 70, 350, and 14 again."""
        from vgtui.tui.drawing.time import SCALES

        self._scale = (self._scale + 1) % len(SCALES)
        self.redraw()

    def action_toggle_cells(self) -> None:
        """The three kinds of cell, compared as of now; or this network's own again."""
        if not self.has_content():
            return
        self._set_comparing(not self.comparing)
        self.redraw()

    def scrolled(self, places: int) -> None:
        """Through the recurrent layers; where there is one, through its time steps."""
        assert self.frame is not None
        record = self.frame.record
        if record is not None and len(record.times) == 1:
            self.action_select_step(places)
        else:
            self.action_select_layer(places)

    def on_click(self, event: events.Click) -> None:
        """Choose the time step under the mouse."""
        from vgtui.tui.drawing.bands import Axis

        place = event.get_content_offset(self)
        if place is None or self.comparing or not self.has_content():
            return
        axis = Axis.fitting(len(self.times.hidden_log10), self.content_size.width)
        step = axis.step_at(place.x)
        if step is not None:
            self._choose_step(step)

    def _tell_use(self) -> None:
        own = (("left right", "t"), ("scale", "scale"), ("cells", "three cells"), ("explain", "explain"))
        of_cells = (("scale", "scale"), ("cells", "back"))
        self.tell_keys(hint("time", *(of_cells if self.comparing else own)))

    def _choose_step(self, step: int) -> None:
        if step != self.step:
            self.step = step
            self.redraw()

    def _set_comparing(self, comparing: bool) -> None:
        assert self.frame is not None
        self.comparing, self._compared = comparing, self.frame.scenario
        self._tell_use()
        self.post_message(CellsWanted(comparing))
