"""Runs a program: forward, backward, update. Python enters once for any number of training steps.

Backward carries delta as stored values times 2**exponent: backpropagation is linear in delta, so the exponent
can be moved exactly whenever delta strays, and neither delta nor a norm is ever lost below 1e-308. The
gradients that the optimiser sees are scaled back and are what float64 holds.

Every kernel here takes `row`, one instruction; `header`, which says where things are; and `arena`, the memory.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from vgtui.engine import cache
from vgtui.engine.entry import entry
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels import activations as act
from vgtui.engine.kernels import normalization as norm
from vgtui.engine.kernels.affine import column_sums, fill, multiply, transpose
from vgtui.engine.kernels.losses import count_right, loss_and_slope
from vgtui.engine.kernels.norms import log2_hypot, log2_norm, scale_by_power
from vgtui.engine.kernels.observe import ORIGIN, SUMS, observe, summarize
from vgtui.engine.kernels.optimizers import update
from vgtui.engine.memory import (
    ACCURACY,
    CAPACITY,
    CLIP_SCALE,
    COEFFICIENTS,
    DELTAS,
    FIRST_MOMENT,
    GRADIENT_LOG10,
    GRADIENTS,
    MEASURED,
    PARAMETERS,
    PREVIOUS,
    RUNNING_STATISTICS,
    SCRATCH,
    SECOND_MOMENT,
    SUMMARY,
    TANGENTS,
    TARGETS,
    WORKSPACE,
)
from vgtui.engine.program import (
    ACTIVATION,
    ADD,
    AUX,
    AUX2,
    CODE,
    D_DST,
    D_OTHER,
    D_SRC,
    DENSE,
    DST,
    ENDS_LAYER,
    FEATURES,
    FUSED,
    LAYER,
    LAYER_NORM,
    LIVE,
    LIVE_END,
    LOSS_CODE,
    LOSS_DELTA,
    LOSS_TENSOR,
    NOTHING,
    OP,
    OTHER,
    OUTPUTS,
    PARAM,
    PARAM_END,
    PENDING,
    PENDING_END,
    RUNNING,
    SET,
    SRC,
    WIDTH_IN,
    WIDTH_OUT,
    WRITE,
    WRITE_OTHER,
)
from vgtui.engine.record import DELTA, MEASURES, UPDATE, WEIGHT_GRAD, WEIGHT_GRAD_MEAN, WEIGHT_NORM
from vgtui.engine.stages import AFTER_LAYER, AFTER_NORM, AFTER_SLOPE, AFTER_WEIGHT, ENTERING

SOFTMAX = act.CODES["softmax"]
LOG10_2 = math.log10(2.0)
STRAY = 250.0  # |log2 of a delta's norm| above which its exponent is moved
ROOM = 800.0  # log2 of the largest norm that moving an exponent may make
WIDTH = len(MEASURES)
CHUNK = 1024  # numbers that an activation is computed for at a time

BATCH_STATISTICS, BACKWARD, LEARN = 1, 2, 4
"""What `run` does with a batch besides the forward pass; without BATCH_STATISTICS it is inference."""


@njit(**GLUE)
def _tensor(header, arena, part, column, count):
    """The first `count` numbers of a tensor in the workspace, the deltas or the tangents."""
    start = header[part] + column * header[CAPACITY]
    return arena[start : start + count]


@njit(**GLUE)
def _rows(header, arena, part, column, offset, count):
    """`count` numbers of a tensor from `offset` on."""
    start = header[part] + column * header[CAPACITY] + offset
    return arena[start : start + count]


@njit(**GLUE)
def _part(header, arena, part, offset, count):
    """`count` numbers from `offset` on in a part that is not laid out by rows."""
    start = header[part] + offset
    return arena[start : start + count]


@njit(**GLUE)
def _affine(row, header, arena, rows, part, weights, bias):
    """SRC @ weight (+ bias) into DST, in the workspace or among the tangents."""
    n_in = row[WIDTH_IN]
    n_out = row[WIDTH_OUT]
    src = header[part] + row[SRC] * header[CAPACITY]
    dst = header[part] + row[DST] * header[CAPACITY]
    p = header[weights] + row[PARAM]
    start = p + n_in * n_out if bias else dst
    if not bias:
        fill(arena, dst, rows * n_out, 0.0)
    stride = 0 if bias else n_out
    multiply(arena, src, n_in, 1, arena, p, arena, dst, rows, n_out, n_in, arena, start, stride)


@njit(**GLUE)
def _forward_normalize(row, header, arena, rows, batch_statistics, move_running):
    width = row[WIDTH_OUT]
    count = rows * width
    x = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    xhat = _tensor(header, arena, WORKSPACE, row[AUX], count)
    y = _tensor(header, arena, WORKSPACE, row[DST], count)
    weight = _part(header, arena, PARAMETERS, row[PARAM], width)
    bias = _part(header, arena, PARAMETERS, row[PARAM] + width, width)
    if row[OP] == LAYER_NORM:
        inverse = _tensor(header, arena, WORKSPACE, row[AUX2], rows)
        norm.layer_forward(arena, x, rows, width, inverse, weight, bias, xhat, y)
        return
    inverse = _tensor(header, arena, WORKSPACE, row[AUX2], width)
    mean = _part(header, arena, SCRATCH, 0, width)
    running = header[RUNNING_STATISTICS] + row[RUNNING]
    if batch_statistics:
        norm.batch_statistics(arena, x, rows, width, mean, inverse, arena, running, move_running)
    else:
        norm.running_statistics(arena, running, width, mean, inverse)
    norm.batch_forward(arena, x, rows, width, mean, inverse, weight, bias, xhat, y)


@njit(**GLUE)
def _forward_activate(row, coefficient, header, arena, rows, measure):
    """The activation and its slope, a few rows at a time so that what is measured is measured in the cache."""
    width = row[WIDTH_OUT]
    alpha = arena[header[PARAMETERS] + row[PARAM]] if row[PARAM] >= 0 else coefficient
    sums = _part(header, arena, SCRATCH, 0, SUMS)
    alive = _part(header, arena, SCRATCH, SUMS, width)
    fill(sums, 0, SUMS, 0.0)
    fill(alive, 0, width, 0.0)
    step = max(1, CHUNK // width)
    for r in range(0, rows, step):
        count = min(step, rows - r) * width
        z = _rows(header, arena, WORKSPACE, row[SRC], r * width, count)
        a = _rows(header, arena, WORKSPACE, row[DST], r * width, count)
        slope = _rows(header, arena, WORKSPACE, row[AUX], r * width, count)
        if row[CODE] == SOFTMAX:
            act.softmax(z, a, slope, count // width, width)
        else:
            act.activate(row[CODE], z, a, slope, alpha)
        if measure:
            if r == 0:
                sums[ORIGIN] = a[0]
            observe(a, slope, width, sums, alive)
    if measure:
        summarize(sums, alive, rows * width, width, _part(header, arena, MEASURED, row[LAYER] * WIDTH, WIDTH))


@njit(**GLUE)
def _forward(instructions, header, arena, rows, first, last, flags):
    """Instructions first to last - 1 on the `rows` samples that stand in the input tensor."""
    for i in range(first, last):
        row = instructions[i]
        op = row[OP]
        width = row[WIDTH_OUT]
        count = rows * width
        if op == DENSE:
            _affine(row, header, arena, rows, WORKSPACE, PARAMETERS, True)
        elif op == ACTIVATION:
            scale = arena[header[COEFFICIENTS] + i]
            _forward_activate(row, scale, header, arena, rows, flags & BACKWARD != 0)
        elif op == ADD:
            _add(row, arena[header[COEFFICIENTS] + i], header, arena, WORKSPACE, count)
        else:
            _forward_normalize(row, header, arena, rows, flags & BATCH_STATISTICS != 0, flags & LEARN != 0)


@njit(**GLUE)
def _add(row, scale, header, arena, part, count):
    """DST = OTHER + scale * SRC, of values or of tangents."""
    branch = _tensor(header, arena, part, row[SRC], count)
    other = _tensor(header, arena, part, row[OTHER], count)
    out = _tensor(header, arena, part, row[DST], count)
    for k in range(count):
        out[k] = other[k] + scale * branch[k]


@njit(**GLUE)
def _loss(header, arena, rows):
    """The loss of the pass that stands in the workspace; its slope goes to the deltas of the loss tensor."""
    width = header[OUTPUTS]
    out = _tensor(header, arena, WORKSPACE, header[LOSS_TENSOR], rows * width)
    slope = _tensor(header, arena, DELTAS, header[LOSS_DELTA], rows * width)
    target = _part(header, arena, TARGETS, 0, rows * width)
    threshold = 0.0 if header[LOSS_CODE] == 2 else 0.5  # logits are parted at 0
    arena[header[SUMMARY] + ACCURACY] = count_right(out, target, rows, width, threshold) / rows
    return loss_and_slope(header[LOSS_CODE], out, target, rows, width, slope)


@njit(**GLUE)
def _finish_gradient(header, arena, offset, count, exponent):
    """Bring a stretch of gradients to its true scale; log2 of its true norm."""
    start = header[GRADIENTS] + offset
    size = log2_norm(arena, start, count) + exponent
    if exponent != 0:
        scale_by_power(arena, start, count, exponent)
    return size


@njit(**GLUE)
def _backward_activate(row, header, arena, rows, exponent):
    """Gradient of the activation's input, and of PReLU's alpha. Returns log2 of the latter's norm."""
    width = row[WIDTH_OUT]
    count = rows * width
    d_out = _tensor(header, arena, DELTAS, row[D_DST], count)
    d_in = _tensor(header, arena, DELTAS, row[D_SRC], count)
    if row[CODE] == SOFTMAX:
        a = _tensor(header, arena, WORKSPACE, row[DST], count)
        act.softmax_product(a, d_out, d_in, rows, width)
        return -math.inf
    size = -math.inf
    if row[PARAM] >= 0:  # first: d_in may stand where d_out does
        z = _tensor(header, arena, WORKSPACE, row[SRC], count)
        total = 0.0
        for i in range(count):
            total += 0.0 if z[i] > 0.0 else d_out[i] * z[i]
        arena[header[GRADIENTS] + row[PARAM]] = total
        size = _finish_gradient(header, arena, row[PARAM], 1, exponent)
    slope = _tensor(header, arena, WORKSPACE, row[AUX], count)
    for i in range(count):
        d_in[i] = d_out[i] * slope[i]
    return size


@njit(**GLUE)
def _project(row, header, arena, rows, v, out):
    """out = d(xhat)/dx applied to v: the Jacobian of normalising, which is its own transpose."""
    width = row[WIDTH_OUT]
    xhat = _tensor(header, arena, WORKSPACE, row[AUX], rows * width)
    if row[OP] == LAYER_NORM:
        inverse = _tensor(header, arena, WORKSPACE, row[AUX2], rows)
        norm.layer_project(v, xhat, inverse, rows, width, out)
    else:
        inverse = _tensor(header, arena, WORKSPACE, row[AUX2], width)
        mean = _part(header, arena, SCRATCH, 0, width)
        correlation = _part(header, arena, SCRATCH, width, width)
        norm.batch_project(v, xhat, inverse, rows, width, out, mean, correlation)


@njit(**GLUE)
def _backward_normalize(row, header, arena, rows, exponent):
    """Gradient of the normalisation's input and parameters. Returns log2 of the latter's norm."""
    width = row[WIDTH_OUT]
    count = rows * width
    d_out = _tensor(header, arena, DELTAS, row[D_DST], count)
    xhat = _tensor(header, arena, WORKSPACE, row[AUX], count)
    weight = _part(header, arena, PARAMETERS, row[PARAM], width)
    weight_grad = _part(header, arena, GRADIENTS, row[PARAM], width)
    bias_grad = _part(header, arena, GRADIENTS, row[PARAM] + width, width)
    norm.parameter_gradients(d_out, xhat, rows, width, weight_grad, bias_grad)
    norm.scale_columns(d_out, weight, rows, width, d_out)
    _project(row, header, arena, rows, d_out, _tensor(header, arena, DELTAS, row[D_SRC], count))
    return _finish_gradient(header, arena, row[PARAM], 2 * width, exponent)


@njit(**GLUE)
def _backward_dense(row, header, arena, rows, exponent):
    """Gradients of weight, bias and input. Returns log2 of the norm of the first two."""
    n_in = row[WIDTH_IN]
    n_out = row[WIDTH_OUT]
    weights = n_in * n_out
    values = header[WORKSPACE] + row[SRC] * header[CAPACITY]
    delta = header[DELTAS] + row[D_DST] * header[CAPACITY]
    g = header[GRADIENTS] + row[PARAM]
    fill(arena, g, weights, 0.0)
    multiply(arena, values, 1, n_in, arena, delta, arena, g, n_in, n_out, rows, arena, g, n_out)
    column_sums(arena, delta, rows, n_out, arena, g + weights)
    size = _finish_gradient(header, arena, row[PARAM], weights, exponent)
    bias_size = _finish_gradient(header, arena, row[PARAM] + weights, n_out, exponent)
    total = 0.0
    for i in range(g, g + weights):
        total += abs(arena[i])
    out = _part(header, arena, MEASURED, row[LAYER] * WIDTH, WIDTH)
    out[WEIGHT_GRAD] = size * LOG10_2
    out[WEIGHT_GRAD_MEAN] = total / weights
    if row[WRITE] != NOTHING:
        source = header[DELTAS] + row[D_SRC] * header[CAPACITY]
        transposed = _part(header, arena, SCRATCH, 0, weights)
        transpose(arena, header[PARAMETERS] + row[PARAM], n_in, n_out, transposed)
        if row[WRITE] == SET:
            fill(arena, source, rows * n_in, 0.0)
        multiply(arena, delta, n_out, 1, transposed, 0, arena, source, rows, n_in, n_out, arena, source, n_in)
    return log2_hypot(size, bias_size)


@njit(**GLUE)
def _backward_add(row, scale, header, arena, count):
    """The gradient goes to the skip's source as it is and to the branch times the skip's scale."""
    d_out = _tensor(header, arena, DELTAS, row[D_DST], count)
    if row[WRITE_OTHER] != NOTHING:
        d_source = _tensor(header, arena, DELTAS, row[D_OTHER], count)
        if row[WRITE_OTHER] == SET:
            fill(d_source, 0, count, 0.0)
        for k in range(count):
            d_source[k] += d_out[k]
    d_branch = _tensor(header, arena, DELTAS, row[D_SRC], count)
    for k in range(count):
        d_branch[k] = scale * d_out[k]


@njit(**GLUE)
def _rescale(links, first, last, header, arena, part, rows, shift):
    """Multiply the tensors of a stretch of `links` by 2**shift."""
    for k in range(first, last):
        start = header[part] + links[k, 0] * header[CAPACITY]
        scale_by_power(arena, start, links[k, 1] * rows, shift)


@njit(**GLUE)
def _room(links, first, last, header, arena, rows, shift):
    """As much of an upward shift as overflows no gradient that waits beside this one, for a skip to be met."""
    for k in range(first, last):
        start = header[DELTAS] + links[k, 0] * header[CAPACITY]
        size = log2_norm(arena, start, links[k, 1] * rows)
        if -math.inf < size < math.inf:
            shift = min(shift, max(math.floor(ROOM - size), 0)) if shift > 0 else shift
    return shift


@njit(**GLUE)
def _backward(instructions, links, header, arena, rows):
    """Every gradient, from the loss slope that stands at the loss tensor. Returns log2 of the norm of them all."""
    exponent = 0
    total = -math.inf
    for i in range(instructions.shape[0] - header[FUSED] - 1, -1, -1):
        row = instructions[i]
        op = row[OP]
        if op == DENSE:
            delta = header[DELTAS] + row[D_DST] * header[CAPACITY]
            size = log2_norm(arena, delta, rows * row[WIDTH_OUT])
            if STRAY < abs(size) < math.inf:
                shift = _room(links, row[PENDING], row[PENDING_END], header, arena, rows, -round(size))
                _rescale(links, row[PENDING], row[PENDING_END], header, arena, DELTAS, rows, shift)
                exponent -= shift
                size += shift
            arena[header[MEASURED] + row[LAYER] * WIDTH + DELTA] = (size + exponent) * LOG10_2
            total = log2_hypot(total, _backward_dense(row, header, arena, rows, exponent))
        elif op == ACTIVATION:
            total = log2_hypot(total, _backward_activate(row, header, arena, rows, exponent))
        elif op == ADD:
            scale = arena[header[COEFFICIENTS] + i]
            _backward_add(row, scale, header, arena, rows * row[WIDTH_OUT])
        else:
            total = log2_hypot(total, _backward_normalize(row, header, arena, rows, exponent))
    return total


@njit(**GLUE)
def _keep(row, header, arena):
    """Keep a layer's parameters as they are in this pass, and the norm of its weight."""
    start = row[PARAM]
    size = row[PARAM_END] - start
    now = _part(header, arena, PARAMETERS, start, size)
    kept = _part(header, arena, PREVIOUS, start, size)
    for k in range(size):
        kept[k] = now[k]
    out = _part(header, arena, MEASURED, row[LAYER] * WIDTH, WIDTH)
    out[WEIGHT_NORM] = 2.0 ** log2_norm(now, 0, row[WIDTH_IN] * row[WIDTH_OUT])
    out[UPDATE] = math.nan


@njit(**GLUE)
def _update(row, header, arena, settings, rate, bias1, bias2, clip_scale):
    """One step of the optimiser for a layer, with how far its weight moved."""
    start = row[PARAM]
    size = row[PARAM_END] - start
    p = _part(header, arena, PARAMETERS, start, size)
    g = _part(header, arena, GRADIENTS, start, size)
    first = _part(header, arena, FIRST_MOMENT, start, size)
    second = _part(header, arena, SECOND_MOMENT, start, size)
    scratch = _part(header, arena, SCRATCH, 0, size)
    update(settings, p, g, first, second, scratch, rate, bias1, bias2, clip_scale)
    before = _part(header, arena, PREVIOUS, start, size)
    moved = 0.0
    for k in range(row[WIDTH_IN] * row[WIDTH_OUT]):
        d = p[k] - before[k]
        moved += d * d
    out = _part(header, arena, MEASURED, row[LAYER] * WIDTH, WIDTH)
    out[UPDATE] = math.sqrt(moved) / out[WEIGHT_NORM]


@njit(**GLUE)
def _finish_step(instructions, header, arena, settings, rate, count, clip_scale, learn):
    """Layer by layer keep the parameters of this pass and, where it is to learn, make update `count`, from 1."""
    bias1 = 1.0 - settings[3] ** count
    bias2 = 1.0 - settings[4] ** count
    for i in range(instructions.shape[0]):
        row = instructions[i]
        if row[OP] == DENSE:
            _keep(row, header, arena)
            if learn:
                _update(row, header, arena, settings, rate, bias1, bias2, clip_scale)


@njit(**GLUE)
def _gather(header, arena, inputs, targets, order, start, rows):
    """Copy the samples order[start : start + rows] to the input tensor and the targets."""
    features = header[FEATURES]
    outputs = header[OUTPUTS]
    into = header[WORKSPACE]
    wanted = header[TARGETS]
    for r in range(rows):
        sample = order[start + r]
        for k in range(features):
            arena[into + r * features + k] = inputs[sample, k]
        for k in range(outputs):
            arena[wanted + r * outputs + k] = targets[sample, k]


@njit(**GLUE)
def _clip_scale(limit, size):
    """What clipping by norm multiplies the gradient by: min(1, limit / (norm + 1e-6)), PyTorch's."""
    if limit <= 0.0:
        return 1.0
    scale = limit / (2.0**size + 1e-6)
    return 1.0 if scale > 1.0 else scale


_INTEGERS, _TABLE, _VECTOR, _MATRIX = (
    np.zeros(1, np.int64),
    np.zeros((1, 1), np.int64),
    np.zeros(1),
    np.zeros((1, 1)),
)


@entry(
    _TABLE,
    _TABLE,
    _INTEGERS,
    _VECTOR,
    _VECTOR,
    _MATRIX,
    _MATRIX,
    _INTEGERS,
    _TABLE,
    _VECTOR,
    1,
    1,
    0,
    1,
    _VECTOR,
)
def run(
    instructions,
    links,
    header,
    arena,
    settings,
    inputs,
    targets,
    order,
    batches,
    rates,
    first_count,
    flags,
    first,
    last,
    losses,
):
    """len(rates) batches through instructions first to last - 1, and as `flags` say backward and the update.

    inputs (samples, features), targets (samples, outputs); order: sample indices; batches (steps, 2): where each
    batch starts in `order`, and its rows. rates (steps,) learning rates; first_count: the number of the first of
    these updates, from 1. losses (steps,) out; all else is left in the arena.
    """
    for s in range(rates.size):
        rows = batches[s, 1]
        _gather(header, arena, inputs, targets, order, batches[s, 0], rows)
        _forward(instructions, header, arena, rows, first, last, flags)
        losses[s] = _loss(header, arena, rows)
        if flags & BACKWARD:
            size = _backward(instructions, links, header, arena, rows)
            clip_scale = _clip_scale(settings[8], size)
            arena[header[SUMMARY] + GRADIENT_LOG10] = size * LOG10_2
            arena[header[SUMMARY] + CLIP_SCALE] = clip_scale
            learn = flags & LEARN != 0
            _finish_step(instructions, header, arena, settings, rates[s], first_count + s, clip_scale, learn)


@njit(**GLUE)
def _push(row, coefficient, header, arena, rows):
    """The tangent of one instruction: how its output moves when its input moves. Log2 of how far it moves."""
    width = row[WIDTH_OUT]
    count = rows * width
    v = _tensor(header, arena, TANGENTS, row[SRC], rows * row[WIDTH_IN])
    out = _tensor(header, arena, TANGENTS, row[DST], count)
    if row[OP] == DENSE:
        _affine(row, header, arena, rows, TANGENTS, PREVIOUS, False)
    elif row[OP] == ADD:
        _add(row, coefficient, header, arena, TANGENTS, count)
    elif row[OP] == ACTIVATION:
        if row[CODE] == SOFTMAX:
            a = _tensor(header, arena, WORKSPACE, row[DST], count)
            act.softmax_product(a, v, out, rows, width)
        else:
            slope = _tensor(header, arena, WORKSPACE, row[AUX], count)
            for k in range(count):
                out[k] = v[k] * slope[k]
    else:
        _project(row, header, arena, rows, v, out)
        norm.scale_columns(out, _part(header, arena, PREVIOUS, row[PARAM], width), rows, width, out)
    return log2_norm(out, 0, count)


@entry(_TABLE, _TABLE, _INTEGERS, _VECTOR, 1, 0, _MATRIX)
def tangent(instructions, links, header, arena, rows, first, table):
    """Push the signal that stands among the tangents through the instructions from `first` on, in the latest pass.

    table (layers, 5) out: log2 norms AFTER_WEIGHT ... ENTERING of the signal, AFTER_LAYER over every tensor that
    later layers read. Returns the exponent of what stands at the loss tensor in the end: the true signal is the
    stored one times 2**exponent. The loss slope is left in the deltas of the loss tensor.
    """
    exponent = 0
    last = instructions.shape[0] - header[FUSED]
    for i in range(first, last):
        row = instructions[i]
        stages = table[row[LAYER]]
        if row[OP] == DENSE:
            src = header[TANGENTS] + row[SRC] * header[CAPACITY]
            stages[ENTERING] = log2_norm(arena, src, rows * row[WIDTH_IN]) + exponent
        size = _push(row, arena[header[COEFFICIENTS] + i], header, arena, rows) + exponent
        if row[OP] == DENSE:
            stages[AFTER_WEIGHT:ENTERING] = size
        elif row[OP] == ACTIVATION:
            stages[AFTER_SLOPE:ENTERING] = size
        elif row[OP] != ADD:
            stages[AFTER_NORM:ENTERING] = size
        if not row[ENDS_LAYER] and i < last - 1:
            continue
        size = -math.inf
        for k in range(row[LIVE], row[LIVE_END]):
            start = header[TANGENTS] + links[k, 0] * header[CAPACITY]
            size = log2_hypot(size, log2_norm(arena, start, links[k, 1] * rows))
        stages[AFTER_LAYER] = size + exponent
        if STRAY < abs(size) < math.inf:
            shift = -round(size)
            _rescale(links, row[LIVE], row[LIVE_END], header, arena, TANGENTS, rows, shift)
            exponent -= shift
    _loss(header, arena, rows)
    return exponent


cache.mark_ready()
