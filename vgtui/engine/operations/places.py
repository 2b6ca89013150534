"""Where things are in the arena, and how gradients are finished: what every operation begins and ends with."""

from __future__ import annotations

from numba import njit

from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import LOG10_2, absolute_sum, log2_hypot, log2_norm, scale_by_power
from vgtui.engine.record import WEIGHT_GRAD, WEIGHT_GRAD_MEAN, WIDTH
from vgtui.engine.table import CAPACITY, GRADIENTS, LAYER, MEASURED, PARAM

BATCH_STATISTICS, BACKWARD, LEARN = 1, 2, 4
"""What `run` does with a batch besides the forward pass; without BATCH_STATISTICS it is inference."""


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


@njit(**GLUE)
def finish_gradient(header, arena, offset, count, exponent):
    """Bring a stretch of gradients to its true scale; log2 of its true norm."""
    start = header[GRADIENTS] + offset
    size = log2_norm(arena, start, count) + exponent
    if exponent != 0:
        scale_by_power(arena, start, count, exponent)
    return size


@njit(**GLUE)
def finish_layer(row, header, arena, weights, biases, exponent):
    """Finish the gradients of a layer's weight and of the biases behind it, and measure the weight's.

    Returns log2 of the norm of both together.
    """
    weight_size = finish_gradient(header, arena, row[PARAM], weights, exponent)
    bias_size = finish_gradient(header, arena, row[PARAM] + weights, biases, exponent)
    out = measured(row, header, arena)
    out[WEIGHT_GRAD] = weight_size * LOG10_2
    out[WEIGHT_GRAD_MEAN] = absolute_sum(arena, header[GRADIENTS] + row[PARAM], weights) / weights
    return log2_hypot(weight_size, bias_size)
