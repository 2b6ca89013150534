"""The run so far as a curve of bounded length: what the panes Loss and Curves draw."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from vgtui.engine.record import Evaluation, StepRecord
from vgtui.tui.frame import Curve

CAPACITY = 2000

ROOM = 128
"""Points that there is room for at first."""

SHORTEST = 64
"""Points below which a branch's curve is not thinned."""

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
        self._points = np.empty((OWN, ROOM))
        self._length = 0

    @classmethod
    def of(cls, layers: tuple[int, ...], points: np.ndarray) -> CurveRecorder:
        """Of points (OWN + layers, n) as `points` gives them. Raises ValueError for what is none."""
        steps = points[0]
        if points.shape[1] > CAPACITY or len(layers) > LAYERS or list(layers) != sorted(set(layers)):
            raise ValueError("a curve that is none")
        if not np.isfinite(steps).all() or (len(steps) and steps[0] < 0) or (np.diff(steps) <= 0).any():
            raise ValueError("a curve whose steps are out of order")
        self = cls()
        self._layers = layers
        self._length = self._put(points, max(ROOM, points.shape[1]))
        return self

    @property
    def layers(self) -> tuple[int, ...]:
        """Those whose gradient norms are kept."""
        return self._layers

    @property
    def points(self) -> np.ndarray:
        """(OWN + layers, points): a copy."""
        return self._points[:, : self._length].copy()

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""
        return self._points.nbytes

    def copy(self) -> CurveRecorder:
        """A recorder of the same points."""
        return self._first(self._length)

    def append(self, step: int, evaluation: Evaluation, record: StepRecord | None = None) -> None:
        """Add a point; one at the last step takes its place, one before it is known already."""
        if self._length and step < self._points[0, self._length - 1]:
            return
        if self._length and step == self._points[0, self._length - 1]:
            self._points = self._points.copy()
            self._length -= 1
        self._meet(record)
        if self._length == CAPACITY:
            self._length = self._put(self._points[:, ::2], CAPACITY)
        elif self._length == self._points.shape[1]:
            self._put(self._points, min(2 * self._length, CAPACITY))
        self._points[:, self._length] = self._point(step, evaluation, record)
        self._length += 1

    def until(self, step: int) -> CurveRecorder:
        """Another recorder with the points up to `step`, to go on from there."""
        return self._first(self._count(step))

    def thin(self) -> bool:
        """Only every second point, the first and the last; False where it is short already."""
        if self._length < SHORTEST:
            return False
        chosen = [*range(0, self._length - 1, 2), self._length - 1]
        self._length = self._put(self._points[:, chosen], len(chosen))
        return True

    def curve(self, step: int, evaluation: Evaluation | None, record: StepRecord | None = None) -> Curve:
        """The points as they were at `step`, as read-only arrays, ending with what was evaluated there."""
        points = self._points[:, : self._count(step)]
        if evaluation is not None and not (points.shape[1] and points[0, -1] == step):
            points = np.column_stack([points, self._point(step, evaluation, record)])
        points.flags.writeable = False
        return Curve(*points[:OWN], gradients=points[OWN:], layers=self._layers)

    def _first(self, length: int) -> CurveRecorder:
        other = CurveRecorder()
        other._layers = self._layers
        other._length = other._put(self._points[:, :length], max(ROOM, length))
        return other

    def _put(self, points: np.ndarray, room: int) -> int:
        """Take these points, with room for more; how many they are."""
        rows, length = points.shape
        self._points = np.empty((rows, room))
        self._points[:, :length] = points
        return length

    def _count(self, step: int) -> int:
        return int(np.searchsorted(self._points[0, : self._length], step, side="right"))

    def _meet(self, record: StepRecord | None) -> None:
        """Make room for the layers of a network, which may have more or fewer than it had."""
        layers = self._layers if record is None else kept_layers(len(record.names))
        if layers == self._layers:
            return
        points = np.full((OWN + len(layers), self._points.shape[1]), np.nan)
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


class BranchCurves:
    """The curves of all branches, within a budget of bytes where that can be: the oldest are thinned first.

    present  the number of the branch that is under way, whose curve is left alone
    """

    def __init__(self, budget: int, present: int) -> None:
        self.budget = budget
        self._curves: dict[int, CurveRecorder] = {}
        self.present = present

    def copy(self) -> BranchCurves:
        """The same curves a second time."""
        other = BranchCurves(self.budget, self.present)
        other._curves = {branch: curve.copy() for branch, curve in self._curves.items()}
        return other

    def go_to(self, branch: int) -> CurveRecorder:
        """The curve of a branch that is under way from now on; there are sessions that keep none."""
        self.present = branch
        return self._curves.setdefault(branch, CurveRecorder())

    def items(self) -> list[tuple[int, CurveRecorder]]:
        """Every branch that has one, with its curve."""
        return sorted(self._curves.items())

    def take(self, curves: dict[int, CurveRecorder]) -> None:
        """Those of a session, in place of the ones that there are."""
        self._curves.update(curves)
        self._fit()

    def begin(self, branch: int, curve: CurveRecorder, held: Collection[int]) -> None:
        """Another curve for a branch that is under way from now on; those that are not `held` are forgotten."""
        self._curves = {number: kept for number, kept in self._curves.items() if number in held}
        self._curves[branch] = curve
        self.present = branch
        self._fit()

    def limit(self, budget: int) -> None:
        """Stay within another budget from now on."""
        self.budget = budget
        self._fit()

    @property
    def nbytes(self) -> int:
        """Of all of them."""
        return sum(curve.nbytes for curve in self._curves.values())

    def _fit(self) -> None:
        """Thin the oldest first; where all are as short as may be, forget them."""
        others = [self._curves[number] for number in sorted(self._curves) if number != self.present]
        excess = self.nbytes - self.budget
        for curve in others:
            before = curve.nbytes
            while excess > before - curve.nbytes and curve.thin():
                pass
            excess -= before - curve.nbytes
        for number in sorted(self._curves):
            if excess > 0 and number != self.present:
                excess -= self._curves.pop(number).nbytes


def kept_layers(count: int) -> tuple[int, ...]:
    """The layers of a network of so many whose gradient norms are kept: the first and the last among them."""
    if count <= LAYERS:
        return tuple(range(count))
    return tuple(int(layer) for layer in np.round(np.linspace(0, count - 1, LAYERS)))
