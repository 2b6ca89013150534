"""Matrix products over flat arrays, with offsets and strides. Activations are (batch, features), weights (in, out)."""

from __future__ import annotations

from numba import njit

from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.tiles import LANES, TALL, make_tile

_TALL_1, _TALL_2, _TALL_3 = TALL[1], TALL[2], TALL[3]
_tall_1, _tall_2, _tall_3 = make_tile(_TALL_1, 1), make_tile(_TALL_2, 2), make_tile(_TALL_3, 3)
_flat_1, _flat_2, _flat_3 = make_tile(2, 1), make_tile(2, 2), make_tile(2, 3)
_line_1, _line_2, _line_3 = make_tile(1, 1), make_tile(1, 2), make_tile(1, 3)
WIDEST = 3 * LANES


@njit(**KERNEL)
def multiply(a, a0, a_row, a_col, b, b0, c, c0, rows, cols, inner, start, s0, s_row):
    """c = start + a @ b. c (rows, cols) at c0 and b (inner, cols) at b0 are contiguous.

    a[r, k] is a[a0 + r a_row + k a_col]; start[r, j] is start[s0 + r s_row + j]: a bias with s_row 0, or c itself.
    """
    if cols == 1:
        for r in range(rows):
            total = 0.0
            p = a0 + r * a_row
            for k in range(inner):
                total += a[p + k * a_col] * b[b0 + k]
            c[c0 + r] = start[s0 + r * s_row] + total
        return
    for j in range(0, cols, WIDEST):
        w = min(WIDEST, cols - j)
        vectors = (w + LANES - 1) // LANES
        tall = _TALL_1 if vectors == 1 else _TALL_2 if vectors == 2 else _TALL_3
        r = 0
        while r < rows:
            p = a0 + r * a_row
            q = c0 + r * cols + j
            s = s0 + r * s_row + j
            if r + tall <= rows:
                if vectors == 1:
                    _tall_1(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                elif vectors == 2:
                    _tall_2(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                else:
                    _tall_3(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                r += tall
            elif r + 2 <= rows:
                if vectors == 1:
                    _flat_1(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                elif vectors == 2:
                    _flat_2(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                else:
                    _flat_3(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                r += 2
            else:
                if vectors == 1:
                    _line_1(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                elif vectors == 2:
                    _line_2(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                else:
                    _line_3(a, p, a_row, a_col, b, b0 + j, cols, c, q, cols, w, inner, start, s, s_row, 1, 0)
                r += 1


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
