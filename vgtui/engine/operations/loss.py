"""Losses as faces: the mean loss of the pass that stands in the workspace, its slope into the deltas."""

from __future__ import annotations

from numba import njit

from vgtui.engine.faces import Face, arrays, face
from vgtui.engine.kernels import GLUE, losses
from vgtui.engine.kernels.literals import exact
from vgtui.engine.operations.places import flat, tensor
from vgtui.engine.table import ACCURACY, DELTAS, LOSS_DELTA, LOSS_TENSOR, OUTPUTS, SUMMARY, TARGETS, WORKSPACE


@njit(**GLUE)
def _loss(loss, row_, header_, arena_, size, threshold, rows):
    """The loss; by the way, how many rows are right, an answer being parted at `threshold`."""
    _, header, arena = arrays(row_, header_, arena_, size)
    width = header[OUTPUTS]
    count = rows * width
    out = tensor(header, arena, WORKSPACE, header[LOSS_TENSOR], count)
    slope = tensor(header, arena, DELTAS, header[LOSS_DELTA], count)
    target = flat(header, arena, TARGETS, 0, count)
    exact(arena)[header[SUMMARY] + ACCURACY] = losses.count_right(out, target, rows, width, threshold) / rows
    return loss(out, target, width, slope)


@face
def mean_squared_error(row, header, arena, size, scale, rows, flags):
    """See kernels.losses.squared_error."""
    return _loss(losses.squared_error, row, header, arena, size, 0.5, rows)


@face
def mean_absolute_error(row, header, arena, size, scale, rows, flags):
    """See kernels.losses.absolute_error."""
    return _loss(losses.absolute_error, row, header, arena, size, 0.5, rows)


@face
def binary_cross_entropy(row, header, arena, size, scale, rows, flags):
    """See kernels.losses.binary_cross_entropy; logits are parted at 0."""
    return _loss(losses.binary_cross_entropy, row, header, arena, size, 0.0, rows)


@face
def cross_entropy(row, header, arena, size, scale, rows, flags):
    """See kernels.losses.cross_entropy."""
    return _loss(losses.cross_entropy, row, header, arena, size, 0.0, rows)


LOSSES: dict[str, Face] = {
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "binary_cross_entropy": binary_cross_entropy,
    "cross_entropy": cross_entropy,
}
