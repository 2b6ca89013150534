"""One array of float64 that holds all that a program works on, and the header that says where each part is.

One array instead of a dozen keeps calls into the compiled floor cheap to make and quick to compile.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine import table
from vgtui.engine.compiler import ALIGN
from vgtui.engine.kernels.optimizers import SETTINGS_WIDTH
from vgtui.engine.program import Program
from vgtui.engine.record import MEASURES


class Memory:
    """The memory of one program for batches of up to `capacity` rows. Every attribute is a view of `arena`."""

    def __init__(self, program: Program, capacity: int) -> None:
        count, wide = program.parameter_count, program.columns * capacity
        self._sizes = {
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
            table.SUMMARY: 3,
            table.SETTINGS: SETTINGS_WIDTH,
            table.COEFFICIENTS: len(program.coefficients),
            table.ZEROS: program.widest,
        }
        self.header = program.header.copy()
        self.header[table.CAPACITY] = capacity
        start = 0
        for part, size in self._sizes.items():
            self.header[part] = start
            start += -(-size // ALIGN) * ALIGN
        self.arena = np.zeros(start)
        self.view(table.COEFFICIENTS)[:] = program.coefficients
        self.view(table.MEASURED)[:] = np.nan  # as it stays where there is nothing to measure

    def view(self, part: int) -> np.ndarray:
        """The part of the arena that a header entry names, flat."""
        start = self.header[part]
        return self.arena[start : start + self._sizes[part]]

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
