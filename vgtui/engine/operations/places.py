"""Where things are in the arena, and how gradients are finished: what every operation begins and ends with."""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels import optimizers as opt
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import (
    LOG10_2,
    count_zeros,
    is_true,
    log2_norm,
    log2_norm_scaled,
    scale_by_power,
    sizes,
    squares,
)
from vgtui.engine.kernels.penalties import add_penalty_gradient
from vgtui.engine.kernels.rounding import store
from vgtui.engine.record import WEIGHT_GRAD, WEIGHT_GRAD_MEAN, WIDTH, ZERO_GRADIENT
from vgtui.engine.table import CAPACITY, FORMAT, GRADIENTS, LAYER, MEASURED, PARAM, PARAMETERS, SETTINGS

BATCH_STATISTICS, BACKWARD, LEARN, DROPOUT = 1, 2, 4, 8
"""What `run` does with a batch besides the forward pass; without any it is inference."""

TRAINING = BATCH_STATISTICS | DROPOUT
"""The forward pass as it is in training."""


@njit(**GLUE)
def tensor(header, arena, part, column, count):
    """The first `count` numbers of a tensor in the workspace, the deltas or the tangents."""
    start = header[part] + column * header[CAPACITY]
    return arena[start : start + count]


@njit(**GLUE)
def stretch(header, arena, part, column, offset, count):
    """`count` numbers of a tensor from `offset` on."""
    start = header[part] + column * header[CAPACITY] + offset
    return arena[start : start + count]


@njit(**GLUE)
def flat(header, arena, part, offset, count):
    """`count` numbers from `offset` on in a part that is not laid out by rows."""
    start = header[part] + offset
    return arena[start : start + count]


@njit(**GLUE)
def measured(row, header, arena):
    """The measures of the instruction's layer, (WIDTH,) float64."""
    start = header[MEASURED] + row[LAYER] * WIDTH
    return exact(arena)[start : start + WIDTH]


@njit(**KERNEL)
def finish_gradient(header, arena, offset, count, exponent):
    """Store a stretch of gradients, and bring it to its true scale; log2 of its true norm."""
    start = header[GRADIENTS] + offset
    store(arena, start, count, header[FORMAT])
    size = log2_norm(arena, start, count) + exponent
    if exponent != 0:
        scale_by_power(arena, start, count, exponent)
    return size


@njit(**KERNEL)
def _log2_norms(arena, start, weights, biases, power):
    """log2 of the norms of the weights from `start` on, whose sum of squares is `power`, and of all with biases."""
    whole = power + squares(arena, start + weights, biases)
    if is_true(arena, power) and is_true(arena, whole):
        return 0.5 * math.log2(power), 0.5 * math.log2(whole)
    return log2_norm_scaled(arena, start, weights), log2_norm_scaled(arena, start, weights + biases)


@njit(**KERNEL)
def finish_layer(row, header, arena, weights, biases, exponent):
    """Finish the gradients of a layer's weight, penalties added, and of the biases behind it; measure the weight's.

    Returns log2 of the norm of both together.
    """
    start = header[GRADIENTS] + row[PARAM]
    store(arena, start, weights + biases, header[FORMAT])
    power, total, zeros = sizes(arena, start, weights)
    weight_size, size = _log2_norms(arena, start, weights, biases, power)
    if exponent != 0:
        weight_size += exponent
        size += exponent
        scale_by_power(arena, start, weights + biases, exponent)
        total *= 2.0**exponent
        zeros = count_zeros(arena, start, weights)
    settings = flat(header, exact(arena), SETTINGS, 0, opt.SETTINGS_WIDTH)
    l1 = settings[opt.L1]
    l2 = settings[opt.L2]
    if l1 > 0.0 or l2 > 0.0:
        w = flat(header, arena, PARAMETERS, row[PARAM], weights)
        add_penalty_gradient(w, flat(header, arena, GRADIENTS, row[PARAM], weights), l1, l2)
        power, total, zeros = sizes(arena, start, weights)
        if total > 0.0:
            weight_size, size = _log2_norms(arena, start, weights, biases, power)
    out = measured(row, header, arena)
    out[WEIGHT_GRAD] = weight_size * LOG10_2
    out[WEIGHT_GRAD_MEAN] = total / weights
    out[ZERO_GRADIENT] = zeros / weights
    return size
