"""The timeline: keyframes of the state, so that any past step is reached again, bit for bit, by replaying a little.

A timeline is a list of segments; every edit starts one. Within a segment the state at any step follows from a
keyframe before it, because batches, rates and noise are functions of the step's number.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vgtui.scenario.model import Scenario

DEFAULT_BUDGET = 256 * 2**20
FIRST_STRIDE = 64


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A state: parameters, both moments, running statistics, and the update at which the moments were zero."""

    parameters: np.ndarray
    moments: np.ndarray
    running: np.ndarray
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
    """Segments and keyframes within a memory budget (bytes); the first keyframe of a segment is never dropped."""

    def __init__(self, budget: int = DEFAULT_BUDGET) -> None:
        self.segments: list[Segment] = []
        self.budget = budget
        self.stride = FIRST_STRIDE
        self.last_step = 0

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
        due = (step // self.stride + 1) * self.stride
        return min([due, *(s.start for s in self.segments if s.start > step)])

    def keep(self, segment: Segment, step: int, take: Callable[[], Snapshot]) -> None:
        """Take a keyframe if one is due, and thin them all where they pass the budget."""
        if step % self.stride == 0 and step not in segment.keyframes:
            snapshot = segment.keyframes[step] = take()
            if sum(len(s.keyframes) for s in self.segments) * snapshot.nbytes > self.budget:
                self._thin()

    def _thin(self) -> None:
        self.stride *= 2
        for segment in self.segments:
            segment.keyframes = {
                k: v for k, v in segment.keyframes.items() if k == segment.start or k % self.stride == 0
            }

    def before(self, step: int) -> tuple[Segment, int, Snapshot]:
        """The segment under which update `step` was made, and the last keyframe in it before that update."""
        segment = next(s for s in reversed(self.segments) if s.start < step)
        keyframe = max(k for k in segment.keyframes if k < step)
        return segment, keyframe, segment.keyframes[keyframe]
