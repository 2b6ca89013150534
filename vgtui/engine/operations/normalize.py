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
def _gradients(row, header, arena, rows):
    """(delta, xhat, weight, dL/dweight, dL/dbias); rows: of the batch, times the places of each."""
    width = row[WIDTH_OUT] // row[PLACES]
    delta = tensor(header, arena, DELTAS, row[D_DST], rows * width)
    xhat = tensor(header, arena, WORKSPACE, row[AUX], rows * width)
    weight = flat(header, arena, READ, row[PARAM], width)
    weight_grad = flat(header, arena, GRADIENTS, row[PARAM], width)
    return delta, xhat, weight, weight_grad, flat(header, arena, GRADIENTS, row[PARAM] + width, width)


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
    """Gradients of parameters and input, that in the place of the output's (D_SRC is D_DST)."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    delta, xhat, weight, weight_grad, bias_grad = _gradients(row, header, arena, rows)
    inverse = tensor(header, arena, WORKSPACE, row[AUX2], width)
    scale = flat(header, arena, SCRATCH, 0, width)
    mean = flat(header, arena, SCRATCH, width, width)
    correlation = flat(header, arena, SCRATCH, 2 * width, width)
    norm.batch_backward(
        delta, xhat, inverse, weight, rows, width, weight_grad, bias_grad, scale, mean, correlation
    )
    return finish_gradient(header, arena, row[PARAM], 2 * width, exponent)


@face
def layer_backward(row, header, arena, scale, rows, exponent):
    """The same, through each sample's statistics."""
    width = row[WIDTH_OUT] // row[PLACES]
    rows *= row[PLACES]
    delta, xhat, weight, weight_grad, bias_grad = _gradients(row, header, arena, rows)
    norm.parameter_gradients(delta, xhat, rows, width, weight_grad, bias_grad)
    norm.scale_columns(delta, weight, rows, width)
    _project_layer(row, header, arena, rows, delta)
    return finish_gradient(header, arena, row[PARAM], 2 * width, exponent)


@face
def batch_push(row, header, arena, scale, rows, flags):
    """The tangent ties the samples of a batch together."""
    return _push(_project_batch, row, header, arena, rows)


@face
def layer_push(row, header, arena, scale, rows, flags):
    """The tangent of each sample by itself."""
    return _push(_project_layer, row, header, arena, rows)
