"""Matrix products over flat arrays, with offsets and strides. Activations are (batch, features), weights (in, out)."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL


@njit(**KERNEL)
def fill(c, c0, count, value):
    """c[c0 : c0 + count] = value."""
    target = c[c0 : c0 + count]
    for i in range(count):
        target[i] = value


@njit(**KERNEL)
def transpose(a, a0, rows, cols, out):
    """out (cols, rows) = a (rows, cols) transposed."""
    whole = rows - rows % 4
    for r in range(0, whole, 4):  # four at a time: what is written lies side by side
        for c in range(cols):
            p = a0 + r * cols + c
            q = c * rows + r
            out[q] = a[p]
            out[q + 1] = a[p + cols]
            out[q + 2] = a[p + 2 * cols]
            out[q + 3] = a[p + 3 * cols]
    for r in range(whole, rows):
        for c in range(cols):
            out[c * rows + r] = a[a0 + r * cols + c]


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
