"""The chain rule: the product for one weight with its numbers plugged in, and the weight's choice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.keymap import bindings_for
from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from textual import events

    from vgtui.tui.drawing.cells import CellBuffer
    from vgtui.tui.drawing.palette import Palette
    from vgtui.tui.frame import Frame

ENTRY_CHARACTERS = frozenset("0123456789, ")


class WeightChosen(Message):
    """Another weight is to be told of, in the whole batch (`sample` None) or in one sample of it."""

    def __init__(self, layer: int, row: int, column: int, sample: int | None) -> None:
        super().__init__()
        self.layer = layer
        self.row = row
        self.column = column
        self.sample = sample


class ChainPane(LivePane):
    """The product, factor by factor. Arrows choose the weight, or it is typed: layer,row,column."""

    BINDINGS = bindings_for("chain")
    EMPTY = "The product for one weight appears here with the first step."

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.border_subtitle = "↑↓ row · ←→ column · [ ] layer · enter type · v sample"
        self._asked: tuple[int, int, int] | None = None
        self._typed: str | None = None
        self._error = ""

    def has_content(self) -> bool:
        """Only with a product."""
        return self.frame is not None and self.frame.chain is not None

    def draw(self, width: int, height: int, palette: Palette) -> CellBuffer:
        """The product of the frame, and the line in which a weight is typed."""
        from vgtui.tui.drawing.chain import Entry, draw_chain

        assert self.frame is not None
        assert self.frame.chain is not None
        entry = None if self._typed is None else Entry(self._typed, self._error)
        return draw_chain(self.frame.chain, entry, width, height, palette, self.frame.revealed)

    def show(self, frame: Frame) -> None:
        """Take the newest frame; once it tells of the weight that was asked for, nothing is asked any more."""
        super().show(frame)
        chain = frame.chain
        if chain is not None and self._asked == (chain.layer, chain.row, chain.column):
            self._asked = None

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """(output neurons, inputs) of every layer's weight; (0, 0) where a layer has none."""
        if self.frame is None or not self.frame.weights:
            return ()
        totals = {change.layer: change.total for change in self.frame.weights}
        network = enumerate(layer for _, layer in self.frame.scenario.expanded())
        found = ((layer.width or 0, totals.get(number, 0)) for number, layer in network)
        return tuple((rows, total // rows) if rows and total else (0, 0) for rows, total in found)

    # ---- choosing by the keys

    def action_move_row(self, places: int) -> None:
        """The weight of another output neuron."""
        self._move(0, places, 0)

    def action_move_column(self, places: int) -> None:
        """The weight of another input."""
        self._move(0, 0, places)

    def action_move_layer(self, places: int) -> None:
        """A weight of another layer."""
        self._move(places, 0, 0)

    def action_cycle_sample(self) -> None:
        """The whole batch, then its samples one after the other, then the whole batch."""
        chain = self.frame.chain if self.frame is not None else None
        if chain is None:
            return
        following = 0 if chain.sample is None else chain.sample + 1
        sample = None if following >= self._samples() else following
        self.post_message(WeightChosen(chain.layer, chain.row, chain.column, sample))

    def _samples(self) -> int:
        """How many samples `v` goes through: the first ones of a batch tell enough."""
        assert self.frame is not None
        size = self.frame.scenario.training.batch_size
        return min(8, size) if isinstance(size, int) else 8

    def _move(self, layers: int, rows: int, columns: int) -> None:
        chain, shapes = (self.frame.chain, self.shapes) if self.frame is not None else (None, ())
        if chain is None or not shapes:
            return
        layer, row, column = self._asked or (chain.layer, chain.row, chain.column)
        if layers:
            able = [number for number, shape in enumerate(shapes) if shape != (0, 0)]
            ahead = [number for number in able if number >= layer + layers][:1] or able[-1:]
            behind = [number for number in able if number <= layer + layers][-1:] or able[:1]
            layer = (ahead if layers > 0 else behind)[0]
        height, width = shapes[layer]
        row, column = max(0, min(row + rows, height - 1)), max(0, min(column + columns, width - 1))
        self._choose(layer, row, column)

    def _choose(self, layer: int, row: int, column: int) -> None:
        chain = self.frame.chain if self.frame is not None else None
        self._asked = (layer, row, column)
        self.post_message(WeightChosen(layer, row, column, chain.sample if chain is not None else None))

    # ---- choosing by typing

    def action_type_weight(self) -> None:
        """Open the line in which layer,row,column is typed."""
        self._typed, self._error = "", ""
        self.redraw()

    def on_key(self, event: events.Key) -> None:
        """With the line open: digits fill it, backspace shortens it, enter chooses, escape closes it."""
        if self._typed is None or not self.has_content():
            return
        if event.character is not None and event.character in ENTRY_CHARACTERS:
            self._typed, self._error = self._typed + event.character, ""
        elif event.key == "backspace":
            self._typed, self._error = self._typed[:-1], ""
        elif event.key == "escape":
            self._typed = None
        elif event.key == "enter":
            self._choose_typed()
        elif event.character is None:
            return
        event.stop()
        event.prevent_default()
        self.redraw()

    def on_blur(self) -> None:
        """Whoever goes elsewhere does not want to type here."""
        if self._typed is not None:
            self._typed = None
            self.redraw()

    def _choose_typed(self) -> None:
        from vgtui.tui.drawing.chain import parse_weight

        weight = parse_weight(self._typed or "", self.shapes)
        if isinstance(weight, str):
            self._error = weight
        else:
            self._typed = None
            self._choose(*weight)
