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

    def append(self, step: int, evaluation: Evaluation) -> None:
        """Add a point; one that is not past the last takes the place of all from there on."""
        self._truncate(step - 1)
        if self._length == CAPACITY:
            kept = self._points[:, ::2]
            self._length = kept.shape[1]
            self._points = np.concatenate([kept, np.empty((5, CAPACITY - self._length))], axis=1)
        self._points[:, self._length] = (
            step,
            evaluation.train_loss,
            evaluation.test_loss,
            evaluation.train_accuracy,
            evaluation.test_accuracy,
        )
        self._length += 1

    def _truncate(self, step: int) -> None:
        """Forget every point past `step`: the run went back before them."""
        kept = int(np.searchsorted(self._points[0, : self._length], step, side="right"))
        if kept < self._length:
            self._points = self._points.copy()
            self._length = kept

    def curve(self) -> Curve:
        """The points as read-only arrays."""
        points = self._points[:, : self._length]
        points.flags.writeable = False
        return Curve(*points)
