"""What compiled functions take and give: how numba, C and Python each see the same arguments."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from vgtui.engine.table import HEADER_WIDTH, ROW_WIDTH

NUMBERS = ("float64", "float32")
"""What an arena may be made of."""

OWN = "own"
"""Numbers as the arena has them."""

INTEGER, NUMBER = "int64", "float64"

KINDS = {name: np.dtype(name) for name in (*NUMBERS, INTEGER)}
"""Made once: to compare with a name makes another at every array."""

KIND_NAMES = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Array:
    """An array: to C a pointer, and the size of every axis that is None here."""

    numbers: str
    shape: tuple[int | None, ...] = (None,)

    def passed(self, given: Any, numbers: str) -> list[int]:
        """An array as C takes it. Raises TypeError for one that is not as it is told here."""
        kind = numbers if self.numbers == OWN else self.numbers
        axes, sizes = self.shape, given.shape
        fits = given.dtype == KINDS[kind] and len(sizes) == len(axes) and given.flags.c_contiguous
        found = [_address(given)]
        for size, actual in zip(axes, sizes, strict=False):
            if size is None:
                found.append(actual)
            elif size != actual:
                fits = False
        if not fits:
            raise TypeError(f"an array {given.dtype} {sizes} where {self} of {kind} was expected")
        return found


def _address(array: np.ndarray) -> int:
    """Where its numbers are. The way by `array.ctypes` takes four times as long."""
    try:
        return ctypes.addressof(ctypes.c_byte.from_buffer(array))
    except (TypeError, ValueError):  # it is read only, or empty
        return int(array.ctypes.data)


ROW = Array(INTEGER, (ROW_WIDTH,))
HEADER = Array(INTEGER, (HEADER_WIDTH,))
ARENA = Array(OWN)
TABLE = Array(INTEGER, (None, ROW_WIDTH))
PAIRS = Array(INTEGER, (None, 2))
INTEGERS = Array(INTEGER)
VECTOR = Array(NUMBER)
MATRIX = Array(NUMBER, (None, None))


@dataclass(frozen=True)
class Signature:
    """Arguments and result (None for none) of a compiled function."""

    arguments: tuple[Array | str, ...]
    result: str | None = NUMBER

    @cached_property
    def own(self) -> int:
        """The place of the first argument that has the arena's numbers."""
        kinds = enumerate(self.arguments)
        return next(place for place, kind in kinds if isinstance(kind, Array) and kind.numbers == OWN)

    def passed(self, arguments: tuple[Any, ...], numbers: str) -> list[Any]:
        """Arguments of Python as C takes them."""
        found: list[Any] = []
        for kind, given in zip(self.arguments, arguments, strict=True):
            found += kind.passed(given, numbers) if isinstance(kind, Array) else (given,)
        return found

    def callable_at(self, address: int) -> Any:
        """The function at an address, for Python to call with what `passed` gives; other threads go on meanwhile."""
        scalars = {INTEGER: ctypes.c_int64, NUMBER: ctypes.c_double, None: None}
        kinds: list[Any] = []
        for kind in self.arguments:
            if isinstance(kind, Array):
                kinds += [ctypes.c_void_p, *[ctypes.c_int64 for size in kind.shape if size is None]]
            else:
                kinds.append(scalars[kind])
        return ctypes.CFUNCTYPE(scalars[self.result], *kinds)(address)


FACE = Signature((ROW, HEADER, ARENA, NUMBER, INTEGER, INTEGER))
"""(row, header, arena, scale, rows of the batch, flags or exponent) -> float64."""

PRODUCT = Signature((ARENA, *[INTEGER] * 22), None)
"""(arena, then what kernels.products takes)."""

CURVE = Signature((ARENA, ARENA, NUMBER, INTEGER), None)
"""(z, a, alpha, width): an activation over a stretch of rows, which leaves the slopes in the place of z."""

LOSS = Signature((ARENA, ARENA, INTEGER, ARENA))
"""(out, target, width, delta) -> loss."""

OPTIMIZER = Signature((ARENA, ARENA, ARENA, ARENA, VECTOR), None)
"""(p, g, first, second, settings): see kernels.optimizers."""

CELL = Signature((ARENA, *[INTEGER] * 10), None)
"""(arena, then what a cell takes): see kernels.cells."""
