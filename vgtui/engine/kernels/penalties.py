"""Penalties on weights, l1 * sum |w| + l2 * sum w^2, and their gradients."""

from __future__ import annotations

import numpy as np

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import number


@njit(**KERNEL)
def penalty(w, l1, l2):
    """l1 * sum |w| + l2 * sum w^2."""
    sizes = np.float64(0.0)
    squares = np.float64(0.0)
    for i in range(w.size):
        sizes += abs(w[i])
        squares += w[i] * w[i]
    return l1 * sizes + l2 * squares


@njit(**KERNEL)
def add_penalty_gradient(w, g, l1, l2):
    """g += l1 * sign(w) + 2 * l2 * w; sign(0) = 0."""
    pull = number(w, l1)
    twice = number(w, 2.0 * l2)
    for i in range(w.size):
        sign = 1.0 if w[i] > 0.0 else 0.0
        sign = -1.0 if w[i] < 0.0 else sign
        g[i] += pull * sign + twice * w[i]
