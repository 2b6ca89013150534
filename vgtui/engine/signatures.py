"""What compiled functions take and give: how numba, C and Python each see the same arguments."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vgtui.engine.table import HEADER_WIDTH, ROW_WIDTH

NUMBERS = ("float64", "float32")
"""What an arena may be made of."""

OWN = "own"
"""Numbers as the arena has them."""

INTEGER, NUMBER = "int64", "float64"


@dataclass(frozen=True, slots=True)
class Array:
    """An array: to C a pointer, and the size of every axis that is None here."""

    numbers: str
    shape: tuple[int | None, ...] = (None,)

    def passed(self, given: Any, numbers: str) -> Iterator[int]:
        """An array as C takes it. Raises TypeError for one that is not as it is told here."""
        kind = numbers if self.numbers == OWN else self.numbers
        fits = given.ndim == len(self.shape) and all(
            size in (None, actual) for size, actual in zip(self.shape, given.shape, strict=True)
        )
        if given.dtype != kind or not fits or not given.flags.c_contiguous:
            raise TypeError(f"an array {given.dtype} {given.shape} where {self} of {kind} was expected")
        yield given.ctypes.data
        for size, actual in zip(self.shape, given.shape, strict=True):
            if size is None:
                yield actual


ROW = Array(INTEGER, (ROW_WIDTH,))
HEADER = Array(INTEGER, (HEADER_WIDTH,))
ARENA = Array(OWN)
TABLE = Array(INTEGER, (None, ROW_WIDTH))
PAIRS = Array(INTEGER, (None, 2))
INTEGERS = Array(INTEGER)
VECTOR = Array(NUMBER)
MATRIX = Array(NUMBER, (None, None))


@dataclass(frozen=True, slots=True)
class Signature:
    """Arguments and result (None for none) of a compiled function."""

    arguments: tuple[Array | str, ...]
    result: str | None = NUMBER

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

PRODUCT = Signature((ARENA, *[INTEGER] * 16), None)
"""(arena, then what kernels.products.multiply_lines takes)."""

CURVE = Signature((ARENA, ARENA, NUMBER, INTEGER), None)
"""(z, a, alpha, width): an activation over a stretch of rows, which leaves the slopes in the place of z."""

LOSS = Signature((ARENA, ARENA, INTEGER, ARENA))
"""(out, target, width, delta) -> loss."""

OPTIMIZER = Signature((ARENA, ARENA, ARENA, ARENA, VECTOR), None)
"""(p, g, first, second, settings): see kernels.optimizers."""

CELL = Signature((ARENA, *[INTEGER] * 10), None)
"""(arena, then what a cell takes): see kernels.cells."""
