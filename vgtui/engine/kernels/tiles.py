"""Tiles of a matrix product, as vector code: R rows by V vectors of the result stay in registers while k runs.

c[r, :] = start[r, :] + sum_k a[r, k] b[k, :]. Every a is broadcast, every row of b is read once a tile. The last
vector is masked, so a tile fits any width up to V vectors and no shape needs a path of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding as llvm

from vgtui.engine.deferred import intrinsic, njit
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.literals import by_precision

_FEATURES = llvm.get_host_cpu_features()
LANES = 8 if _FEATURES.get("avx512f") else 4 if _FEATURES.get("avx2") else 2
"""float64 in a vector of this machine; of float32 twice as many."""
VECTOR_BYTES = 32
"""Of a vector where it is to be the same on every machine."""
TALL = {1: 8, 2: 8, 3: 8} if LANES == 8 else {1: 8, 2: 6, 3: 4}
"""Rows of a tile by its vectors: what 32 (or 16) registers hold."""

Matrix = tuple[tuple[float, ...], ...]


@njit(**GLUE)
def lanes(array):
    """Numbers of this array's precision in a vector."""
    return by_precision(array, LANES, 2 * LANES)


def make_tile(rows: int, vectors: int, *, whole: bool) -> Callable[..., None]:
    """An intrinsic tile(a, a0, a_row, a_col, b, b0, b_row, c, c0, c_row, width, inner, start, s0, s_row, runs, a_run).

    c[r, j] = start[s0 + r s_row + j] + sum over k < inner of a[a0 + r a_row + k a_col] b[b0 + k b_row + j], for
    r < rows and j < width, width within the last of `vectors` vectors. Of several `runs` of inner numbers each,
    those of a begin a_run apart, those of b follow each other. Bounds are not checked.
    """

    @intrinsic
    def tile(
        typing_context: Any, a: Any, a0: Any, a_row: Any, a_col: Any, b: Any, b0: Any, b_row: Any,
        c: Any, c0: Any, c_row: Any, width: Any, inner: Any, start: Any, s0: Any, s_row: Any, runs: Any, a_run: Any,
    ) -> Any:  # fmt: skip
        from vgtui.engine.kernels import vectors as written

        return written.tile(a, rows, vectors, whole)

    return tile


def make_sum_rows(vectors: int, *, whole: bool) -> Callable[..., None]:
    """An intrinsic sum_rows(a, a0, a_row, rows, out, out0, width): out[out0 + j] = the sum of a[a0 + r a_row + j].

    r < rows, and j < width, width within the last of `vectors` vectors of VECTOR_BYTES; if `whole`, all of them.
    """

    @intrinsic
    def sum_rows(
        typing_context: Any, a: Any, a0: Any, a_row: Any, rows: Any, out: Any, out0: Any, width: Any
    ) -> Any:
        from vgtui.engine.kernels import vectors as written

        return written.sum_rows(a, vectors, whole)

    return sum_rows


@intrinsic
def fetch(typing_context: Any, a: Any, place: Any) -> Any:
    """Ask for the line of the cache that a number stands in, and wait for nothing."""
    from vgtui.engine.kernels import vectors

    return vectors.fetch(a)


@intrinsic
def move(typing_context: Any, a: Any, a0: Any, b: Any, b0: Any) -> Any:
    """A vector of numbers at a0, put down at b0."""
    from vgtui.engine.kernels import vectors

    return vectors.move(a)


@intrinsic
def turn(typing_context: Any, a: Any, a0: Any, a_row: Any, b: Any, b0: Any, b_row: Any) -> Any:
    """Four rows of four numbers at a0, a_row apart, become four columns at b0, b_row apart."""
    from vgtui.engine.kernels import vectors

    return vectors.turn(a)


def make_panel(count: int) -> Callable[[Any], Any]:
    """An intrinsic panel(array): as many numbers like the array's as fill the room of `count` float64.

    They stand on the stack of the function, at first undefined.
    """

    @intrinsic
    def panel(typing_context: Any, array: Any) -> Any:
        from vgtui.engine.kernels import vectors

        return vectors.panel(array, count)

    return panel


def make_transform(*stages: Matrix, adds: bool = False) -> Callable[..., None]:
    """An intrinsic transform(a, a0, a_row, a_col, b, b0, b_row, b_col): b = M a M', or += where it `adds`.

    M is the product of the stages, the first of them rightmost. Every entry of a and b is a vector of VECTOR_BYTES.
    """

    @intrinsic
    def transform(
        typing_context: Any, a: Any, a0: Any, a_row: Any, a_col: Any, b: Any, b0: Any, b_row: Any, b_col: Any
    ) -> Any:
        from vgtui.engine.kernels import vectors

        return vectors.transform(a, stages, adds)

    return transform


def make_each(pair: Callable[..., Any]) -> Callable[..., None]:
    """An intrinsic each(z, value, slope, alpha): value[i], slope[i] = pair(z[i], alpha), for arrays of one size.

    They may be one array, but not overlap otherwise. A result takes many steps, each of which waits for the one
    before it: so it goes some vectors at a time, a step of all of them before the next.
    """

    @intrinsic
    def each(typing_context: Any, z: Any, value: Any, slope: Any, alpha: Any) -> Any:
        from vgtui.engine.kernels import vectors

        return vectors.each(typing_context, z, pair)

    return each
