"""The run so far as a curve of bounded length: what the panes Loss and Curves draw."""

from __future__ import annotations

import numpy as np

from vgtui.engine.record import Evaluation, StepRecord
from vgtui.tui.frame import Curve

CAPACITY = 2000

LAYERS = 64
"""Layers whose gradient norms are kept; of more so many, evenly spaced."""

OWN = 5
"""Rows of a point before the gradient norms: the step, and what was evaluated there."""


class CurveRecorder:
    """Points in order of their step; once CAPACITY is reached every second one is dropped.

    A curve that was handed out never changes: points are only ever written behind it, or into a fresh array.
    """

    def __init__(self) -> None:
        self._layers: tuple[int, ...] = ()
        self._points = np.empty((OWN, CAPACITY))
        self._length = 0

    def copy(self) -> CurveRecorder:
        """A recorder of the same points."""
        other = CurveRecorder()
        other._layers, other._points, other._length = self._layers, self._points.copy(), self._length
        return other

    def append(self, step: int, evaluation: Evaluation, record: StepRecord | None = None) -> None:
        """Add a point; one at the last step takes its place, one before it is known already."""
        if self._length and step < self._points[0, self._length - 1]:
            return
        if self._length and step == self._points[0, self._length - 1]:
            self._points = self._points.copy()
            self._length -= 1
        self._meet(record)
        if self._length == CAPACITY:
            kept = self._points[:, ::2]
            self._length = kept.shape[1]
            self._points = np.concatenate([kept, np.empty((len(kept), CAPACITY - self._length))], axis=1)
        self._points[:, self._length] = self._point(step, evaluation, record)
        self._length += 1

    def until(self, step: int) -> CurveRecorder:
        """Another recorder with the points up to `step`, to go on from there."""
        other = self.copy()
        other._length = self._count(step)
        return other

    def curve(self, step: int, evaluation: Evaluation | None, record: StepRecord | None = None) -> Curve:
        """The points as they were at `step`, as read-only arrays, ending with what was evaluated there."""
        points = self._points[:, : self._count(step)]
        if evaluation is not None and not (points.shape[1] and points[0, -1] == step):
            points = np.column_stack([points, self._point(step, evaluation, record)])
        points.flags.writeable = False
        return Curve(*points[:OWN], gradients=points[OWN:], layers=self._layers)

    def _count(self, step: int) -> int:
        return int(np.searchsorted(self._points[0, : self._length], step, side="right"))

    def _meet(self, record: StepRecord | None) -> None:
        """Make room for the layers of a network, which may have more or fewer than it had."""
        layers = self._layers if record is None else kept_layers(len(record.names))
        if layers == self._layers:
            return
        points = np.full((OWN + len(layers), CAPACITY), np.nan)
        points[:OWN] = self._points[:OWN]
        for place, layer in enumerate(layers):
            if layer in self._layers:
                points[OWN + place] = self._points[OWN + self._layers.index(layer)]
        self._layers, self._points = layers, points

    def _point(self, step: int, evaluation: Evaluation, record: StepRecord | None) -> np.ndarray:
        point = np.full(OWN + len(self._layers), np.nan)
        point[:OWN] = (
            step,
            evaluation.train_loss,
            evaluation.test_loss,
            evaluation.train_accuracy,
            evaluation.test_accuracy,
        )
        if record is not None and kept_layers(len(record.names)) == self._layers:
            point[OWN:] = record.column("weight_grad_log10")[list(self._layers)]
        return point


def kept_layers(count: int) -> tuple[int, ...]:
    """The layers of a network of so many whose gradient norms are kept: the first and the last among them."""
    if count <= LAYERS:
        return tuple(range(count))
    return tuple(int(layer) for layer in np.round(np.linspace(0, count - 1, LAYERS)))
