"""The timeline: keyframes of the state, so that any past step is reached again, bit for bit, by replaying a little.

A course is a list of segments; every edit starts one. Within a segment the state at any step follows from a
keyframe before it, because batches, rates and noise are functions of the step's number. An edit before the end of
a course starts another one, which shares the segments of their common past: a branch.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.scenario.model import Scenario

SHORTEST_STRIDE, LONGEST_STRIDE = 64, 256  # steps between two keyframes
REPLAYED = 1 << 22  # numbers that the steps between two keyframes handle, about: some milliseconds
NEWEST = 1 / 4  # of the keyframes: those taken last, which are not thinned
ROOM = 7 / 8  # of the budget: what is held, at most, right after thinning
AROUND = (
    800  # bytes that a snapshot takes beside the numbers in it: four arrays' heads and a place in a table
)
MOST_COURSES = 500  # that are held: more than anybody looks through, and each costs a little at every edit


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
        """Its size in bytes, all in all."""
        return self.parameters.nbytes + self.moments.nbytes + self.running.nbytes + AROUND

    def same_as(self, other: Snapshot) -> bool:
        """Whether it is the other one, number for number."""
        names = ("parameters", "moments", "running", "scaling")
        pairs = [(getattr(self, name), getattr(other, name)) for name in names]
        return self.moments_from == other.moments_from and all(
            np.array_equal(one, two, equal_nan=True) for one, two in pairs
        )


def kept(*rows: np.ndarray) -> np.ndarray:
    """A read-only copy of an array, or of several of one length and type, a row each.

    It lies in bytes of Python's: for arrays of its own of 4 MB and more numpy asks the system for pages of 2 MB, and to
    find so much in one piece may take it ten times as long as to find many small ones, while the network stands still.
    """
    shape = rows[0].shape if len(rows) == 1 else (len(rows), *rows[0].shape)
    return np.ndarray(shape, rows[0].dtype, b"".join(rows))


@dataclass(slots=True, eq=False)
class Segment:
    """A stretch of the run under one scenario. Batches are counted from `base_step`, epochs from `base_epoch`."""

    scenario: Scenario
    start: int
    base_step: int
    base_epoch: float
    initial: np.ndarray  # parameters as first drawn, for comparison
    stride: int  # steps between two keyframes
    keyframes: dict[int, Snapshot] = field(default_factory=dict)

    def due(self, first: int, last: int) -> range:
        """The steps between two, neither of them included, at which a keyframe is due."""
        return range((first // self.stride + 1) * self.stride, last, self.stride)


@dataclass(slots=True, eq=False)
class Course:
    """One way that the run went: its segments from the start to `last_step`. See Branch for the other fields."""

    number: int
    parent: int
    start: int
    segments: list[Segment]
    last_step: int
    loss: float = math.nan

    def end_of(self, segment: Segment) -> int:
        """The last step that this course needs of a segment; -1 where it has no part in it."""
        if segment not in self.segments:
            return -1
        following = self.segments.index(segment) + 1
        return self.segments[following].start if following < len(self.segments) else self.last_step


@dataclass(frozen=True, slots=True)
class Branch:
    """One way that the run went, for whoever chooses among them.

    number     from 1 on, its name for good; parent: the branch that it left, 0 for the first
    start      the step at which it left its parent
    last_step  how far it was run; loss: of the batch of that step, nan where none was made
    scenarios  (step, scenario) of every segment: from which step on which scenario was in force
    """

    number: int
    parent: int
    start: int
    last_step: int
    loss: float
    scenarios: tuple[tuple[int, Scenario], ...]


def stride_of(numbers: int) -> int:
    """Steps between two keyframes of a network that handles so many numbers in a step: a power of two."""
    fitting = 1 << (max(1, REPLAYED // max(numbers, 1)).bit_length() - 1)
    return max(SHORTEST_STRIDE, min(fitting, LONGEST_STRIDE))


class History:
    """The courses of a run and their keyframes, within a memory budget (megabytes of 2**20 bytes).

    A keyframe is taken every 64 to 256 steps, see `stride_of`. Where they pass the budget they are thinned: of all
    but the newest quarter only every second one stays. So every step can be reached, and one step back is near. The
    first keyframe of a segment, which nothing leads to, is never dropped, whatever the budget; where those alone
    pass it, or there are more than MOST_COURSES, the oldest courses are forgotten, but never the present one.
    """

    def __init__(self, megabytes: float = HISTORY_MEGABYTES) -> None:
        if not megabytes > 0:
            raise ValueError(f"a history needs more than {megabytes} megabytes")
        self.present = Course(1, 0, 0, [], 0)
        self.courses = [self.present]
        self.budget = int(megabytes * 2**20)
        self._held = 0
        self.stride = SHORTEST_STRIDE  # of those that are no longer among the newest

    @classmethod
    def of(cls, courses: list[Course], present: Course, megabytes: float) -> History:
        """The history of courses that were saved."""
        self = cls(megabytes)
        self.courses, self.present = courses, present
        self._held = self.nbytes
        return self

    @property
    def segments(self) -> list[Segment]:
        """Those of the present course."""
        return self.present.segments

    @property
    def last_step(self) -> int:
        """The furthest step of the present course."""
        return self.present.last_step

    @property
    def nbytes(self) -> int:
        """Bytes of all keyframes, and of what the segments began with."""
        return sum(
            len(s.keyframes) * s.keyframes[s.start].nbytes + s.initial.nbytes for s in self.all_segments()
        )

    @property
    def fixed_bytes(self) -> int:
        """Bytes of what is never dropped: the first keyframe of every segment of the present course."""
        return sum(s.keyframes[s.start].nbytes + s.initial.nbytes for s in self.segments)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """Every course, in the order in which they began."""
        return tuple(
            Branch(
                c.number,
                c.parent,
                c.start,
                c.last_step,
                c.loss,
                tuple((s.start, s.scenario) for s in c.segments),
            )
            for c in self.courses
        )

    def all_segments(self) -> list[Segment]:
        """Of all courses, each once; those of the present one last."""
        courses = [*(c for c in self.courses if c is not self.present), self.present]
        return list(dict.fromkeys(segment for course in courses for segment in course.segments))

    def copy(self) -> History:
        """Another history of the same past; the snapshots, which nothing changes, are shared."""
        copies = {s: replace(s, keyframes=dict(s.keyframes)) for s in self.all_segments()}
        other = copy.copy(self)
        other.courses = [replace(c, segments=[copies[s] for s in c.segments]) for c in self.courses]
        other.present = other.courses[self.courses.index(self.present)]
        return other

    def begin(self, segment: Segment, snapshot: Snapshot) -> None:
        """Start a segment at its `start`: in the present course at its end, in a new course before that."""
        step = segment.start
        before = [s for s in self.segments if s.start < step]
        if self.last_step > step:
            number = self.courses[-1].number + 1
            self.present = Course(number, self.present.number, step, before, step)
            self.courses.append(self.present)
        segment.keyframes = {step: snapshot}
        self.present.segments = [*before, segment]
        self.present.last_step = step
        self._held = self.nbytes
        self._fit()

    def reached(self, step: int, loss: float) -> None:
        """A step was made on the present course; it may be its furthest."""
        if step >= self.present.last_step:
            self.present.last_step, self.present.loss = step, loss

    def choose(self, number: int) -> None:
        """Make another course the present one. Raises ValueError where there is none of this number."""
        chosen = next((course for course in self.courses if course.number == number), None)
        if chosen is None:
            known = ", ".join(str(course.number) for course in self.courses)
            raise ValueError(f"there is no branch {number}; there are {known}")
        self.present = chosen

    def at(self, step: int) -> Segment:
        """The segment in force after `step` updates."""
        return next(s for s in reversed(self.segments) if s.start <= step)

    def next_stop(self, step: int, goal: int) -> int:
        """The goal of a run from `step` on, or where another segment begins before it."""
        return min([goal, *(s.start for s in self.segments if s.start > step)])

    def keep(self, segment: Segment, step: int, take: Callable[[], Snapshot]) -> None:
        """Take a keyframe if one is due, and thin them where they pass the budget."""
        if step % segment.stride == 0 and step not in segment.keyframes:
            segment.keyframes[step] = taken = take()
            self._held += taken.nbytes
            self._fit()

    def limit(self, megabytes: float) -> None:
        """Stay within another budget from now on."""
        self.budget = int(megabytes * 2**20)
        self._fit()

    def _fit(self) -> None:
        """Stay within the budget, if that can be."""
        if self._held <= self.budget and len(self.courses) <= MOST_COURSES:
            return
        if self._held > self.budget:
            self._thin()
        while len(self.courses) > 1 and (self.nbytes > self.budget or len(self.courses) > MOST_COURSES):
            self._forget(next(course for course in self.courses if course is not self.present))
        self._held = self.nbytes

    def _forget(self, course: Course) -> None:
        """Drop a course, and the keyframes of shared segments that it alone needed."""
        self.courses.remove(course)
        for segment in course.segments:
            end = max(other.end_of(segment) for other in self.courses)
            segment.keyframes = {step: kept for step, kept in segment.keyframes.items() if step <= end}

    def _thin(self) -> None:
        taken = [(segment, step) for segment in self.all_segments() for step in segment.keyframes]
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
