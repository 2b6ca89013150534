"""Faces of operations: compiled one by one, only when a program needs them, and called by address.

Every operation has three faces, forward, backward and push (its tangent), and all have one signature, so the
machine calls whatever address an instruction holds and never has to be compiled anew for a new kind of layer.
"""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numba
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.core.bytecode import FunctionIdentity
from numba.extending import intrinsic

from vgtui.engine import cache
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.table import HEADER_WIDTH, ROW_WIDTH

_INTEGERS, _NUMBERS = types.CPointer(types.int64), types.CPointer(types.float64)
SIGNATURE = types.float64(
    _INTEGERS, _INTEGERS, _NUMBERS, types.int64, types.float64, types.int64, types.int64
)
"""(row, header, arena, numbers in the arena, scale, rows of the batch, flags or exponent) -> float64."""

PRODUCT_SIGNATURE = types.void(_NUMBERS, *[types.int64] * 13)
"""(arena, numbers in the arena, then what kernels.products.multiply_runs takes)."""

_OPTIONS = {name: value for name, value in KERNEL.items() if name != "nogil"}

FunctionIdentity._unique_ids = itertools.count(secrets.randbits(40))
"""numba numbers the functions of a process in the names of their symbols. Kernels that two processes compiled meet
in a third that loads both, where one of two symbols of one name would be called for the other: so every process
counts from a number of its own."""

_ONE_AT_A_TIME = threading.RLock()


class Face:
    """One compiled function; compiled, or loaded from the cache, when its address is first asked for."""

    known: dict[str, Face] = {}

    def __init__(self, function: Callable[..., Any], signature: Any = SIGNATURE) -> None:
        self._function = function
        self._signature = signature
        self.name = f"{function.__module__}.{function.__name__}"
        Face.known[self.name] = self

    @cached_property
    def _compiled(self) -> Any:
        return compiled(lambda kept: cfunc(self._signature, cache=kept, **_OPTIONS)(self._function))

    @property
    def address(self) -> int:
        """Where the machine calls it."""
        return int(self._compiled.address)


def face(function: Callable[..., Any]) -> Face:
    """Make a function of SIGNATURE a face."""
    return Face(function)


def entry(*examples: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a function that Python calls, for arguments of the types of `examples`, ahead of time."""
    signature = tuple(numba.typeof(example) for example in examples)

    def compile_entry(function: Callable[..., Any]) -> Callable[..., Any]:
        return compiled(lambda kept: njit(signature, cache=kept, **KERNEL)(function))

    return compile_entry


def compiled(compile_with: Callable[[bool], Any]) -> Any:
    """Compile with the cache of this version's kernels in force, or without one where none can be kept."""
    with _ONE_AT_A_TIME:
        before = numba.config.CACHE_DIR
        kept = cache.prepare()
        if kept:
            numba.config.CACHE_DIR = str(cache.folder())
        try:
            return compile_with(kept)
        finally:
            numba.config.CACHE_DIR = before


@njit(**GLUE)
def arrays(row, header, arena, size):
    """The three pointers that a face is given, as arrays."""
    return carray(row, (ROW_WIDTH,)), carray(header, (HEADER_WIDTH,)), carray(arena, (size,))


@intrinsic
def call(typing_context, address, row, header, arena, scale, rows, flags):  # type: ignore[no-untyped-def]
    """Call the face at `address` with row and header (int64 arrays), arena (a float64 array) and three numbers."""
    integer = types.int64
    signature = types.float64(integer, row, header, arena, types.float64, integer, integer)

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        i64, f64 = ir.IntType(64), ir.DoubleType()
        kinds = [i64.as_pointer(), i64.as_pointer(), f64.as_pointer(), i64, f64, i64, i64]
        function = builder.inttoptr(given[0], ir.FunctionType(f64, kinds).as_pointer())
        parts = [context.make_array(signature.args[k])(context, builder, given[k]) for k in (1, 2, 3)]
        size = builder.extract_value(parts[2].shape, 0)
        return builder.call(function, [*(part.data for part in parts), size, *given[4:]])

    return signature, generate


@intrinsic
def call_product(typing_context, address, arena, *given):  # type: ignore[no-untyped-def]
    """Call the product at `address` with the arena (a float64 array) and what kernels.products.multiply_runs takes."""
    signature = types.void(types.int64, arena, types.StarArgTuple([types.int64] * 12))

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        i64 = ir.IntType(64)
        kinds = [ir.DoubleType().as_pointer(), *[i64] * 13]
        function = builder.inttoptr(given[0], ir.FunctionType(ir.VoidType(), kinds).as_pointer())
        numbers = context.make_array(signature.args[1])(context, builder, given[1])
        size = builder.extract_value(numbers.shape, 0)
        rest = [builder.extract_value(given[2], k) for k in range(12)]
        builder.call(function, [numbers.data, size, *rest])
        return context.get_dummy_value()

    return signature, generate
