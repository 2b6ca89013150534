"""The base of the panes that tell of one weight: the keys that choose it, and the sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from vgtui.tui.frame import Frame
from vgtui.tui.panes.base import LivePane

if TYPE_CHECKING:
    from vgtui.analysis.chain_rule import ChainRule

SAMPLES = 8
"""Samples of a batch that a key goes through: the first ones tell enough."""


class WeightChosen(Message):
    """Another weight is to be told of: in the whole batch or one sample, at one place that shares it or at all."""

    def __init__(
        self, layer: int, row: int, column: int, sample: int | None = None, place: int | None = None
    ) -> None:
        super().__init__()
        self.layer = layer
        self.row = row
        self.column = column
        self.sample = sample
        self.place = place

    @classmethod
    def beside(cls, chain: ChainRule | None, layer: int, row: int, column: int) -> WeightChosen:
        """Another weight, in the sample and at the place of the product that is told now."""
        if chain is None:
            return cls(layer, row, column)
        return cls(layer, row, column, chain.sample, chain.place)


class WeightPane(LivePane):
    """Arrows choose the weight that all such panes tell of."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._asked: tuple[int, int, int] | None = None

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

    @property
    def chosen_layer(self) -> int:
        """That of the weight."""
        chain = None if self.frame is None else self.frame.chain
        return 0 if chain is None else chain.layer

    def action_move_row(self, places: int) -> None:
        """The weight of another output neuron."""
        self._move(0, places, 0)

    def action_move_column(self, places: int) -> None:
        """The weight of another input."""
        self._move(0, 0, places)

    def action_move_layer(self, places: int) -> None:
        """A weight of another layer."""
        self._move(places, 0, 0)

    def scrolled(self, places: int) -> None:
        """As the arrows do."""
        self.action_move_row(places)

    def action_cycle_sample(self) -> None:
        """The whole batch, then its samples one after the other, then the whole batch."""
        chain = self.frame.chain if self.frame is not None else None
        if chain is None:
            return
        following = 0 if chain.sample is None else chain.sample + 1
        sample = None if following >= self._samples() else following
        self.post_message(WeightChosen(chain.layer, chain.row, chain.column, sample, chain.place))

    def action_move_place(self, places: int) -> None:
        """The time steps, or places of an image, that share the weight, one after the other; after the last, all."""
        chain = self.frame.chain if self.frame is not None else None
        if chain is None or not chain.shared:
            return
        following = max(0, (chain.uses if chain.place is None else chain.place) + places)
        place = None if following >= chain.uses else following
        self.post_message(WeightChosen(chain.layer, chain.row, chain.column, chain.sample, place))

    def _samples(self) -> int:
        assert self.frame is not None
        size = self.frame.scenario.training.batch_size
        return min(SAMPLES, size) if isinstance(size, int) else SAMPLES

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
        self.post_message(WeightChosen.beside(chain, layer, row, column))
