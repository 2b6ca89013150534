"""The matrix product that every layer is made of: compiled once, and called by address like a face.

c = start + a @ b over one flat array. b (inner, cols) stands in rows b_row apart, c (rows, cols) is contiguous;
a[r, k] stands at a0 + r a_row + k a_col, start[r, j] at s0 + r s_row + j: a bias with s_row 0, or c itself. The
columns of a may be several `runs` of `inner` numbers each that begin a_run apart (what a row of a convolution's
kernel sees lies side by side); the rows of b follow each other. Several such products are made at once, of `lines`
of a that begin a_line apart, with what of the others begins b_line, c_line and s_line apart: a row of places after
the other, or one plane of tiles.

The processor computes faster than its memory gives: while tiles are made, the numbers from `ahead` to `until` and
those from `then` to `end`, which whoever comes next will read or write, are asked for.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine import signatures
from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face, call_product
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels.affine import transpose
from vgtui.engine.kernels.tiles import LANES, TALL, fetch, lanes, make_panel, make_tile, move
from vgtui.engine.table import PRODUCT_FACE

DEPTH = 128
"""Rows of b in a packed panel: what the first cache holds."""
APART = DEPTH + 8
"""Numbers from one turned row of a to the next: were it a power of two, they would share few sets of the cache."""
BLOCK = 128
"""Rows of a that go over every panel, while they are in the second cache."""
NEAR = 64
"""Columns of b up to which its rows, where they are whole vectors, are read where they stand."""
WIDE, PANELS, SOME = 128, 22, 8
"""Columns from which on columns of a are turned to rows first, and so many panels packed at once: some rows of each,
then the next rows, as memory has them."""
PACKED, MANY = 4096, 48
"""Numbers of b, and rows of a, from which packing pays."""
LINE = 8
"""Numbers of float64 in a line of the cache."""
LONG = 64
"""Numbers from which a row times a column does better alone than as a tile."""

_panels, _block = make_panel(PANELS * DEPTH * 3 * LANES), make_panel(BLOCK * APART)


def _rung(height, tile, lower):
    """step(h, ...): this tile where h is its height, else what the `lower` rungs make of it."""

    @njit(**GLUE)
    def step(h, x, a, p, a_row, a_col, b, b0, b_row, q, c_row, w, inner, s, s_row, runs, a_run):
        if h == height:
            tile(a, p, a_row, a_col, b, b0, b_row, x, q, c_row, w, inner, x, s, s_row, runs, a_run)
        else:
            lower(h, x, a, p, a_row, a_col, b, b0, b_row, q, c_row, w, inner, s, s_row, runs, a_run)

    return step


@njit(**GLUE)
def _no_rung(h, x, a, p, a_row, a_col, b, b0, b_row, q, c_row, w, inner, s, s_row, runs, a_run):
    """Below the lowest."""


def _ladder(vectors, *, whole):
    """strip(...): all rows of c, one panel of so many vectors wide, by as few tiles as it takes, all about as tall.

    Returns how far it has come from `ahead` to `until`.
    """
    tall = TALL[vectors]
    step = _no_rung
    for height in range(1, tall + 1):
        step = _rung(height, make_tile(height, vectors, whole=whole), step)

    @njit(**KERNEL)
    def strip(
        x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
    ):  # fmt: skip
        count = (rows + tall - 1) // tall
        height, lower = tall, count * tall - rows  # so many tiles are a row lower
        while lower > count:
            height, lower = height - 1, lower - count
        r = 0
        for i in range(count):
            if i == count - lower:
                height -= 1
            if ahead < until:
                for k in range(ahead, ahead + 2 * inner, LINE):
                    fetch(x, k)
                ahead += 2 * inner
            p, q, s = a0 + r * a_row, c0 + r * c_row, s0 + r * s_row
            step(height, x, a, p, a_row, a_col, b, b0, b_row, q, c_row, w, inner, s, s_row, runs, a_run)
            r += height
        return ahead

    return strip


_strip_1, _strip_2 = _ladder(1, whole=False), _ladder(2, whole=False)
_whole_strip_2, _whole_strip_3 = _ladder(2, whole=True), _ladder(3, whole=True)


@njit(**GLUE)
def _strip(
    x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
):
    wide = lanes(x)
    if w == 3 * wide:
        return _whole_strip_3(
            x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
        )  # fmt: skip
    if w == 2 * wide:
        return _whole_strip_2(
            x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
        )  # fmt: skip
    if w > wide:
        return _strip_2(
            x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
        )  # fmt: skip
    return _strip_1(
        x, a, a0, a_row, a_col, a_run, runs, b, b0, b_row, c0, c_row, rows, w, inner, s0, s_row, ahead, until
    )  # fmt: skip


@njit(**GLUE)
def _panel_width(x, left):
    """How wide the next panel of `left` columns is: whole vectors while there are two, and no single one left over."""
    wide = lanes(x)
    if left >= 3 * wide and not 3 * wide < left <= 4 * wide:
        return 3 * wide
    return 2 * wide if left >= 2 * wide else left


@njit(**GLUE)
def _pack(x, b0, b_row, depth, first, last, panels):
    """Columns first to last of `depth` rows of b into panels, one after the other; of a wide b, some rows at a time."""
    wide = lanes(x)
    widest = 3 * wide
    some = depth if last - first <= widest else SOME
    for i in range(0, depth, some):
        j = first
        while j < last:
            w = _panel_width(x, min(last - j, widest))
            whole = w - w % wide
            into = (j - first) * depth
            for k in range(i, min(i + some, depth)):
                p, q = b0 + k * b_row + j, into + k * w
                if w == widest:
                    for n in range(0, widest, wide):  # as many vectors as a tile has: no loop is left of it
                        move(x, p + n, panels, q + n)
                else:
                    for n in range(0, whole, wide):
                        move(x, p + n, panels, q + n)
                    for n in range(whole, w):
                        panels[q + n] = x[p + n]
            j += w


@njit(**KERNEL)
def _packed(x, a0, a_row, a_col, b0, b_row, c0, rows, cols, inner, s0, s_row):
    """The product with every panel of b copied together first: a wide b's columns share few sets of the cache."""
    panels = _panels(x)
    block = _block(x)
    top = np.int64(0)  # no literal: the strips would be compiled once more for it
    one, apart = np.int64(1), np.int64(APART)
    widest = 3 * lanes(x)
    turns = a_row == 1 and cols >= WIDE
    together, deep = (PANELS * widest, DEPTH) if cols >= WIDE else (widest, 2 * DEPTH)
    for first in range(0, cols, together):
        last = min(first + together, cols)
        for k in range(0, inner, deep):
            depth = min(deep, inner - k)
            _pack(x, b0 + k * b_row, b_row, depth, first, last, panels)
            for r in range(0, rows, BLOCK):
                some = min(BLOCK, rows - r)
                left, p, row, col = x, a0 + r * a_row + k * a_col, a_row, a_col
                if turns:
                    transpose(x, p, a_col, depth, some, block, APART)
                    left, p, row, col = block, top, apart, one
                j, b = first, top
                while j < last:
                    w = _panel_width(x, min(last - j, widest))
                    c = c0 + r * cols + j
                    s, line = (s0 + r * s_row + j, s_row) if k == 0 else (c, cols)
                    _strip(
                        x, left, p, row, col, top, one, panels, b, w, c, cols, some, w, depth, s, line, top, top
                    )  # fmt: skip
                    j, b = j + w, b + w * depth


@njit(**GLUE)
def _is_slow(x, cols):
    """Whether panels of so long rows are slow to read: they share few sets of the cache, or cross its lines."""
    return cols > NEAR or (cols > 3 * lanes(x) and cols % lanes(x) != 0)


def _product(
    x, a0, a_row, a_col, a_run, runs, a_line, lines, b0, b_row, b_line, c0, c_line, rows, cols, inner, s0, s_row,
    s_line, ahead, until, then, end,
):  # fmt: skip
    """See the module."""
    if cols == b_row == a_col == 1 and inner >= LONG and runs == 1 and lines == 1:
        for r in range(rows):
            total = 0.0
            p = a0 + r * a_row
            for k in range(inner):
                total += x[p + k] * x[b0 + k]
            x[c0 + r] = x[s0 + r * s_row] + total
    elif runs == 1 and lines == 1 and rows >= MANY and inner * cols >= PACKED and _is_slow(x, cols):
        _packed(x, a0, a_row, a_col, b0, b_row, c0, rows, cols, inner, s0, s_row)
    else:
        for line in range(lines):
            a, b, c, s = a0 + line * a_line, b0 + line * b_line, c0 + line * c_line, s0 + line * s_line
            j = 0
            while j < cols:
                w = _panel_width(x, cols - j)
                ahead = _strip(
                    x, x, a, a_row, a_col, a_run, runs, x, b + j, b_row, c + j, cols, rows, w, inner, s + j,
                    s_row, ahead, until,
                )  # fmt: skip
                j += w
                if ahead >= until:
                    ahead, until, then = then, end, end


PRODUCT = Face(_product, signatures.PRODUCT, f"product_of_{LANES}_lanes")


@njit(**GLUE)
def multiply_lines(
    header, arena, a0, a_row, a_col, a_run, runs, a_line, lines, b0, c0, rows, cols, inner, s0, s_row
):  # fmt: skip
    """c = start + a @ b, a's columns being `runs` of `inner` numbers, for several `lines` of a: see the module.

    Those of c follow each other, and those of start, s_row rows apart.
    """
    call_product(
        header[PRODUCT_FACE], arena, a0, a_row, a_col, a_run, runs, a_line, lines, b0, cols, 0, c0, rows * cols, rows,
        cols, inner, s0, s_row, rows * s_row, 0, 0, 0, 0,
    )  # fmt: skip


@njit(**GLUE)
def multiply_planes(
    header, arena, planes, a0, a_row, a_col, a_plane, b0, b_plane, c0, c_plane, rows, cols, inner, s0, s_row, s_plane
):  # fmt: skip
    """c = start + a @ b for so many planes of each, which begin as far apart as it is said."""
    call_product(
        header[PRODUCT_FACE], arena, a0, a_row, a_col, 0, 1, a_plane, planes, b0, cols, b_plane, c0, c_plane, rows,
        cols, inner, s0, s_row, s_plane, 0, 0, 0, 0,
    )  # fmt: skip


@njit(**GLUE)
def multiply(
    header, arena, a0, a_row, a_col, b0, c0, rows, cols, inner, s0, s_row, ahead=0, until=0, b_row=0, then=0, end=0
):  # fmt: skip
    """c = start + a @ b; meanwhile what comes next is on its way to the cache: from `ahead`, and `then`, on.

    b_row: where rows of b do not follow each other at once, how far they are apart.
    """
    call_product(
        header[PRODUCT_FACE], arena, a0, a_row, a_col, 0, 1, 0, 1, b0, max(b_row, cols), 0, c0, 0, rows, cols, inner,
        s0, s_row, 0, ahead, until, then, end,
    )  # fmt: skip
