"""The base of the panes with a row a layer: the keys that choose one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.frame import Frame
from vgtui.tui.panes.base import LayerSelected, LivePane

if TYPE_CHECKING:
    from textual import events


class LayerPane(LivePane):
    """selected: the chosen layer, the same in all such panes."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.selected = 0

    @property
    def chosen_layer(self) -> int:
        """The chosen layer, or the last where there are fewer."""
        return min(self.selected, max(0, self._count() - 1))

    def action_select_layer(self, places: int) -> None:
        """So many layers towards the output; stops at the ends."""
        self.choose_layer(max(0, min(self.chosen_layer + places, self._count() - 1)))

    def layer_at(self, y: int) -> int | None:
        """The layer that row y stands for; None for none, as in a pane without such rows."""
        return None

    def on_click(self, event: events.Click) -> None:
        """Choose the layer of the row that was clicked."""
        place = event.get_content_offset(self)
        layer = None if place is None or not self.has_content() else self.layer_at(place.y)
        if layer is not None:
            self.choose_layer(layer)

    def choose_layer(self, layer: int) -> None:
        """Here and in all other panes."""
        if layer != self.selected:
            self.select_layer(layer)
            self.post_message(LayerSelected(layer))

    def scrolled(self, places: int) -> None:
        """As the arrows do."""
        self.action_select_layer(places)

    def select_layer(self, layer: int) -> None:
        """Show which layer it is."""
        self.selected = layer
        self.redraw()

    def _count(self) -> int:
        record = None if self.frame is None else self.frame.record
        return 0 if record is None else len(record.names)


def entries_of(frame: Frame, layer: int) -> int:
    """Weights of a layer; 0 where it has none."""
    return next((change.total for change in frame.weights if change.layer == layer), 0)
