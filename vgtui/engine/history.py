"""The timeline: keyframes of the state, so that any past step is reached again, bit for bit, by replaying a little.

A timeline is a list of segments; every edit starts one. Within a segment the state at any step follows from a
keyframe before it, because batches, rates and noise are functions of the step's number.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.scenario.model import Scenario

FIRST_STRIDE = 64  # steps between two keyframes
NEWEST = 1 / 4  # of the keyframes: those taken last, which are not thinned
ROOM = 7 / 8  # of the budget: what is held, at most, right after thinning


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state: parameters, both moments, running statistics, loss scaling (see table), and the update at which the
    moments were zero, those not counted that loss scaling left out.
    """

    parameters: np.ndarray
    moments: np.ndarray
    running: np.ndarray
    scaling: np.ndarray
    moments_from: int

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""
        return self.parameters.nbytes + self.moments.nbytes + self.running.nbytes


@dataclass(slots=True)
class Segment:
    """A stretch of the run under one scenario. Batches are counted from `base_step`, epochs from `base_epoch`."""

    scenario: Scenario
    start: int
    base_step: int
    base_epoch: float
    initial: np.ndarray  # parameters as first drawn, for comparison
    keyframes: dict[int, Snapshot] = field(default_factory=dict)


class History:
    """Segments and keyframes within a memory budget (megabytes of 2**20 bytes).

    A keyframe is taken every FIRST_STRIDE steps. Where they pass the budget they are thinned: of all but the
    newest quarter only every second one stays. So every step can be reached, and one step back is near. The
    first keyframe of a segment, which nothing leads to, is never dropped, whatever the budget.
    """

    def __init__(self, megabytes: float = HISTORY_MEGABYTES) -> None:
        if not megabytes > 0:
            raise ValueError(f"a history needs more than {megabytes} megabytes")
        self.segments: list[Segment] = []
        self.budget = int(megabytes * 2**20)
        self.stride = FIRST_STRIDE  # of those that are no longer among the newest
        self.last_step = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all keyframes."""
        return sum(len(s.keyframes) * s.keyframes[s.start].nbytes for s in self.segments)

    def copy(self) -> History:
        """Another history of the same past; the snapshots, which nothing changes, are shared."""
        other = copy.copy(self)
        other.segments = [replace(segment, keyframes=dict(segment.keyframes)) for segment in self.segments]
        return other

    def begin(self, segment: Segment, snapshot: Snapshot) -> None:
        """Start a segment at its `start`, forgetting all that came after."""
        step = segment.start
        self.segments = [s for s in self.segments if s.start < step]
        for earlier in self.segments:
            earlier.keyframes = {k: v for k, v in earlier.keyframes.items() if k <= step}
        segment.keyframes = {step: snapshot}
        self.segments.append(segment)
        self.last_step = step

    def at(self, step: int) -> Segment:
        """The segment in force after `step` updates."""
        return next(s for s in reversed(self.segments) if s.start <= step)

    def next_stop(self, step: int) -> int:
        """The next step at which a keyframe is due or another segment begins."""
        due = (step // FIRST_STRIDE + 1) * FIRST_STRIDE
        return min([due, *(s.start for s in self.segments if s.start > step)])

    def keep(self, segment: Segment, step: int, take: Callable[[], Snapshot]) -> None:
        """Take a keyframe if one is due, and thin them where they pass the budget."""
        if step % FIRST_STRIDE == 0 and step not in segment.keyframes:
            segment.keyframes[step] = take()
            if self.nbytes > self.budget:
                self._thin()

    def _thin(self) -> None:
        taken = [(segment, step) for segment in self.segments for step in segment.keyframes]
        dropping = [(segment, step) for segment, step in taken if step != segment.start]
        dropping = dropping[: len(dropping) - int(NEWEST * len(dropping))]
        while True:
            for segment, step in dropping:
                if step % self.stride:
                    del segment.keyframes[step]
            dropping = [(segment, step) for segment, step in dropping if step % self.stride == 0]
            if not dropping or self.nbytes <= ROOM * self.budget:
                return
            self.stride *= 2

    def before(self, step: int) -> tuple[Segment, int, Snapshot]:
        """The segment under which update `step` was made, and the last keyframe in it before that update."""
        segment = next(s for s in reversed(self.segments) if s.start < step)
        keyframe = max(k for k in segment.keyframes if k < step)
        return segment, keyframe, segment.keyframes[keyframe]
