"""Curves: losses, accuracies and the gradient norms of chosen layers over the steps of the run."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.layers import LayerPane, entries_of

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.curves import Line
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame

MEASURES = ("loss", "accuracy", "gradient norms")

INTERVAL = 0.5
"""Seconds from one figure of a run to the next."""


class CurvesPane(LayerPane):
    """measure: which of MEASURES; pinned: layers whose gradient is shown, beside the selected one."""

    BINDINGS = bindings_for("curves")
    EMPTY = "The curves appear here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.tell_keys(
            hint("curves", ("measure", "measure"), ("log", "log"), ("up down", "layer"), ("keep", "keep"))
        )
        self.measure = "loss"
        self.pinned: frozenset[int] | None = None
        self._logarithmic = dict(zip(MEASURES, (False, False, True), strict=True))
        self._drawn_at = 0.0

    def has_content(self) -> bool:
        """Once what draws figures is loaded: the event loop must not be the first to import it."""
        return super().has_content() and self.frame is not None and self.frame.loaded

    def is_news(self, before: Frame) -> bool:
        """While it runs, twice a second."""
        assert self.frame is not None
        running = self.frame.status == before.status == "running"
        return super().is_news(before) and not (running and monotonic() - self._drawn_at < INTERVAL)

    @property
    def shown_layers(self) -> tuple[int, ...]:
        """The first, the middle and the last until others are kept; and the selected one."""
        count = self._count()
        kept = {0, count // 2, count - 1} if self.pinned is None else self.pinned
        return tuple(sorted({*kept, self.chosen_layer} & set(range(count))))

    def explanation(self) -> Explanation | None:
        """Of the newest training loss, or of the chosen layer's gradient."""
        from vgtui.analysis.explain.layers import weight_gradient
        from vgtui.analysis.explain.loss import training_loss

        frame = self.frame
        if frame is None or frame.record is None or frame.evaluation is None or self.measure == "accuracy":
            return None
        if self.measure == "loss":
            return training_loss(frame.evaluation, frame.scenario)
        layer = self.chosen_layer
        if layer in self._hidden:
            return None
        return weight_gradient(frame.record, layer, entries_of(frame, layer))

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The figure of the chosen measure."""
        from vgtui.tui.drawing.curves import draw_curves

        assert self.frame is not None
        self._drawn_at = monotonic()
        title = self.measure
        return draw_curves(
            title,
            self.frame.curve.step,
            self._lines(),
            self._logarithmic[title],
            width,
            height,
            palette,
        )

    def _lines(self) -> list[Line]:
        from vgtui.tui.drawing.curves import accuracy_lines, gradient_lines, loss_lines

        assert self.frame is not None
        curve = self.frame.curve
        if self.measure == "gradient norms":
            return gradient_lines(curve, self.shown_layers, self._hidden)
        return loss_lines(curve) if self.measure == "loss" else accuracy_lines(curve)

    @property
    def _hidden(self) -> frozenset[int]:
        """The layers whose gradient at this step is still to come."""
        revealed = None if self.frame is None else self.frame.revealed
        layers = self.shown_layers if revealed is not None else ()
        return frozenset(layer for layer in layers if revealed.hides(layer, "weight_grad_log10"))

    def on_click(self, event: events.Click) -> None:
        """Another measure, or another scale, where those stand; in the legend, the layer of a curve."""
        from vgtui.tui.drawing.curves import line_at

        place = event.get_content_offset(self)
        if place is None or not self.has_content():
            return
        if place.y == 0 and place.x < len(self.measure):
            self.action_cycle_measure()
        elif place.y == 0:
            self.action_toggle_log()
        elif place.y == 1:
            line = line_at(place.x, self._lines(), self.content_size.width)
            if line is not None and line.layer is not None:
                self.choose_layer(line.layer)

    def action_cycle_measure(self) -> None:
        """Loss, accuracy, gradient norms."""
        self.measure = MEASURES[(MEASURES.index(self.measure) + 1) % len(MEASURES)]
        self.redraw()

    def action_toggle_log(self) -> None:
        """Logarithmic, or linear."""
        self._logarithmic[self.measure] = not self._logarithmic[self.measure]
        self.redraw()

    def action_keep_layer(self) -> None:
        """Keep the curve of the selected layer, or no longer."""
        kept = frozenset() if self.pinned is None else self.pinned
        self.pinned = kept ^ {self.chosen_layer}
        self.measure = "gradient norms"
        self.redraw()
