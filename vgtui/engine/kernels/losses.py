"""Losses: the mean over the batch, its slope, and how many samples are right. All arrays flat, (rows * width,).

The cross-entropies read logits and are stable at any of them: binary, log(1 + exp(-|z|)) + max(z, 0) - z y;
categorical, log sum exp(z - max z) - (z_y - max z). Whatever the precision of the arrays, a loss is computed in
float64.
"""

from __future__ import annotations

import math

import numpy as np

from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.elementary import log1p_unit, sigmoid_sides
from vgtui.engine.signatures import LOSS


def _squared_error(out, target, width, delta):
    """mean (out - target)^2; slope 2 (out - target) / count."""
    count = target.size
    total = np.float64(0.0)
    for i in range(count):
        d = np.float64(out[i]) - target[i]
        total += d * d
        delta[i] = 2.0 * d / count
    return total / count


def _absolute_error(out, target, width, delta):
    """mean |out - target|; slope sign(out - target) / count, 0 at 0."""
    count = target.size
    total = np.float64(0.0)
    for i in range(count):
        d = np.float64(out[i]) - target[i]
        total += abs(d)
        slope = 0.0 * d
        slope = 1.0 / count if d > 0.0 else slope
        delta[i] = -1.0 / count if d < 0.0 else slope
    return total / count


def _binary_cross_entropy(logit, target, width, delta):
    """Mean over every entry; slope (sigma(z) - y) / count."""
    count = target.size
    total = np.float64(0.0)
    for i in range(count):
        z = np.float64(logit[i])
        y = np.float64(target[i])
        large, small = sigmoid_sides(z)
        total += (z if z > 0.0 else 0.0) - z * y + log1p_unit(small / large)
        # sigma(z) - y as a sum that does not cancel where y is 0 or 1
        wrong_up = small if z < 0.0 else large
        wrong_down = large if z < 0.0 else small
        delta[i] = (wrong_up * (1.0 - y) - wrong_down * y) / count
    return total / count


def _cross_entropy(logit, target, width, delta):
    """Mean over the rows, targets one probability a class; slope (softmax(z) sum(y) - y) / rows."""
    rows = target.size // width
    total = np.float64(0.0)
    for n in range(rows):
        start = n * width
        top = np.float64(logit[start])
        for k in range(start, start + width):
            top = logit[k] if not logit[k] <= top else top
        mass = np.float64(0.0)
        weight = np.float64(0.0)
        for k in range(start, start + width):
            e = math.exp(logit[k] - top)
            delta[k] = e
            mass += e
            weight += target[k]
        log_mass = math.log(mass)
        for k in range(start, start + width):
            total += target[k] * (log_mass - (logit[k] - top)) if target[k] != 0.0 else 0.0
            delta[k] = (delta[k] / mass * weight - target[k]) / rows
    return total / rows


@njit(**KERNEL)
def count_right(out, target, rows, width, threshold):
    """Rows whose class is right: the largest output, or for one output the side of `threshold`."""
    right = 0
    for n in range(rows):
        start = n * width
        if width == 1:
            right += (out[start] > threshold) == (target[start] > 0.5)
            continue
        best = start
        wanted = start
        for k in range(start + 1, start + width):
            best = k if out[k] > out[best] else best
            wanted = k if target[k] > target[wanted] else wanted
        right += best == wanted
    return right


LOSSES = {
    "mean_squared_error": Face(_squared_error, LOSS),
    "mean_absolute_error": Face(_absolute_error, LOSS),
    "binary_cross_entropy": Face(_binary_cross_entropy, LOSS),
    "cross_entropy": Face(_cross_entropy, LOSS),
}
"""Every loss, called by address or from Python: (out, target, width, slope) -> the mean."""

LOGITS = ("binary_cross_entropy", "cross_entropy")
"""Those that read logits."""
