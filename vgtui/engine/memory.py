"""One array that holds all that a program works on, and the header that says where each part is.

One array instead of a dozen keeps calls into the compiled floor cheap to make and quick to compile.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine import table
from vgtui.engine.kernels.observe import SUMS
from vgtui.engine.kernels.optimizers import SETTINGS_WIDTH
from vgtui.engine.program import Program
from vgtui.engine.record import MEASURES

LINE = 64
"""Bytes at which parts begin: a line of the cache."""

KEPT = 8
"""Numbers for each parameter that are kept outside of the arena: drawn, in the first keyframe and in one more."""


def needed_bytes(program: Program, capacity: int) -> int:
    """Of the arena, before there is one, with what is kept beside it: the first draw, and copies of the state."""
    count = program.parameter_count
    return sum(_sizes(program, capacity).values()) * np.dtype(program.numbers).itemsize + KEPT * 8 * count


def _sizes(program: Program, capacity: int) -> dict[int, int]:
    """How many numbers each part holds."""
    count, wide = program.parameter_count, program.columns * capacity
    return {
        table.PARAMETERS: count,
        table.PREVIOUS: count,
        table.GRADIENTS: count,
        table.FIRST_MOMENT: count,
        table.SECOND_MOMENT: count,
        table.RUNNING_STATISTICS: program.running_count,
        table.WORKSPACE: wide,
        table.DELTAS: program.delta_columns * capacity,
        table.TANGENTS: wide,
        table.SCRATCH: program.scratch_count,
        table.TARGETS: program.outputs * capacity,
        table.MEASURED: len(program.names) * len(MEASURES),
        table.SUMMARY: table.SUMMARY_WIDTH,
        table.SETTINGS: SETTINGS_WIDTH,
        table.COEFFICIENTS: len(program.coefficients),
        table.ZEROS: program.widest,
        table.SUMS: SUMS,
        table.TIMES: program.time_count,
        table.SCALING: table.SCALING_WIDTH,
        table.READ: count if _rounds(program.header) else 0,
    }


def _rounds(header: np.ndarray) -> bool:
    return bool(header[table.FORMAT] != table.FULL)


def _aligned(count: int) -> np.ndarray:
    """So many bytes of 0 that begin a line of the cache: vectors that lie across two lines take twice as long."""
    room = np.zeros(count + LINE, np.uint8)
    first = -room.ctypes.data % LINE
    return room[first : first + count]


class Memory:
    """The memory of one program for batches of up to `capacity` rows. Every attribute is a view of `arena`."""

    def __init__(self, program: Program, capacity: int) -> None:
        self.header = program.header.copy()
        self._sizes = _sizes(program, capacity)
        self.header[table.CAPACITY] = capacity
        start = 0
        for part in sorted(self._sizes, key=lambda part: part not in table.EXACT):
            numbers = np.dtype(np.float64 if part in table.EXACT else program.numbers)
            self.header[part] = start // numbers.itemsize
            start += -(-self._sizes[part] * numbers.itemsize // LINE) * LINE
        self.header[table.WAS_READ] = self.header[table.READ if self.rounds else table.PREVIOUS]
        if not self.rounds:
            self.header[table.READ] = self.header[table.PARAMETERS]
        self.arena = _aligned(start).view(program.numbers)
        self._views = {part: self._part(part) for part in self._sizes}
        self.view(table.COEFFICIENTS)[:] = program.coefficients
        self.view(table.MEASURED)[:] = np.nan  # as it stays where there is nothing to measure

    def view(self, part: int) -> np.ndarray:
        """The part of the arena that a header entry names, flat."""
        return self._views[part]

    def _part(self, part: int) -> np.ndarray:
        start = self.header[part]
        arena = self.arena.view(np.float64) if part in table.EXACT else self.arena
        return arena[start : start + self._sizes[part]]

    @property
    def rounds(self) -> bool:
        """Whether what a pass stores is rounded to a 16-bit format."""
        return _rounds(self.header)

    @property
    def passed(self) -> np.ndarray:
        """The parameters as the latest pass read them, flat."""
        return self.view(table.READ if self.rounds else table.PREVIOUS)

    @property
    def capacity(self) -> int:
        """Rows that fit."""
        return int(self.header[table.CAPACITY])

    @property
    def measures(self) -> np.ndarray:
        """(layers, measures) of the latest pass."""
        return self.view(table.MEASURED).reshape(-1, len(MEASURES))

    def tensor(self, part: int, column: int, rows: int, width: int) -> np.ndarray:
        """A tensor's (rows, width) in WORKSPACE, DELTAS or TANGENTS, by its column offset."""
        start = self.header[part] + column * self.capacity
        return self.arena[start : start + rows * width].reshape(rows, width)
