"""What is measured of an activation while it is in the cache: a stretch at a time, then summed up."""

from __future__ import annotations

import math

import numpy as np

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import number
from vgtui.engine.record import ACT_MEAN, ACT_STD, DEAD, SATURATED, SATURATED_SLOPE, SLOPE

ORIGIN, TOTAL, SQUARES, SLOPES, LOW = range(5)
"""Sums so far, of the activation about ORIGIN, of the slopes' sizes, of the entries with a small one. float64."""
SUMS = 8


@njit(**KERNEL)
def observe(a, slope, width, sums, alive):
    """Add a stretch of rows. alive (width,) becomes 1 for units with any slope; a, slope: (rows * width,)."""
    origin = number(a, sums[ORIGIN])
    limit = number(a, SATURATED_SLOPE)
    total = 0.0
    squares = 0.0
    slopes = 0.0
    low = 0.0
    zeros = 0.0
    for i in range(a.size):
        d = a[i] - origin
        total += d
        squares += d * d
        s = abs(slope[i])
        slopes += s
        low += 1.0 if s < limit else 0.0
        zeros += 1.0 if s == 0.0 else 0.0
    sums[TOTAL] += total
    sums[SQUARES] += squares
    sums[SLOPES] += slopes
    sums[LOW] += low
    if zeros == 0.0:
        for j in range(width):
            alive[j] = 1.0
        return
    living = 0.0
    for j in range(width):
        living += alive[j]
    if living == width:
        return
    for start in range(0, a.size, width):
        part = slope[start : start + width]
        for j in range(width):
            alive[j] = 1.0 if part[j] != 0.0 else alive[j]


@njit(**KERNEL)
def summarize(sums, alive, count, width, out):
    """Mean and spread of the activation, mean slope, saturated entries, dead units into a row of measures.

    The sums are about one of the values: a spread far below the mean stays true.
    """
    living = np.float64(0.0)
    for j in range(width):
        living += alive[j]
    mean = sums[TOTAL] / count
    variance = sums[SQUARES] / count - mean * mean
    known = math.nan if math.isnan(sums[TOTAL]) else 0.0  # nothing is known of the slopes of a nan
    out[ACT_MEAN] = sums[ORIGIN] + mean
    out[ACT_STD] = math.sqrt(0.0 if variance < 0.0 else variance)
    out[SLOPE] = sums[SLOPES] / count + known
    out[SATURATED] = sums[LOW] / count + known
    out[DEAD] = 1.0 - living / width + known
