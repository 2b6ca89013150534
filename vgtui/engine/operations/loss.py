"""The loss as a face: of the pass that stands in the workspace, its slope into the deltas."""

from __future__ import annotations

from vgtui.engine.faces import call_loss, face
from vgtui.engine.kernels import losses
from vgtui.engine.kernels.literals import exact
from vgtui.engine.operations.places import flat, tensor
from vgtui.engine.table import (
    ACCURACY,
    DELTAS,
    LOGITS,
    LOSS,
    LOSS_DELTA,
    LOSS_TENSOR,
    OUTPUTS,
    SUMMARY,
    TARGETS,
    WORKSPACE,
)


@face
def forward(row, header, arena, scale, rows, flags):
    """The loss; by the way, how many rows are right."""
    width = header[OUTPUTS]
    count = rows * width
    out = tensor(header, arena, WORKSPACE, header[LOSS_TENSOR], count)
    slope = tensor(header, arena, DELTAS, header[LOSS_DELTA], count)
    target = flat(header, arena, TARGETS, 0, count)
    threshold = 0.0 if header[LOGITS] else 0.5
    exact(arena)[header[SUMMARY] + ACCURACY] = losses.count_right(out, target, rows, width, threshold) / rows
    return call_loss(header[LOSS], out, target, width, slope)
