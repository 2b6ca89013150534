"""Matrix products over flat arrays, with offsets and strides. Activations are (batch, features), weights (in, out)."""

from __future__ import annotations

from numba import njit

from vgtui.engine.kernels import KERNEL


@njit(**KERNEL)
def _four_rows(a, a0, a_row, a_col, b, b0, c, c0, cols, inner):
    """c[0:4, :] += a[0:4, :] @ b: four rows share every row of b that is loaded."""
    c_0 = c[c0 : c0 + cols]
    c_1 = c[c0 + cols : c0 + 2 * cols]
    c_2 = c[c0 + 2 * cols : c0 + 3 * cols]
    c_3 = c[c0 + 3 * cols : c0 + 4 * cols]
    paired = inner - inner % 2
    for k in range(0, paired, 2):
        p = a0 + k * a_col
        x_0 = a[p]
        x_1 = a[p + a_row]
        x_2 = a[p + 2 * a_row]
        x_3 = a[p + 3 * a_row]
        q = p + a_col
        y_0 = a[q]
        y_1 = a[q + a_row]
        y_2 = a[q + 2 * a_row]
        y_3 = a[q + 3 * a_row]
        b_0 = b[b0 + k * cols : b0 + (k + 1) * cols]
        b_1 = b[b0 + (k + 1) * cols : b0 + (k + 2) * cols]
        for j in range(cols):
            u = b_0[j]
            v = b_1[j]
            c_0[j] += x_0 * u + y_0 * v
            c_1[j] += x_1 * u + y_1 * v
            c_2[j] += x_2 * u + y_2 * v
            c_3[j] += x_3 * u + y_3 * v
    if paired < inner:
        p = a0 + paired * a_col
        x_0 = a[p]
        x_1 = a[p + a_row]
        x_2 = a[p + 2 * a_row]
        x_3 = a[p + 3 * a_row]
        b_0 = b[b0 + paired * cols : b0 + (paired + 1) * cols]
        for j in range(cols):
            u = b_0[j]
            c_0[j] += x_0 * u
            c_1[j] += x_1 * u
            c_2[j] += x_2 * u
            c_3[j] += x_3 * u


@njit(**KERNEL)
def _one_row(a, a0, a_col, b, b0, c, c0, cols, inner):
    """c[0, :] += a[0, :] @ b."""
    c_0 = c[c0 : c0 + cols]
    for k in range(inner):
        x = a[a0 + k * a_col]
        b_0 = b[b0 + k * cols : b0 + (k + 1) * cols]
        for j in range(cols):
            c_0[j] += x * b_0[j]


@njit(**KERNEL)
def multiply_add(a, a0, a_row, a_col, b, b0, c, c0, rows, cols, inner):
    """c += a @ b. c (rows, cols) at c0 and b (inner, cols) at b0 are contiguous; a[r, k] = a[a0 + r a_row + k a_col]."""
    if cols == 1:
        for r in range(rows):
            total = 0.0
            p = a0 + r * a_row
            for k in range(inner):
                total += a[p + k * a_col] * b[b0 + k]
            c[c0 + r] += total
        return
    r = 0
    while r + 4 <= rows:
        _four_rows(a, a0 + r * a_row, a_row, a_col, b, b0, c, c0 + r * cols, cols, inner)
        r += 4
    while r < rows:
        _one_row(a, a0 + r * a_row, a_col, b, b0, c, c0 + r * cols, cols, inner)
        r += 1


@njit(**KERNEL)
def fill_rows(c, c0, rows, row, row0, cols):
    """c[r, :] = row for every r."""
    source = row[row0 : row0 + cols]
    for r in range(rows):
        target = c[c0 + r * cols : c0 + (r + 1) * cols]
        for j in range(cols):
            target[j] = source[j]


@njit(**KERNEL)
def fill(c, c0, count, value):
    """c[c0 : c0 + count] = value."""
    target = c[c0 : c0 + count]
    for i in range(count):
        target[i] = value


@njit(**KERNEL)
def transpose(a, a0, rows, cols, out):
    """out (cols, rows) = a (rows, cols) transposed."""
    for r in range(rows):
        for c in range(cols):
            out[c * rows + r] = a[a0 + r * cols + c]


@njit(**KERNEL)
def column_sums(a, a0, rows, cols, out, out0):
    """out[:] = the sum of the rows of a (rows, cols)."""
    target = out[out0 : out0 + cols]
    for j in range(cols):
        target[j] = 0.0
    for r in range(rows):
        row = a[a0 + r * cols : a0 + (r + 1) * cols]
        for j in range(cols):
            target[j] += row[j]
