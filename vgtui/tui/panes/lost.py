"""Where lost: what takes the gradient at every boundary of layers, or of time steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.layers import LayerPane

if TYPE_CHECKING:
    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame
    from vgtui.tui.microstep import Revealed


class LostPane(FindingPane, LayerPane):
    """through_time: the boundaries between the time steps of a recurrent layer in place of those of layers."""

    FINDING = "lost"
    BINDINGS = bindings_for("lost")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.through_time = False
        self._tell_use()

    def awaits(self, revealed: Revealed) -> str:
        """All of the way back."""
        return revealed.waits_for("What takes the gradient on its way comes", 0)

    def explanation(self) -> Explanation | None:
        """Of the chosen boundary."""
        from vgtui.analysis.explain.findings import boundary
        from vgtui.tui.drawing.lost import chosen_boundary

        if not self.has_content():
            return None
        return boundary(chosen_boundary(self.value, self.chosen_layer, self.through_time))

    def layer_at(self, y: int) -> int | None:
        """That of the row."""
        from vgtui.tui.drawing.lost import layer_at

        return None if self.through_time else layer_at(self.value, y, self.content_size.height)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """A stack of parts for every boundary."""
        from vgtui.tui.drawing.lost import draw_lost

        return draw_lost(self.value, self.chosen_layer, self.through_time, self.aside, width, height, palette)

    def show(self, frame: Frame) -> None:
        """Take the newest frame; the border says whether there is a way through time."""
        super().show(frame)
        self._tell_use()

    def _tell_use(self) -> None:
        keys = [("up down", "layer"), ("explain", "explain")]
        if self.has_content() and self.value.through_time:
            keys.insert(0, ("time", "layers" if self.through_time else "through time"))
        self.tell_keys(hint("lost", *keys))

    def action_toggle_time(self) -> None:
        """Through time, or from layer to layer."""
        if self.has_content() and self.value.through_time:
            self.through_time = not self.through_time
            self._tell_use()
            self.redraw()
