"""One array of float64 that holds all that a program works on, and the header that says where each part is.

One array instead of a dozen keeps calls into the compiled floor cheap to make and quick to compile.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine.program import ALIGN, Program
from vgtui.engine.record import MEASURES

(
    CAPACITY,
    LAYERS,
    PARAMETER_COUNT,
    PARAMETERS,
    PREVIOUS,
    GRADIENTS,
    FIRST_MOMENT,
    SECOND_MOMENT,
    RUNNING_STATISTICS,
    WORKSPACE,
    DELTAS,
    TANGENTS,
    SCRATCH,
    TARGETS,
    MEASURED,
    SUMMARY,
    COEFFICIENTS,
) = range(7, 24)
"""Entries of the header after the program's own: rows that fit, layers, parameters, then where each part starts.
PREVIOUS holds the parameters as they were in the latest pass, before its update."""

ACCURACY, GRADIENT_LOG10, CLIP_SCALE = range(3)
"""Entries of the summary: what a step measured besides its layers."""


class Memory:
    """The memory of one program for batches of up to `capacity` rows. Every attribute is a view of `arena`."""

    def __init__(self, program: Program, capacity: int) -> None:
        count, wide = program.parameter_count, program.columns * capacity
        layers = len(program.names)
        sizes = {
            PARAMETERS: count,
            PREVIOUS: count,
            GRADIENTS: count,
            FIRST_MOMENT: count,
            SECOND_MOMENT: count,
            RUNNING_STATISTICS: program.running_count,
            WORKSPACE: wide,
            DELTAS: program.delta_columns * capacity,
            TANGENTS: wide,
            SCRATCH: program.scratch_count,
            TARGETS: program.outputs * capacity,
            MEASURED: layers * len(MEASURES),
            SUMMARY: 3,
            COEFFICIENTS: len(program.coefficients),
        }
        self.header = np.zeros(24, np.int64)
        self.header[: len(program.header)] = program.header
        self.header[[CAPACITY, LAYERS, PARAMETER_COUNT]] = capacity, layers, count
        start = 0
        for entry, size in sizes.items():
            self.header[entry] = start
            start += -(-size // ALIGN) * ALIGN
        self.arena = np.zeros(start)
        self._sizes = sizes
        self.view(COEFFICIENTS)[:] = program.coefficients

    def view(self, entry: int) -> np.ndarray:
        """The part of the arena that a header entry names, flat."""
        start = self.header[entry]
        return self.arena[start : start + self._sizes[entry]]

    @property
    def capacity(self) -> int:
        """Rows that fit."""
        return int(self.header[CAPACITY])

    @property
    def measures(self) -> np.ndarray:
        """(layers, measures) of the latest pass."""
        return self.view(MEASURED).reshape(-1, len(MEASURES))

    def tensor(self, part: int, column: int, rows: int, width: int) -> np.ndarray:
        """A tensor's (rows, width) in WORKSPACE, DELTAS or TANGENTS, by its column offset."""
        start = self.header[part] + column * self.capacity
        return self.arena[start : start + rows * width].reshape(rows, width)
