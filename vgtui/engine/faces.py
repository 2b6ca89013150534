"""Faces of operations: compiled one by one, only when a program needs them, and called by address.

Every operation has three faces, forward, backward and push (its tangent), and all have one signature, so the
machine calls whatever address an instruction holds and never has to be compiled anew for a new kind of layer.
"""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.core.bytecode import FunctionIdentity
from numba.extending import intrinsic

from vgtui.engine import cache
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.table import HEADER_WIDTH, ROW_WIDTH

NUMBERS = {"float64": types.float64, "float32": types.float32}
"""What an arena may be made of."""

_INTEGERS = types.CPointer(types.int64)
SIGNATURES = {
    name: types.float64(
        _INTEGERS, _INTEGERS, types.CPointer(kind), types.int64, types.float64, types.int64, types.int64
    )
    for name, kind in NUMBERS.items()
}
"""(row, header, arena, numbers in the arena, scale, rows of the batch, flags or exponent) -> float64."""

PRODUCT_SIGNATURES = {
    name: types.void(types.CPointer(kind), *[types.int64] * 13) for name, kind in NUMBERS.items()
}
"""(arena, numbers in the arena, then what kernels.products.multiply_runs takes)."""

_OPTIONS = {name: value for name, value in KERNEL.items() if name != "nogil"}

FunctionIdentity._unique_ids = itertools.count(secrets.randbits(40))
"""numba numbers the functions of a process in the names of their symbols. Kernels that two processes compiled meet
in a third that loads both, where one of two symbols of one name would be called for the other: so every process
counts from a number of its own."""

_ONE_AT_A_TIME = threading.RLock()


class Face:
    """One function; compiled for an arena, or loaded from the cache, when its address is first asked for."""

    known: dict[str, Face] = {}
    listed: dict[str, Face] | None = None
    """Where those that are asked for are only listed: see addressed_by."""

    def __init__(self, function: Callable[..., Any], signatures: dict[str, Any] = SIGNATURES) -> None:
        self._function = function
        self._signatures = signatures
        self._compiled: dict[str, Any] = {}
        self.name = f"{function.__module__}.{function.__name__}"
        Face.known[self.name] = self

    def address(self, numbers: str = "float64") -> int:
        """Where the machine calls it for an arena of these NUMBERS."""
        if Face.listed is not None:
            Face.listed[self.name] = self
            return 0
        if numbers not in self._compiled:
            signature = self._signatures[numbers]
            self._compiled[numbers] = compiled(
                lambda kept: cfunc(signature, cache=kept, **_OPTIONS)(self._function)
            )
        return int(self._compiled[numbers].address)


def addressed_by(work: Callable[[], object]) -> list[Face]:
    """The faces whose addresses are asked for in `work`, without compiling any: none of them can be called."""
    Face.listed = {}
    try:
        work()
        return list(Face.listed.values())
    finally:
        Face.listed = None


def face(function: Callable[..., Any]) -> Face:
    """Make a function of SIGNATURES a face."""
    return Face(function)


class Entry:
    """A function that Python calls: compiled ahead of time for an arena of float64, of float32 when it is needed."""

    def __init__(self, function: Callable[..., Any], examples: tuple[Any, ...], arena: int) -> None:
        self._arguments = [numba.typeof(example) for example in examples]
        self._arena = arena
        self._function = compiled(
            lambda kept: njit(self._signature("float64"), cache=kept, **KERNEL)(function)
        )
        self._ready = {"float64"}

    def _signature(self, numbers: str) -> tuple[Any, ...]:
        arguments = list(self._arguments)
        arguments[self._arena] = types.Array(NUMBERS[numbers], 1, "C")
        return tuple(arguments)

    def prepare(self, numbers: str) -> None:
        """Compile for an arena of these NUMBERS, or load from the cache."""
        if numbers not in self._ready:
            self._function.disable_compile(False)
            self._function.compile(self._signature(numbers))
            self._function.disable_compile()
            self._ready.add(numbers)

    def __call__(self, *arguments: Any) -> Any:
        """Run it; `prepare` comes first."""
        return self._function(*arguments)


def entry(*examples: Any, arena: int) -> Callable[[Callable[..., Any]], Entry]:
    """Make a function one that Python calls, for arguments like `examples`; `arena`: which of them that is."""
    return lambda function: Entry(function, examples, arena)


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
    """Call the face at `address` with row and header (int64 arrays), the arena and three numbers."""
    integer = types.int64
    signature = types.float64(integer, row, header, arena, types.float64, integer, integer)

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        i64, f64 = ir.IntType(64), ir.DoubleType()
        parts = [context.make_array(signature.args[k])(context, builder, given[k]) for k in (1, 2, 3)]
        kinds = [*(part.data.type for part in parts), i64, f64, i64, i64]
        function = builder.inttoptr(given[0], ir.FunctionType(f64, kinds).as_pointer())
        size = builder.extract_value(parts[2].shape, 0)
        return builder.call(function, [*(part.data for part in parts), size, *given[4:]])

    return signature, generate


@intrinsic
def call_product(typing_context, address, arena, *given):  # type: ignore[no-untyped-def]
    """Call the product at `address` with the arena and what kernels.products.multiply_runs takes."""
    signature = types.void(types.int64, arena, types.StarArgTuple([types.int64] * 12))

    def generate(context, builder, signature, given):  # type: ignore[no-untyped-def]
        i64 = ir.IntType(64)
        numbers = context.make_array(signature.args[1])(context, builder, given[1])
        kinds = [numbers.data.type, *[i64] * 13]
        function = builder.inttoptr(given[0], ir.FunctionType(ir.VoidType(), kinds).as_pointer())
        size = builder.extract_value(numbers.shape, 0)
        rest = [builder.extract_value(given[2], k) for k in range(12)]
        builder.call(function, [numbers.data, size, *rest])
        return context.get_dummy_value()

    return signature, generate
