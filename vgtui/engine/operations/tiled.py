"""The products of a convolution by tiles (see kernels.winograd), a block of samples at a time.

In the scratch stand, one after the other: an image with its border, the transformed weights, their gradient (or, on
the way forward, what the planes start from: nothing, but for the bias), and what a block of tiles sees and answers,
plane by plane.
"""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.affine import copy_rows, fill, transpose
from vgtui.engine.kernels.products import multiply_planes
from vgtui.engine.kernels.winograd import (
    EVERYWHERE,
    PLANES,
    SEEN,
    TAPS,
    TILE,
    answer,
    answer_back,
    see,
    see_back,
    weigh,
    weigh_back,
)
from vgtui.engine.operations.places import flat
from vgtui.engine.operations.windows import (
    BREADTH,
    CHANNELS,
    COLUMNS,
    FILTERS,
    HEIGHT,
    LEFT,
    ROWS,
    SOME,
    TILES,
    TOP,
    pad_sample,
    padded,
    plane,
)
from vgtui.engine.table import (
    CAPACITY,
    D_DST,
    D_SRC,
    DELTAS,
    DST,
    GRADIENTS,
    NOTHING,
    PARAM,
    READ,
    SCRATCH,
    SET,
    SRC,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
    WRITE,
    ZEROS,
)


@njit(**KERNEL)
def _layout(row, header):
    """Where in the scratch the weights, their gradient, what is seen and what is answered begin."""
    height, width = padded(row)
    weights = header[SCRATCH] + height * width * max(row[CHANNELS], row[FILTERS])
    gradients = weights + PLANES * row[CHANNELS] * row[FILTERS]
    seen = gradients + PLANES * row[CHANNELS] * row[FILTERS]
    return weights, gradients, seen, seen + PLANES * plane(max(row[TILES], SOME) * row[CHANNELS])


@njit(**KERNEL)
def _grid(row):
    """Tiles down and across."""
    return row[ROWS] // TILE, row[COLUMNS] // TILE


@njit(**KERNEL)
def _look(row, header, arena, part, first, count, seen):
    """What the tiles of samples `first` on see, plane by plane."""
    channels = row[CHANNELS]
    down, across = _grid(row)
    apart = plane(count * row[TILES] * channels)
    for r in range(count):
        line = pad_sample(row, header, arena, part, first + r, r == 0) * channels
        see(
            arena, header[SCRATCH], TILE * line, TILE * channels, line, channels,
            seen + r * row[TILES] * channels, across * channels, channels, SEEN * apart, apart,
            down, across, channels,
        )  # fmt: skip


@njit(**KERNEL)
def _signals(arena, place, channels):
    """How many channels of a place are not 0."""
    signals = 0.0
    for k in range(place, place + channels):
        signals += 1.0 if arena[k] != 0.0 else 0.0
    return signals


@njit(**KERNEL)
def _is_blank(arena, place, channels):
    """Whether all channels of a place are 0: mostly one of the first is not."""
    last = place + channels
    while place < last and arena[place] == 0.0:
        place += 1
    return place == last


@njit(**KERNEL)
def _may_be_blank(row, arena, image):
    """Whether the kernel may see nothing but zeros: wherever it lies, it sees a place in an odd row and column."""
    channels = row[CHANNELS]
    for y in range(1, row[HEIGHT], 2):
        for x in range(1, row[BREADTH], 2):
            if _is_blank(arena, image + (y * row[BREADTH] + x) * channels, channels):
                return True
    return False


@njit(**KERNEL)
def _settle(row, header, arena, r, bias):
    """Sample r: where the kernel sees nothing but zeros, the answer is the bias, as it is place by place.

    Tiles leave roundings of what stands beside, and a ReLU would take half of them for a signal.
    """
    channels, filters = row[CHANNELS], row[FILTERS]
    image = header[WORKSPACE] + row[SRC] * header[CAPACITY] + r * row[WIDTH_IN]
    out = header[WORKSPACE] + row[DST] * header[CAPACITY] + r * row[WIDTH_OUT]
    if not _may_be_blank(row, arena, image):
        return
    height, width = padded(row)
    found = flat(header, arena, SCRATCH, 0, height * width)
    fill(found, 0, height * width, 0.0)
    for y in range(row[HEIGHT]):
        for x in range(row[BREADTH]):
            found[(row[TOP] + y) * width + row[LEFT] + x] = _signals(arena, image, channels)
            image += channels
    for y in range(row[ROWS]):
        for x in range(row[COLUMNS]):
            signals = 0.0
            for tap in range(TAPS * TAPS):
                signals += found[(y + tap // TAPS) * width + x + tap % TAPS]
            if signals == 0.0:
                for k in range(filters):
                    arena[out + k] = arena[bias + k]
            out += filters


@njit(**KERNEL)
def product(row, header, arena, rows, part, kernel, bias):
    """DST = SRC seen by the kernel @ weight + bias, in the workspace or among the tangents."""
    channels, filters = row[CHANNELS], row[FILTERS]
    weights, starts, seen, answers = _layout(row, header)
    size = channels * filters
    weigh(arena, kernel, 0, 0, TAPS * size, size, weights, 0, 0, SEEN * size, size, 1, 1, size)
    fill(arena, starts, PLANES * filters, 0.0)
    copy_rows(arena, bias, 1, filters, arena[starts + EVERYWHERE * filters :], filters)
    down, across = _grid(row)
    some = max(1, SOME // row[TILES])
    for first in range(0, rows, some):
        count = min(some, rows - first)
        _look(row, header, arena, part, first, count, seen)
        tiles = count * row[TILES]
        wide, apart = plane(tiles * channels), plane(tiles * filters)
        multiply_planes(
            header, arena, PLANES, seen, channels, 1, wide, weights, size, answers, apart, tiles, filters, channels,
            starts, 0, filters,
        )  # fmt: skip
        line = row[COLUMNS] * filters
        for r in range(count):
            answer(
                arena, answers + r * row[TILES] * filters, across * filters, filters, SEEN * apart, apart,
                header[part] + row[DST] * header[CAPACITY] + (first + r) * row[WIDTH_OUT],
                TILE * line, TILE * filters, line, filters, down, across, filters,
            )  # fmt: skip
            if part == WORKSPACE:
                _settle(row, header, arena, first + r, bias)


@njit(**KERNEL)
def _turn_weights(row, header, arena, weights, turned):
    """The transformed weights, (filters, channels) in every plane; `turned`: room for the weights themselves."""
    channels, filters = row[CHANNELS], row[FILTERS]
    size = channels * filters
    for tap in range(TAPS * TAPS):
        kernel = header[READ] + row[PARAM] + tap * size
        into = arena[turned + tap * size : turned + (tap + 1) * size]
        transpose(arena, kernel, filters, channels, filters, into, channels)
    weigh(arena, turned, 0, 0, TAPS * size, size, weights, 0, 0, SEEN * size, size, 1, 1, size)


@njit(**KERNEL)
def _answer_back(row, header, arena, first, count, answers):
    """The gradients of what the tiles of samples `first` on answer, plane by plane."""
    filters = row[FILTERS]
    down, across = _grid(row)
    line, apart = row[COLUMNS] * filters, plane(count * row[TILES] * filters)
    for r in range(count):
        answer_back(
            arena, header[DELTAS] + row[D_DST] * header[CAPACITY] + (first + r) * row[WIDTH_OUT],
            TILE * line, TILE * filters, line, filters,
            answers + r * row[TILES] * filters, across * filters, filters, SEEN * apart, apart,
            down, across, filters,
        )  # fmt: skip


@njit(**KERNEL)
def _look_back(row, header, arena, first, count, seen):
    """dL/dx of samples `first` on, set or added to, from the gradients of what their tiles see."""
    channels = row[CHANNELS]
    height, width = padded(row)
    down, across = _grid(row)
    line, apart = width * channels, plane(count * row[TILES] * channels)
    image = flat(header, arena, SCRATCH, 0, height * line)
    inner = row[BREADTH] * channels
    for r in range(count):
        fill(image, 0, height * line, 0.0)
        see_back(
            arena, seen + r * row[TILES] * channels, across * channels, channels, SEEN * apart, apart,
            header[SCRATCH], TILE * line, TILE * channels, line, channels, down, across, channels,
        )  # fmt: skip
        out = header[DELTAS] + row[D_SRC] * header[CAPACITY] + (first + r) * row[WIDTH_IN]
        for y in range(row[HEIGHT]):
            made = image[(row[TOP] + y) * line + row[LEFT] * channels :]
            into = arena[out + y * inner : out + (y + 1) * inner]
            if row[WRITE] == SET:
                for k in range(inner):
                    into[k] = made[k]
            else:
                for k in range(inner):
                    into[k] += made[k]


@njit(**KERNEL)
def gradients(row, header, arena, rows):
    """dL/dw and dL/dx together: both come from the gradients of what the tiles answer."""
    channels, filters = row[CHANNELS], row[FILTERS]
    weights, sums, seen, answers = _layout(row, header)
    size = channels * filters
    if row[WRITE] != NOTHING:
        _turn_weights(row, header, arena, weights, sums)
    fill(arena, sums, PLANES * size, 0.0)
    some = max(1, SOME // row[TILES])
    for first in range(0, rows, some):
        count = min(some, rows - first)
        tiles = count * row[TILES]
        _look(row, header, arena, WORKSPACE, first, count, seen)
        _answer_back(row, header, arena, first, count, answers)
        wide, apart = plane(tiles * channels), plane(tiles * filters)
        multiply_planes(
            header, arena, PLANES, seen, 1, channels, wide, answers, apart, sums, size, channels, filters, tiles,
            sums, filters, size,
        )  # fmt: skip
        if row[WRITE] != NOTHING:
            multiply_planes(
                header, arena, PLANES, answers, filters, 1, apart, weights, size, seen, wide, tiles, channels, filters,
                header[ZEROS], 0, 0,
            )  # fmt: skip
            _look_back(row, header, arena, first, count, seen)
    g = header[GRADIENTS] + row[PARAM]
    weigh_back(arena, sums, 0, 0, SEEN * size, size, g, 0, 0, TAPS * size, size, 1, 1, size)
