"""The run so far as a curve of bounded length: what the Loss pane draws."""

from __future__ import annotations

import numpy as np

from vgtui.engine.record import Evaluation
from vgtui.tui.frame import Curve

CAPACITY = 2000


class CurveRecorder:
    """Points in order of their step; once CAPACITY is reached every second one is dropped.

    A curve that was handed out never changes: points are only ever written behind it, or into a fresh array.
    """

    def __init__(self) -> None:
        self._points = np.empty((5, CAPACITY))
        self._length = 0

    def copy(self) -> CurveRecorder:
        """A recorder of the same points."""
        other = CurveRecorder()
        other._points, other._length = self._points.copy(), self._length
        return other

    def append(self, step: int, evaluation: Evaluation) -> None:
        """Add a point; one at the last step takes its place, one before it is known already."""
        if self._length and step < self._points[0, self._length - 1]:
            return
        if self._length and step == self._points[0, self._length - 1]:
            self._points = self._points.copy()
            self._length -= 1
        if self._length == CAPACITY:
            kept = self._points[:, ::2]
            self._length = kept.shape[1]
            self._points = np.concatenate([kept, np.empty((5, CAPACITY - self._length))], axis=1)
        self._points[:, self._length] = _point(step, evaluation)
        self._length += 1

    def until(self, step: int) -> CurveRecorder:
        """Another recorder with the points up to `step`, to go on from there."""
        other = self.copy()
        other._length = self._count(step)
        return other

    def curve(self, step: int, evaluation: Evaluation | None) -> Curve:
        """The points as they were at `step`, as read-only arrays, ending with what was evaluated there."""
        points = self._points[:, : self._count(step)]
        if evaluation is not None and not (points.shape[1] and points[0, -1] == step):
            points = np.column_stack([points, _point(step, evaluation)])
        points.flags.writeable = False
        return Curve(*points)

    def _count(self, step: int) -> int:
        return int(np.searchsorted(self._points[0, : self._length], step, side="right"))


def _point(step: int, evaluation: Evaluation) -> tuple[float, ...]:
    return (
        step,
        evaluation.train_loss,
        evaluation.test_loss,
        evaluation.train_accuracy,
        evaluation.test_accuracy,
    )
