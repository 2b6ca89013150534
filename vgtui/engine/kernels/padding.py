"""Images of a convolution with the zeros around them that the kernel sees. (height, width, channels), in row order."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.affine import fill


@njit(**KERNEL)
def pad(a, a0, rows, columns, channels, apart, top, left, out, out0, height, width, anew):
    """The image (rows, columns, channels) at a0, its places `apart` from each other, in an image of zeros.

    out (height, width, channels) at out0; the first place of `a` comes to (top, left), what falls outside of
    `out` is left out. Unless it is made `anew`, `out` holds such an image already, zeros and all.
    """
    if anew:
        fill(out, out0, height * width * channels, 0.0)
    for y in range(rows):
        at = top + y * apart
        if not 0 <= at < height:
            continue
        source = a0 + y * columns * channels
        target = out0 + (at * width + left) * channels
        if apart == 1:
            count = min(columns, width - left) * channels
            given = a[source : source + count]
            into = out[target : target + count]
            for k in range(count):
                into[k] = given[k]
            continue
        for x in range(columns):
            if left + x * apart < width:
                for c in range(channels):
                    out[target + x * apart * channels + c] = a[source + x * channels + c]
