"""Weights: old against new in every layer; or one layer entry by entry, its gradient beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.hints import hint
from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import FindingsWanted, Looked
from vgtui.tui.panes.finding import FindingPane
from vgtui.tui.panes.layers import LayerPane
from vgtui.tui.panes.weight import WeightChosen

if TYPE_CHECKING:
    from textual import events

    from vgtui.analysis.explain import Explanation
    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.drawing.weight_map import Window
    from vgtui.tui.frame import Frame


class WeightsPane(FindingPane, LayerPane):
    """One row a layer, scrolled to the chosen one where there are more than rows; or a map with a cursor.

    mapped  whether it is the map; cursor: the (row, column) of the entry that is told
    """

    FINDING = "weights"
    BINDINGS = bindings_for("weights")
    EMPTY = "The weights appear here with the first step."
    WEIGHTLESS = "This layer has no weights; [ and ] go to another one."

    class ValueWanted(Message):
        """A value is to be typed for one weight, which is `value` now."""

        def __init__(self, layer: int, row: int, column: int, value: float) -> None:
            super().__init__()
            self.layer, self.row, self.column, self.value = layer, row, column, value

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.mapped = False
        self._tell_use()
        self.cursor = (0, 0)
        self._top = 0

    @property
    def findings(self) -> tuple[str, ...]:
        """The map and its entry are worked out for this pane, the table is not."""
        return (*super().findings, "entry") if self.mapped else ()

    def has_content(self) -> bool:
        """Only with weights."""
        if self.mapped:
            return super().has_content() and self.value.weights.size > 0
        return self.frame is not None and bool(self.frame.weights)

    def notice(self) -> str:
        """Why there are none."""
        if self.mapped and self.found is not None and self.found.value is not None:
            return self.WEIGHTLESS
        return super().notice()

    def is_news(self, before: Frame) -> bool:
        """The table changes with every frame."""
        return super().is_news(before) if self.mapped else self.has_content()

    def explanation(self) -> Explanation | None:
        """Of the entry under the cursor, or in the table of how far the chosen layer has moved."""
        from vgtui.analysis.explain.entry import entry
        from vgtui.analysis.explain.layers import weight_change

        if self.frame is None or not self.has_content():
            return None
        if not self.mapped:
            return weight_change(self.frame.weights[self._row])
        found = self.frame.findings.get("entry")
        place = (self.value.layer, *self._fitted(self.cursor))
        if self._coming or found is None or found.value is None or found.value.place != place:
            return None
        return entry(found.value)

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The table from the layer that was scrolled to, or the map around the cursor."""
        from vgtui.tui.drawing.weights import draw_weights, visible_rows

        assert self.frame is not None
        if self.mapped:
            return self._draw_map(width, height, palette)
        changes, record, shown = self.frame.weights, self.frame.record, visible_rows(height)
        self._top = max(self._row - shown + 1, min(self._top, self._row, len(changes) - shown), 0)
        step = record.step if record is not None else 0
        return draw_weights(changes, step, self._top, width, height, palette, self._row)

    @property
    def _row(self) -> int:
        """The row of the chosen layer; of the last before it where it has no weights."""
        assert self.frame is not None
        return max(0, sum(change.layer <= self.chosen_layer for change in self.frame.weights) - 1)

    def _draw_map(self, width: int, height: int, palette: Palette) -> CellBuffer:
        from vgtui.tui.drawing.weight_map import draw_weight_map

        assert self.frame is not None
        chain, found = self.frame.chain, self.value
        chosen = (chain.row, chain.column) if chain is not None and chain.layer == found.layer else None
        cursor = self._fitted(self.cursor)
        return draw_weight_map(found, cursor, chosen, self.aside, width, height, palette, self._coming)

    @property
    def _coming(self) -> str:
        """When the gradient of the map comes; empty where it is there."""
        revealed = None if self.frame is None else self.frame.revealed
        return "" if revealed is None else revealed.waits_for("It comes", self.value.layer)

    def _fitted(self, cursor: tuple[int, int]) -> tuple[int, int]:
        """The entry nearest to a place that the layer has."""
        rows, columns = self.value.weights.shape
        return max(0, min(cursor[0], rows - 1)), max(0, min(cursor[1], columns - 1))

    # ---- what the keys do

    def action_toggle_map(self) -> None:
        """The map, or the table again."""
        self.mapped = not self.mapped
        self._tell_use()
        self.post_message(FindingsWanted())
        self.redraw()

    def _tell_use(self) -> None:
        table = (("up down", "layer"), ("map", "map"), ("explain", "explain"))
        on_map = (
            ("layer_back layer_next", "layer"),
            ("choose", "choose"),
            ("value", "type"),
            ("map", "table"),
            ("explain", "explain"),
        )
        self.tell_keys(hint("weights", *(on_map if self.mapped else table)))

    def action_move_row(self, places: int) -> None:
        """Choose another layer, or move the cursor."""
        if self.mapped:
            self._go(places, 0)
        elif self.frame is not None and self.frame.weights:
            row = max(0, min(self._row + places, len(self.frame.weights) - 1))
            self.choose_layer(self.frame.weights[row].layer)

    def action_move_column(self, places: int) -> None:
        """Move the cursor across."""
        self._go(0, places)

    def _go(self, rows: int, columns: int) -> None:
        if self.mapped and self.has_content():
            row, column = self._fitted(self.cursor)
            self._put_cursor(self._fitted((row + rows, column + columns)))

    def _put_cursor(self, entry: tuple[int, int]) -> None:
        self.cursor = entry
        self.post_message(Looked(entry=entry))
        self.redraw()

    def action_choose(self) -> None:
        """The entry under the cursor for the chain rule."""
        if not (self.mapped and self.has_content()):
            return
        row, column = self._fitted(self.cursor)
        chain = self.frame.chain if self.frame is not None else None
        self.post_message(WeightChosen.beside(chain, self.value.layer, row, column))

    def action_type_value(self) -> None:
        """Another value for the entry under the cursor."""
        if self.mapped and self.has_content():
            row, column = self._fitted(self.cursor)
            value = float(self.value.weights[row, column])
            self.post_message(self.ValueWanted(self.value.layer, row, column, value))

    def scrolled(self, places: int) -> None:
        """As the arrows do."""
        self.action_move_row(places)

    # ---- the mouse

    @property
    def _window(self) -> Window:
        from vgtui.tui.drawing.weight_map import Window

        size = self.content_size
        return Window.around(self._fitted(self.cursor), self.value.weights.shape, size.width, size.height)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on an entry, and choose it with a second click; in the table choose a layer."""
        place = event.get_content_offset(self)
        if place is None or not self.has_content():
            return
        if not self.mapped:
            self._click_row(place.y)
            return
        entry = self._window.entry_at(place.x, place.y)
        if entry is None:
            return
        again = entry == self._fitted(self.cursor)
        self._put_cursor(entry)
        if again:
            self.action_choose()

    def _click_row(self, y: int) -> None:
        assert self.frame is not None
        number = self._top + y - 1
        if y >= 1 and number < len(self.frame.weights):
            self.choose_layer(self.frame.weights[number].layer)
