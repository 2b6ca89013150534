"""Matrix products over flat arrays, with offsets and strides. Activations are (batch, features), weights (in, out)."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import by_precision
from vgtui.engine.kernels.tiles import VECTOR_BYTES, make_sum_rows, turn


@njit(**KERNEL)
def fill(c, c0, count, value):
    """c[c0 : c0 + count] = value."""
    target = c[c0 : c0 + count]
    for i in range(count):
        target[i] = value


@njit(**KERNEL)
def copy_rows(a, a0, rows, cols, out, out_row):
    """out (rows, cols), its rows out_row apart, = a (rows, cols)."""
    for r in range(rows):
        given = a[a0 + r * cols : a0 + (r + 1) * cols]
        into = out[r * out_row : r * out_row + cols]
        for j in range(cols):
            into[j] = given[j]


@njit(**KERNEL)
def transpose(a, a0, a_row, rows, cols, out, out_row):
    """out (cols, rows), its rows out_row apart, = a (rows, cols), its rows a_row apart, transposed.

    Blocks of four by four, then the rest.
    """
    whole_rows = rows - rows % 4
    whole_cols = cols - cols % 4
    for r in range(0, whole_rows, 4):
        for c in range(0, whole_cols, 4):
            turn(a, a0 + r * a_row + c, a_row, out, c * out_row + r, out_row)
    for r in range(rows):
        for c in range(whole_cols if r < whole_rows else 0, cols):
            out[c * out_row + r] = a[a0 + r * a_row + c]


_sum_whole, _sum_two, _sum_one = (
    make_sum_rows(2, whole=True),
    make_sum_rows(2, whole=False),
    make_sum_rows(1, whole=False),
)


@njit(**KERNEL)
def column_sums(a, a0, rows, cols, out, out0):
    """out[:] = the sum of the rows of a (rows, cols), some columns after the other: their sums stay in registers."""
    wide = by_precision(a, VECTOR_BYTES // 8, VECTOR_BYTES // 4)
    for j in range(0, cols, 2 * wide):
        width = min(cols - j, 2 * wide)
        if width == 2 * wide:
            _sum_whole(a, a0 + j, cols, rows, out, out0 + j, width)
        elif width > wide:
            _sum_two(a, a0 + j, cols, rows, out, out0 + j, width)
        else:
            _sum_one(a, a0 + j, cols, rows, out, out0 + j, width)
