"""Matrix products over flat arrays, with offsets and strides. Activations are (batch, features), weights (in, out)."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.tiles import turn


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


@njit(**KERNEL)
def column_sums(a, a0, rows, cols, out, out0):
    """out[:] = the sum of the rows of a (rows, cols)."""
    target = out[out0 : out0 + cols]
    for j in range(cols):
        target[j] = 0.0
    whole = rows - rows % 4
    for r in range(0, whole, 4):
        p = a0 + r * cols
        first = a[p : p + cols]
        second = a[p + cols : p + 2 * cols]
        third = a[p + 2 * cols : p + 3 * cols]
        fourth = a[p + 3 * cols : p + 4 * cols]
        for j in range(cols):
            target[j] += (first[j] + second[j]) + (third[j] + fourth[j])
    for r in range(whole, rows):
        row = a[a0 + r * cols : a0 + (r + 1) * cols]
        for j in range(cols):
            target[j] += row[j]
