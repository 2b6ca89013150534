"""Patches of images: what a kernel of a convolution sees, written side by side so that a product can be taken.

Images are (height, width, channels), places in row order. Patches are (places, kernel, kernel, channels).
"""

from __future__ import annotations

from numba import njit

from vgtui.engine.kernels import KERNEL


@njit(**KERNEL)
def copy(a, a0, count, out, out0):
    """out[out0 : out0 + count] = a[a0 : a0 + count]."""
    source = a[a0 : a0 + count]
    target = out[out0 : out0 + count]
    for i in range(count):
        target[i] = source[i]


@njit(**KERNEL)
def clear(out, out0, count):
    """out[out0 : out0 + count] = 0."""
    target = out[out0 : out0 + count]
    for i in range(count):
        target[i] = 0.0


@njit(**KERNEL)
def gather(a, a0, height, width, channels, columns, kernel, stride, top, left, first, count, out, out0):
    """What output places first .. first + count - 1 see of an image at a0; zeros outside of it.

    columns: places in a row of the output; top, left: zeros before the image.
    """
    run = kernel * channels
    o = out0
    for place in range(first, first + count):
        row = place // columns * stride - top
        column = place % columns * stride - left
        low = min(max(0, -column), kernel)
        high = max(min(kernel, width - column), low)
        for y in range(row, row + kernel):
            if 0 <= y < height:
                clear(out, o, low * channels)
                start = a0 + (y * width + column + low) * channels
                copy(a, start, (high - low) * channels, out, o + low * channels)
                clear(out, o + high * channels, (kernel - high) * channels)
            else:
                clear(out, o, run)
            o += run


@njit(**KERNEL)
def gather_back(a, a0, rows, columns, channels, width, kernel, stride, top, left, first, count, out, out0):
    """What the outputs (rows, columns, channels) at a0 tell input places first .. first + count - 1.

    Tap (i, j) of an input place's patch is the output that sees that place through tap (i, j) of its kernel;
    zeros where there is none. width: places in a row of the input.
    """
    o = out0
    for place in range(first, first + count):
        row = place // width + top
        column = place % width + left
        for i in range(kernel):
            y = (row - i) // stride
            if row - i < 0 or y * stride != row - i or y >= rows:
                clear(out, o, kernel * channels)
                o += kernel * channels
                continue
            for j in range(kernel):
                x = (column - j) // stride
                if column - j < 0 or x * stride != column - j or x >= columns:
                    clear(out, o, channels)
                else:
                    copy(a, a0 + (y * columns + x) * channels, channels, out, o)
                o += channels
