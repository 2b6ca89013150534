"""How the kernel of a convolution goes over an image: the columns that say it, and where its numbers stand meanwhile.

Weights are stored (kernel, kernel, in, out), biases behind them; images are (height, width, channels).
"""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.padding import pad
from vgtui.engine.kernels.winograd import PLANES, TAPS, TILE, UNIT
from vgtui.engine.table import CAPACITY, OWN, SCRATCH, SRC, WIDTH_IN

HEIGHT, BREADTH, CHANNELS, ROWS, COLUMNS, FILTERS, KERNEL, STRIDE, TOP, LEFT, TILES = range(OWN, OWN + 11)
"""Own columns: the image that comes in, the one that goes out, how the kernel goes over it, and the tiles that a
sample is computed by (see kernels.winograd), 0 for place by place."""

SOME = 32
"""Tiles that are computed at once, unless one sample has more: they stay in the second cache."""


def tiles(rows: int, columns: int, channels: int, filters: int, kernel: int, stride: int) -> int:
    """The tiles of a sample: 0 where the places, or the numbers at a place, do not divide into them."""
    whole = rows % TILE == columns % TILE == channels % UNIT == filters % UNIT == 0
    return rows * columns // TILE**2 if whole and kernel == TAPS and stride == 1 else 0


def scratch(
    height: int, breadth: int, channels: int, filters: int, kernel: int, stride: int, tiles: int
) -> int:
    """Numbers of scratch that the faces need: a padded image or gradient, and the weights once more.

    By tiles: the image, the transformed weights, their gradient, and what a block of tiles sees and answers.
    """
    image = (height + kernel + stride) * (breadth + kernel + stride) * max(channels, filters)
    if tiles:
        of_block = plane.py_func(max(tiles, SOME) * channels) + plane.py_func(max(tiles, SOME) * filters)
        return image + PLANES * (2 * channels * filters + of_block)
    return image + kernel * kernel * channels * filters


@njit(**GLUE)
def plane(count):
    """How far apart planes of `count` numbers stand: were it a power of two, all would share few sets of the cache."""
    return count + UNIT


@njit(**GLUE)
def padded(row):
    """(height, width) of the image with all the zeros around it that the kernel sees."""
    height = (row[ROWS] - 1) * row[STRIDE] + row[KERNEL]
    return height, (row[COLUMNS] - 1) * row[STRIDE] + row[KERNEL]


@njit(**GLUE)
def pad_sample(row, header, arena, part, r, anew):
    """Sample r of SRC in the scratch, padded; how many places wide it is. `anew`: see padding."""
    image = header[part] + row[SRC] * header[CAPACITY] + r * row[WIDTH_IN]
    height, width = padded(row)
    pad(
        arena, image, row[HEIGHT], row[BREADTH], row[CHANNELS], 1, row[TOP], row[LEFT],
        arena, header[SCRATCH], height, width, anew,
    )  # fmt: skip
    return width
