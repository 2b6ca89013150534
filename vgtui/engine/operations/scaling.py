"""Loss scaling: the loss times a power of two on the way back, so that small gradients stay above a format's least.

Micikevicius et al. 2018, Mixed Precision Training. A dynamic scale follows the rule of PyTorch's GradScaler.
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.norms import scale_by_power
from vgtui.engine.kernels.rounding import store
from vgtui.engine.table import (
    CAPACITY,
    DELTAS,
    EXPONENT,
    FORMAT,
    GOOD,
    INTERVAL,
    LOSS_DELTA,
    OUTPUTS,
    SKIPPED,
)

LARGEST_EXPONENT = 126.0  # of a scale that follows the gradients: float32 holds it and what it divides


@njit(**KERNEL)
def scale_loss(header, arena, rows, scaled):
    """The loss's slope times 2**scaled, as it is stored."""
    start = header[DELTAS] + header[LOSS_DELTA] * header[CAPACITY]
    scale_by_power(arena, start, rows * header[OUTPUTS], scaled)
    store(arena, start, rows * header[OUTPUTS], header[FORMAT])


@njit(**KERNEL)
def follow_scale(scaling, size):
    """PyTorch's GradScaler: halve the scale at a gradient that is not finite, double it after a run of good ones.

    Returns whether the update is to be made.
    """
    if scaling[INTERVAL] == 0.0:
        return True
    good = size < math.inf
    if good:
        scaling[GOOD] += 1.0
        if scaling[GOOD] >= scaling[INTERVAL]:
            scaling[EXPONENT] = min(scaling[EXPONENT] + 1.0, LARGEST_EXPONENT)
            scaling[GOOD] = 0.0
    else:
        scaling[EXPONENT] = max(scaling[EXPONENT] - 1.0, -LARGEST_EXPONENT)
        scaling[GOOD] = 0.0
        scaling[SKIPPED] += 1.0
    return good
