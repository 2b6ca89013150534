"""The matrix product that every layer is made of: compiled once, and called by address like a face.

c = start + a @ b over one flat array. b (inner, cols) stands in rows b_row apart, c (rows, cols) is contiguous;
a[r, k] stands at a0 + r a_row + k a_col, start[r, j] at s0 + r s_row + j: a bias with s_row 0, or c itself. The
columns of a may be several `runs` of `inner` numbers each that begin a_run apart (what a row of a convolution's
kernel sees lies side by side); the rows of b follow each other. The same may be made of several `lines` of a at
once, which begin a_line apart (a row of places after the other): those of c follow each other, and of start, s_row
rows apart.

The processor computes faster than its memory gives: while tiles are made, the numbers from `ahead` to `until`, which
whoever comes next will read or write, are asked for.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine import signatures
from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face, call_product
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels.tiles import LANES, TALL, fetch, lanes, make_panel, make_tile, turn
from vgtui.engine.table import PRODUCT_FACE

DEPTH = 256  # rows of b in a packed panel: what the first cache holds
TURNED = 128  # columns of c from which columns of a are turned to rows first, half as many at once
APART = (
    DEPTH // 2 + 8
)  # numbers from one turned row to the next: were it a power of two, they would share few sets
BLOCK = 128  # rows of a that go over every panel, while they are in the second cache
EVEN = 12  # rows of a from which tiles two vectors wide are tall
PACKED, MANY = 4096, 48  # numbers of b, and rows of a, from which packing pays
LINE = 8  # numbers of float64 in a line of the cache
LONG = 64  # numbers from which a row times a column does better alone than as a tile

_panel, _block = make_panel(DEPTH * 3 * LANES), make_panel(BLOCK * APART)
_tiles = {
    (rows, vectors): make_tile(rows, vectors) for vectors in (1, 2, 3) for rows in {TALL[vectors], 4, 2, 1}
}


def _ladder(vectors):
    """strip(...): all rows of c, one panel of so many vectors wide, by the tallest tiles that fit.

    Returns how far it has come from `ahead` to `until`.
    """
    height = TALL[vectors]
    tall, four, two, one = (_tiles[rows, vectors] for rows in (height, 4, 2, 1))

    @njit(**KERNEL)
    def strip(
        x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
    ):  # fmt: skip
        r = 0
        while r + height <= rows and (height != 6 or rows - r != 8):  # eight are twice four
            p, q, s = a0 + r * a_row, c0 + r * c_row, s0 + r * s_row
            if ahead < until:
                for i in range(ahead, ahead + 2 * inner, LINE):
                    fetch(x, i)
                ahead += 2 * inner
            tall(a, p, a_row, a_col, b, b0, b_row, x, q, c_row, w, inner, x, s, s_row, runs, a_run)
            r += height
        while r + 4 <= rows:
            p, q, s = a0 + r * a_row, c0 + r * c_row, s0 + r * s_row
            four(a, p, a_row, a_col, b, b0, b_row, x, q, c_row, w, inner, x, s, s_row, runs, a_run)
            r += 4
        while r + 2 <= rows:
            p, q, s = a0 + r * a_row, c0 + r * c_row, s0 + r * s_row
            two(a, p, a_row, a_col, b, b0, b_row, x, q, c_row, w, inner, x, s, s_row, runs, a_run)
            r += 2
        if r < rows:
            p, q, s = a0 + r * a_row, c0 + r * c_row, s0 + r * s_row
            one(a, p, a_row, a_col, b, b0, b_row, x, q, c_row, w, inner, x, s, s_row, runs, a_run)
        return ahead

    return strip


_strip_1, _strip_2, _strip_3 = _ladder(1), _ladder(2), _ladder(3)


@njit(**GLUE)
def _strip(
    x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
):
    wide = lanes(x)
    if w <= wide:
        return _strip_1(
            x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
        )  # fmt: skip
    if w <= 2 * wide:
        return _strip_2(
            x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
        )  # fmt: skip
    return _strip_3(
        x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
    )


@njit(**GLUE)
def _panel_width(x, rows, left):
    """How wide the next panel is of `left` columns: two of two vectors do better than three and one."""
    wide = lanes(x)
    even = rows >= EVEN and 3 * wide < left <= 4 * wide
    return 2 * wide if even else min(3 * wide, left)


@njit(**GLUE)
def _turned(x, a0, a_col, rows, inner, block):
    """block (rows, inner), its rows APART from each other, = a, whose columns stand side by side, a_col apart."""
    whole_rows, whole = rows - rows % 4, inner - inner % 4
    for k in range(0, whole, 4):
        for r in range(0, whole_rows, 4):
            turn(x, a0 + k * a_col + r, a_col, block, r * APART + k, APART)
        for r in range(whole_rows, rows):
            for i in range(k, k + 4):
                block[r * APART + i] = x[a0 + i * a_col + r]
    for k in range(whole, inner):
        for r in range(rows):
            block[r * APART + k] = x[a0 + k * a_col + r]


@njit(**KERNEL)
def _packed(x, a0, a_row, a_col, a_run, runs, b0, b_row, c0, rows, cols, inner, s0, s_row):
    """The product with every panel of b copied together first: a wide b's columns share few sets of the cache."""
    panel = _panel(x)
    block = _block(x)
    top = np.int64(0)  # no literal: the strips would be compiled once more for it
    one, apart = np.int64(1), np.int64(APART)
    widest = 3 * lanes(x)
    turns = a_row == 1 and cols >= TURNED
    most = DEPTH // 2 if turns else DEPTH
    for k in range(0, inner, most):
        depth = min(most, inner - k)
        for r in range(0, rows, BLOCK):
            some = min(BLOCK, rows - r)
            left, p, row, col = x, a0 + r * a_row + k * a_col, a_row, a_col
            if turns:
                _turned(x, p, a_col, some, depth, block)
                left, p, row, col = block, top, apart, one
            for j in range(0, cols, widest):
                w = min(widest, cols - j)
                if w == widest:
                    for i in range(depth):
                        for n in range(widest):  # as many vectors as a tile has: no loop is left of it
                            panel[i * widest + n] = x[b0 + (k + i) * b_row + j + n]
                else:
                    for i in range(depth):
                        for n in range(w):
                            panel[i * widest + n] = x[b0 + (k + i) * b_row + j + n]
                c = c0 + r * cols + j
                if k == 0:
                    s, line = s0 + r * s_row + j, s_row
                else:
                    s, line = c, cols
                _strip(
                    x, left, p, row, col, a_run, runs, panel, top, widest, c, cols, some, w, depth, s, line, top, top
                )  # fmt: skip


def _product(
    x, a0, a_row, a_col, a_run, runs, a_line, lines, b0, b_row, c0, rows, cols, inner, s0, s_row, ahead, until
):
    """See the module."""
    widest = 3 * lanes(x)
    if cols == b_row == a_col == 1 and inner >= LONG and runs == 1 and lines == 1:
        for r in range(rows):
            total = 0.0
            p = a0 + r * a_row
            for k in range(inner):
                total += x[p + k] * x[b0 + k]
            x[c0 + r] = x[s0 + r * s_row] + total
    elif runs == 1 and lines == 1 and cols > widest and rows >= MANY and inner * cols >= PACKED:
        _packed(x, a0, a_row, a_col, a_run, runs, b0, b_row, c0, rows, cols, inner, s0, s_row)
    else:
        j = 0
        while j < cols:
            w = _panel_width(x, rows, cols - j)
            for line in range(lines):
                a, c, s = a0 + line * a_line, c0 + line * rows * cols + j, s0 + line * rows * s_row + j
                ahead = _strip(
                    x, x, a, a_row, a_col, a_run, runs, x, b0 + j, b_row, c, cols, rows, w, inner, s, s_row,
                    ahead, until,
                )  # fmt: skip
            j += w


PRODUCT = Face(_product, signatures.PRODUCT, f"product_of_{LANES}_lanes")


@njit(**GLUE)
def multiply_lines(
    header, arena, a0, a_row, a_col, a_run, runs, a_line, lines, b0, c0, rows, cols, inner, s0, s_row
):  # fmt: skip
    """c = start + a @ b, a's columns being `runs` of `inner` numbers, for several `lines` of a: see the module."""
    call_product(
        header[PRODUCT_FACE], arena, a0, a_row, a_col, a_run, runs, a_line, lines, b0, cols, c0, rows, cols, inner,
        s0, s_row, 0, 0,
    )  # fmt: skip


@njit(**GLUE)
def multiply(
    header, arena, a0, a_row, a_col, b0, c0, rows, cols, inner, s0, s_row, ahead=0, until=0, b_row=0
):  # fmt: skip
    """c = start + a @ b; meanwhile the numbers from `ahead` to `until`, which come next, on their way to the cache.

    b_row: where rows of b do not follow each other at once, how far they are apart.
    """
    call_product(
        header[PRODUCT_FACE], arena, a0, a_row, a_col, 0, 1, 0, 1, b0, max(b_row, cols), c0, rows, cols, inner,
        s0, s_row, ahead, until,
    )  # fmt: skip
