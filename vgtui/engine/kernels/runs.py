"""Products of a convolution, straight from a padded image: no patch is ever written out.

Images are (height, width, channels), places in row order. A kernel's row sees a run of numbers that lie side by
side, so a row of places is a product of a few runs.
"""

from __future__ import annotations

from collections.abc import Callable

from numba import njit

from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels.affine import fill
from vgtui.engine.kernels.tiles import LANES, make_tile


def _tiles(rows: int) -> Callable[..., None]:
    """A tile of so many rows and one or two vectors; takes how many, then what a tile takes."""
    one, two = make_tile(rows, 1), make_tile(rows, 2)

    @njit(**GLUE)
    def tile(vectors, a, p, a_row, a_col, b, b0, cols, c, q, w, inner, start, s, s_row, runs, a_run):  # type: ignore[no-untyped-def]
        if vectors == 1:
            one(a, p, a_row, a_col, b, b0, cols, c, q, cols, w, inner, start, s, s_row, runs, a_run)
        else:
            two(a, p, a_row, a_col, b, b0, cols, c, q, cols, w, inner, start, s, s_row, runs, a_run)

    return tile


_eight, _four, _one = _tiles(8), _tiles(4), _tiles(1)
_MOST = 16 if LANES == 8 else 12  # vectors of a result that stay in registers
_WIDEST = 2 * LANES


@njit(**KERNEL)
def pad(a, a0, rows, columns, channels, apart, top, left, out, out0, height, width):
    """The image (rows, columns, channels) at a0, its places `apart` from each other, in an image of zeros.

    out (height, width, channels) at out0; the first place of `a` comes to (top, left), what falls outside of
    `out` is left out.
    """
    fill(out, out0, height * width * channels, 0.0)
    for y in range(rows):
        at = top + y * apart
        if not 0 <= at < height:
            continue
        source = a0 + y * columns * channels
        target = out0 + (at * width + left) * channels
        if apart == 1:
            count = min(columns, width - left) * channels
            for k in range(count):
                out[target + k] = a[source + k]
            continue
        for x in range(columns):
            if left + x * apart < width:
                for c in range(channels):
                    out[target + x * apart * channels + c] = a[source + x * channels + c]


@njit(**KERNEL)
def multiply_runs(a, a0, a_row, a_col, a_run, runs, b, b0, c, c0, rows, cols, inner, start, s0, s_row):
    """c = start + a @ b, a's columns being `runs` of `inner` numbers that begin a_run apart; see affine.multiply."""
    for j in range(0, cols, _WIDEST):
        w = min(_WIDEST, cols - j)
        v = (w + LANES - 1) // LANES
        at = b0 + j
        r = 0
        while r < rows:
            p = a0 + r * a_row
            q = c0 + r * cols + j
            s = s0 + r * s_row + j
            if r + 8 <= rows and 8 * v <= _MOST:
                _eight(v, a, p, a_row, a_col, b, at, cols, c, q, w, inner, start, s, s_row, runs, a_run)
                r += 8
            elif r + 4 <= rows:
                _four(v, a, p, a_row, a_col, b, at, cols, c, q, w, inner, start, s, s_row, runs, a_run)
                r += 4
            else:
                _one(v, a, p, a_row, a_col, b, at, cols, c, q, w, inner, start, s, s_row, runs, a_run)
                r += 1
