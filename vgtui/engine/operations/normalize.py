"""Batch and layer normalisation as operations; the formulas are in kernels.normalization."""

from __future__ import annotations

from vgtui.engine.deferred import njit
from vgtui.engine.faces import face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels import normalization as norm
from vgtui.engine.kernels.norms import log2_norm
from vgtui.engine.operations.places import BATCH_STATISTICS, LEARN, finish_gradient, flat, tensor
from vgtui.engine.table import (
    AUX,
    AUX2,
    CAPACITY,
    D_DST,
    DELTAS,
    DST,
    GRADIENTS,
    PARAM,
    PLACES,
    READ,
    RUNNING,
    RUNNING_STATISTICS,
    SCRATCH,
    SRC,
    TANGENTS,
    WAS_READ,
    WIDTH_OUT,
    WORKSPACE,
)


@face
def batch_forward(row, header, arena, scale, rows, flags):
    """With the batch's own statistics in training, with the running ones in inference."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    x = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    inverse = tensor(header, arena, WORKSPACE, row[AUX2], width)
    mean = flat(header, arena, SCRATCH, 0, width)
    running = header[RUNNING_STATISTICS] + row[RUNNING]
    if flags & BATCH_STATISTICS:
        learn = flags & LEARN != 0
        norm.batch_statistics(arena, x, rows, width, mean, inverse, arena, running, learn)
    else:
        norm.running_statistics(arena, running, width, mean, inverse)
    xhat = tensor(header, arena, WORKSPACE, row[AUX], rows * width)
    y = tensor(header, arena, WORKSPACE, row[DST], rows * width)
    weight = flat(header, arena, READ, row[PARAM], width)
    bias = flat(header, arena, READ, row[PARAM] + width, width)
    norm.batch_forward(arena, x, rows, width, mean, inverse, weight, bias, xhat, y)
    return 0.0


@face
def layer_forward(row, header, arena, scale, rows, flags):
    """Each sample by its own statistics."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    x = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    inverse = tensor(header, arena, WORKSPACE, row[AUX2], rows)
    xhat = tensor(header, arena, WORKSPACE, row[AUX], rows * width)
    y = tensor(header, arena, WORKSPACE, row[DST], rows * width)
    weight = flat(header, arena, READ, row[PARAM], width)
    bias = flat(header, arena, READ, row[PARAM] + width, width)
    norm.layer_forward(arena, x, rows, width, inverse, weight, bias, xhat, y)
    return 0.0


@njit(**GLUE)
def _project_batch(row, header, arena, rows, v):
    """v = d(xhat)/dx applied to v: the Jacobian of normalising, which is its own transpose.

    rows: of the batch, times the places of each.
    """
    width = row[WIDTH_OUT] // row[PLACES]
    xhat = tensor(header, arena, WORKSPACE, row[AUX], rows * width)
    inverse = tensor(header, arena, WORKSPACE, row[AUX2], width)
    mean = flat(header, arena, SCRATCH, 0, width)
    correlation = flat(header, arena, SCRATCH, width, width)
    norm.batch_project(v, xhat, inverse, rows, width, mean, correlation)


@njit(**GLUE)
def _project_layer(row, header, arena, rows, v):
    """The same for layer normalisation."""
    width = row[WIDTH_OUT] // row[PLACES]
    xhat = tensor(header, arena, WORKSPACE, row[AUX], rows * width)
    inverse = tensor(header, arena, WORKSPACE, row[AUX2], rows)
    norm.layer_project(v, xhat, inverse, rows, width)


@njit(**GLUE)
def _backward(project, row, header, arena, rows, exponent):
    """Gradients of the normalisation's parameters and input, that in the place of the output's: D_SRC is D_DST."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    count = rows * width
    d = tensor(header, arena, DELTAS, row[D_DST], count)
    xhat = tensor(header, arena, WORKSPACE, row[AUX], count)
    weight = flat(header, arena, READ, row[PARAM], width)
    weight_grad = flat(header, arena, GRADIENTS, row[PARAM], width)
    bias_grad = flat(header, arena, GRADIENTS, row[PARAM] + width, width)
    norm.parameter_gradients(d, xhat, rows, width, weight_grad, bias_grad)
    norm.scale_columns(d, weight, rows, width)
    project(row, header, arena, rows, d)
    return finish_gradient(header, arena, row[PARAM], 2 * width, exponent)


@njit(**GLUE)
def _push(project, row, header, arena, rows):
    """The tangent of the input, normalised as the values were."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    count = rows * width
    v = tensor(header, arena, TANGENTS, row[SRC], count)
    out = tensor(header, arena, TANGENTS, row[DST], count)
    for k in range(count):
        out[k] = v[k]
    project(row, header, arena, rows, out)
    norm.scale_columns(out, flat(header, arena, WAS_READ, row[PARAM], width), rows, width)
    return log2_norm(out, 0, count)


@face
def batch_backward(row, header, arena, scale, rows, exponent):
    """Through the batch's statistics too."""
    return _backward(_project_batch, row, header, arena, rows, exponent)


@face
def layer_backward(row, header, arena, scale, rows, exponent):
    """Through each sample's statistics too."""
    return _backward(_project_layer, row, header, arena, rows, exponent)


@face
def batch_push(row, header, arena, scale, rows, flags):
    """The tangent ties the samples of a batch together."""
    return _push(_project_batch, row, header, arena, rows)


@face
def layer_push(row, header, arena, scale, rows, flags):
    """The tangent of each sample by itself."""
    return _push(_project_layer, row, header, arena, rows)
