"""Gradient flow: how long the gradient still is in every layer, input to output, or at every time step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.layers import LayerPane, entries_of

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation
    from vgtui.engine.record import StepRecord
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame


class GradientPane(LayerPane):
    """One row a layer, or a time step of a recurrent one; folded to runs where there are more than rows.

    selected  the chosen layer
    measure   the chosen one, an index into `drawing.flow.MEASURES` or THROUGH_TIME
    """

    class SeedsWanted(Message):
        """Networks of other seeds are to be drawn beside this one; or no more."""

    BINDINGS = bindings_for("gradient")
    EMPTY = "The gradient appears here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.measure = 0

    def show(self, frame: Frame) -> None:
        """Take the newest frame; the measure is named with the first numbers, and whenever it is another."""
        super().show(frame)
        if frame.record is not None:
            self._tell_measure()

    @property
    def findings(self) -> tuple[str, ...]:
        """Theory, which speaks of networks as they are drawn."""
        return ("theory",) if self._record is not None and self._record.step == 0 else ()

    def explanation(self) -> Explanation | None:
        """Of the chosen layer's measure, or of the gradient at its first time step."""
        from vgtui.analysis.explain import layers
        from vgtui.tui.drawing.flow import MEASURES
        from vgtui.tui.drawing.through_time import shown_times

        record, frame = self._record, self.frame
        if frame is None or record is None:
            return None
        revealed = frame.revealed
        if revealed is not None and revealed.hides(self.chosen_layer, self._column):
            return None
        if self._through_time:
            return layers.hidden_gradient(shown_times(record, self.selected), 0)
        layer, column = record.layers[self.chosen_layer], MEASURES[self.shown_measure].column
        if column == "delta_log10":
            return layers.delta(record, layer.index)
        if column == "saturated":
            return layers.saturated(layer)
        if not layer.has_weight:
            return None
        if column == "update_ratio":
            return layers.update_ratio(layer)
        return layers.weight_gradient(record, layer.index, entries_of(frame, layer.index))

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The rows of the frame's record."""
        from vgtui.tui.drawing.expected import Expected
        from vgtui.tui.drawing.flow import THROUGH_TIME
        from vgtui.tui.drawing.gradient import draw_gradient
        from vgtui.tui.drawing.through_time import draw_through_time, shown_times

        assert self.frame is not None
        assert self.frame.record is not None
        record = self.frame.record
        measure = self.shown_measure
        revealed = self.frame.revealed
        if measure == THROUGH_TIME and revealed is not None and not revealed.updated:
            measure = 0
        if measure == THROUGH_TIME:
            times = shown_times(record, self.selected)
            return draw_through_time(times, record.names[times.layer], width, height, palette)
        selected = min(self.selected, len(record.names) - 1)
        expected = Expected.of(self.frame)
        return draw_gradient(record, measure, selected, width, height, palette, expected, revealed)

    @property
    def shown_measure(self) -> int:
        """The chosen measure, where the record has it."""
        from vgtui.tui.drawing.flow import offered

        return self.measure if self.measure < len(offered(self._record)) else 0

    def action_select_layer(self, places: int) -> None:
        """So many layers towards the output, through time so many recurrent ones; stops at the ends."""
        layers = self._selectable()
        if layers:
            # what is drawn in place of a layer that is not among them
            instead = 0 if self._through_time else len(layers) - 1
            here = layers.index(self.selected) if self.selected in layers else instead
            self.choose_layer(layers[max(0, min(here + places, len(layers) - 1))])

    def action_cycle_measure(self) -> None:
        """The next of weight gradient, delta, update ratio, saturation and the gradient through time."""
        from vgtui.tui.drawing.flow import offered

        self.measure = (self.shown_measure + 1) % len(offered(self._record))
        self._tell_measure()
        self.redraw()

    def action_seeds(self) -> None:
        """Draw networks of other seeds, give that up, or take their marks away."""
        self.post_message(self.SeedsWanted())

    def layer_at(self, y: int) -> int | None:
        """That of the row; through time there are rows of one layer only."""
        from vgtui.tui.drawing.gradient import layer_at

        if self._record is None or self._through_time:
            return None
        return layer_at(y, len(self._record.names), self.content_size.height)

    @property
    def _record(self) -> StepRecord | None:
        return None if self.frame is None else self.frame.record

    @property
    def _column(self) -> str:
        """What is measured; through time that is there once all of the backward pass is."""
        from vgtui.tui.drawing.flow import MEASURES

        return "update_ratio" if self._through_time else MEASURES[self.shown_measure].column

    @property
    def _through_time(self) -> bool:
        from vgtui.tui.drawing.flow import THROUGH_TIME

        return self.shown_measure == THROUGH_TIME

    def _selectable(self) -> tuple[int, ...]:
        """The layers that the arrows go through."""
        if self._record is None:
            return ()
        if self._through_time:
            return tuple(times.layer for times in self._record.times)
        return tuple(range(len(self._record.names)))

    def _tell_measure(self) -> None:
        from vgtui.tui.drawing.flow import offered

        keys = [("measure", offered(self._record)[self.shown_measure])]
        if not self._through_time or len(self._selectable()) > 1:
            keys.append(("up down", "layer"))
        self.tell_keys(hint("gradient", *keys) + self._legend())

    def _legend(self) -> str:
        """What the marks on the bars are."""
        if self.frame is None or self.frame.record is None or self._through_time:
            return ""
        from vgtui.tui.drawing.expected import Expected, legend, marks
        from vgtui.tui.drawing.flow import MEASURES

        expected = Expected.of(self.frame)
        return legend(expected, marks(expected, self.frame.record, MEASURES[self.shown_measure]))
