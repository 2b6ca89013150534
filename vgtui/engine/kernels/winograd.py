"""A convolution of 3x3 kernels by tiles of 4x4 places, a quarter of the multiplications: Lavin & Gray 2015.

A tile is y = A' [(G w G') * (B' x B)] A, x being the 6x6 places that it sees, and * entry by entry. Gathered over
tiles, each of the 36 entries is a matrix product (tiles, channels) @ (channels, filters) of planes; the way back is
by the same matrices transposed. Each transform is linear and goes over channels, or weights, a vector at a time.
"""

from __future__ import annotations

from typing import Any

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import by_precision
from vgtui.engine.kernels.tiles import VECTOR_BYTES, Matrix, make_transform

TILE, SEEN, TAPS = 4, 6, 3
"""Places of a tile along an axis, of what it sees, and of the kernel."""
PLANES = SEEN * SEEN
UNIT = 8  # channels and filters come in multiples of it: whole vectors in both precisions

SIGNS: Matrix = (
    (1, 0, 0, 0, 0, 0),
    (0, 1, 1, 0, 0, 0),
    (0, 1, -1, 0, 0, 0),
    (0, 0, 0, 1, 1, 0),
    (0, 0, 0, 1, -1, 0),
    (0, 0, 0, 0, 0, 1),
)
"""What all three have in common: even and odd parts of the polynomials at 1 and -1, 2 and -2. Its own transpose."""
SEE: Matrix = (
    (4, 0, -5, 0, 1, 0),
    (0, 0, -4, 0, 1, 0),
    (0, -4, 0, 1, 0, 0),
    (0, 0, -1, 0, 1, 0),
    (0, -2, 0, 2, 0, 0),
    (0, 4, 0, -5, 0, 1),
)
"""B' = SIGNS SEE."""
WEIGH: Matrix = (
    (1 / 4, 0, 0),
    (-1 / 6, 0, -1 / 6),
    (0, -1 / 6, 0),
    (1 / 24, 0, 1 / 6),
    (0, 1 / 12, 0),
    (0, 0, 1),
)
"""G = SIGNS WEIGH."""
ANSWER: Matrix = (
    (1, 1, 0, 1, 0, 0),
    (0, 0, 1, 0, 2, 0),
    (0, 1, 0, 4, 0, 0),
    (0, 0, 1, 0, 8, 1),
)
"""A' = ANSWER SIGNS."""
EVERYWHERE = SEEN + 1
"""The plane that adds the same to every place of a tile: a bias."""


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _over_tiles(*stages: Matrix, adds: bool = False) -> Any:
    """A kernel: to = M from M', or += where it `adds`, for a grid of tiles. See make_transform for M."""
    transform = make_transform(*stages, adds=adds)

    @njit(**KERNEL)
    def over(
        arena, a0, a_down, a_across, a_row, a_col, b0, b_down, b_across, b_row, b_col, down, across, count
    ):
        step = by_precision(arena, VECTOR_BYTES // 8, VECTOR_BYTES // 4)
        for y in range(down):
            for x in range(across):
                a, b = a0 + y * a_down + x * a_across, b0 + y * b_down + x * b_across
                for k in range(0, count, step):
                    transform(arena, a + k, a_row, a_col, arena, b + k, b_row, b_col)

    return over


see, weigh, answer = _over_tiles(SEE, SIGNS), _over_tiles(WEIGH, SIGNS), _over_tiles(SIGNS, ANSWER)
see_back = _over_tiles(SIGNS, _transposed(SEE), adds=True)
weigh_back = _over_tiles(SIGNS, _transposed(WEIGH))
answer_back = _over_tiles(_transposed(ANSWER), SIGNS)
"""Over a grid of tiles, down and across: where those of `from` and `to` begin, how far apart they are, and how far
apart rows and columns of numbers stand in each; count: numbers at every place."""
