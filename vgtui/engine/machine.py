"""Runs a program: forward, backward, update, tangent. Python enters once for any number of training steps.

Backward carries delta as stored values times 2**exponent: backpropagation is linear in delta, so the exponent
can be moved exactly whenever delta strays, and neither delta nor a norm is ever lost below the range of the
arena's numbers. The gradients that the optimiser sees are scaled back and are what those numbers hold.

The machine knows no kind of layer: an instruction says where its faces are (see faces), and the machine calls them.
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face, call
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels.literals import by_precision, exact
from vgtui.engine.kernels.norms import (
    LOG10_2,
    SINGLE_STRAY,
    STRAY,
    is_true,
    keep,
    log2_hypot,
    log2_norm,
    log2_norm_scaled,
)
from vgtui.engine.kernels.optimizers import (
    BETA1,
    BETA2,
    BIAS1,
    BIAS2,
    CLIP_NORM,
    L1,
    L2,
    RATE,
    SETTINGS_WIDTH,
)
from vgtui.engine.kernels.optimizers import CLIP_SCALE as SCALE_OF_CLIPPING
from vgtui.engine.kernels.penalties import penalty
from vgtui.engine.kernels.rounding import store
from vgtui.engine.operations.links import join, rescale, room
from vgtui.engine.operations.places import BACKWARD, LEARN, flat, measured
from vgtui.engine.operations.scaling import follow_scale, scale_loss
from vgtui.engine.record import DELTA, UPDATE, WEIGHT_NORM
from vgtui.engine.signatures import ARENA, HEADER, INTEGER, INTEGERS, MATRIX, PAIRS, TABLE, VECTOR, Signature
from vgtui.engine.stages import AFTER_LAYER, AFTER_WEIGHT, ENTERING
from vgtui.engine.table import (
    BACKWARD_FACE,
    CAPACITY,
    CARRIED,
    CLIP_SCALE,
    COEFFICIENTS,
    D_DST,
    D_OTHER,
    D_SRC,
    DELTAS,
    DST,
    ENDS_LAYER,
    EXPONENT,
    FEATURES,
    FORMAT,
    FORWARD_FACE,
    FULL,
    FUSED,
    GRADIENT_LOG10,
    GRADIENTS,
    INTERVAL,
    KEEPS,
    LAYER,
    LIVE,
    LIVE_END,
    LOSS_FACE,
    LOSS_SCALE,
    NOTHING,
    NUDGE_FACE,
    OUTPUTS,
    PARAM,
    PARAM_END,
    PARAMETERS,
    PENDING,
    PENDING_END,
    PREVIOUS,
    PUSH_FACE,
    READ,
    SCALING,
    SCALING_WIDTH,
    SETTINGS,
    SKIPPED,
    SRC,
    STAGE,
    START,
    STEP,
    SUMMARY,
    SUMMARY_WIDTH,
    TANGENTS,
    TARGETS,
    UPDATE_FACE,
    WEIGHTS,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
    WRITE,
    WRITE_OTHER,
)


@njit(**KERNEL)
def _store(header, arena, part, column, count):
    """Round a tensor to the format in force, if any."""
    store(arena, header[part] + column * header[CAPACITY], count, header[FORMAT])


@njit(**KERNEL)
def _read_parameters(instructions, header, arena):
    """Where parameters are read as a rounded copy, make it."""
    if header[FORMAT] == FULL:
        return
    for i in range(instructions.shape[0]):
        row = instructions[i]
        if row[PARAM_END] == 0:
            continue
        count = row[PARAM_END] - row[PARAM]
        kept = flat(header, arena, PARAMETERS, row[PARAM], count)
        read = flat(header, arena, READ, row[PARAM], count)
        for k in range(count):
            read[k] = kept[k]
        store(read, 0, count, header[FORMAT])


@njit(**KERNEL)
def _forward(instructions, header, arena, rows, first, last, flags):
    """Instructions first to last - 1 on the `rows` samples that stand in the input tensor."""
    for i in range(first, last):
        row = instructions[i]
        call(row[FORWARD_FACE], row, header, arena, exact(arena)[header[COEFFICIENTS] + i], rows, flags)
        _store(header, arena, WORKSPACE, row[DST], rows * row[WIDTH_OUT])


@njit(**KERNEL)
def _backward(instructions, links, header, arena, rows, scaled, at_once, learn):
    """Every gradient, from the loss slope that stands among the deltas, times 2**scaled.

    With `at_once` every layer is finished (see _finish_layer) while its gradient is in the cache. Returns log2 of
    the norm of all gradients. A 16-bit format has no exponent to move: what it cannot hold is lost.
    """
    exponent = -scaled
    total = -math.inf
    gradients = header[GRADIENTS]
    previous = header[PREVIOUS]
    in_one_place = at_once and not header[KEEPS]
    stray = by_precision(arena, STRAY, SINGLE_STRAY) if header[FORMAT] == FULL else math.inf
    for i in range(instructions.shape[0] - header[FUSED] - 1, -1, -1):
        row = instructions[i]
        if in_one_place:
            header[GRADIENTS] = gradients - row[START]
            header[PREVIOUS] = previous - row[START]
        if row[STAGE] == AFTER_WEIGHT:
            delta = header[DELTAS] + row[D_DST] * header[CAPACITY]
            size = log2_norm(arena, delta, rows * row[WIDTH_OUT])
            if stray < abs(size) < math.inf:
                shift = room(links, row[PENDING], row[PENDING_END], header, arena, rows, -round(size))
                rescale(links, row[PENDING], row[PENDING_END], header, arena, DELTAS, rows, shift)
                exponent -= shift
                size += shift
            measured(row, header, arena)[DELTA] = (size + exponent) * LOG10_2
        scale = exact(arena)[header[COEFFICIENTS] + i]
        size = call(row[BACKWARD_FACE], row, header, arena, scale, rows, exponent)
        if row[WRITE] != NOTHING:
            _store(header, arena, DELTAS, row[D_SRC], rows * row[WIDTH_IN])
        if row[WRITE_OTHER] != NOTHING:
            _store(header, arena, DELTAS, row[D_OTHER], rows * row[WIDTH_OUT])
        total = log2_hypot(total, size)
        if at_once and row[PARAM_END] > 0:
            _finish_layer(row, header, arena, learn)
    header[GRADIENTS] = gradients
    header[PREVIOUS] = previous
    return total


@njit(**KERNEL)
def _penalty(instructions, header, arena):
    """What the penalties on all weights come to: the part of the loss that no sample has to do with."""
    settings = flat(header, exact(arena), SETTINGS, 0, SETTINGS_WIDTH)
    l1 = settings[L1]
    l2 = settings[L2]
    total = 0.0
    if l1 > 0.0 or l2 > 0.0:
        for i in range(instructions.shape[0]):
            row = instructions[i]
            if row[PARAM_END] > 0:
                total += penalty(flat(header, arena, PARAMETERS, row[PARAM], row[WEIGHTS]), l1, l2)
    return total


@njit(**KERNEL)
def _finish_layer(row, header, arena, learn):
    """Keep a layer's parameters as they are in this pass and measure its weight; where it is to learn, update it."""
    start = header[PARAMETERS] + row[PARAM]
    place = header[PREVIOUS] + row[PARAM]
    weights = row[WEIGHTS]
    power = keep(arena, start, weights, arena, place)
    keep(arena, start + weights, row[PARAM_END] - row[PARAM] - weights, arena, place + weights)
    out = measured(row, header, arena)
    out[WEIGHT_NORM] = (
        math.sqrt(power) if is_true(arena, power) else 2.0 ** log2_norm_scaled(arena, start, weights)
    )
    out[UPDATE] = math.nan
    if learn:
        call(header[UPDATE_FACE], row, header, arena, 0.0, 0, 0)


@njit(**KERNEL)
def _clip(settings, summary, size):
    """Say how clipping by norm scales a gradient whose norm is 2**size."""
    summary[GRADIENT_LOG10] = size * LOG10_2
    scale = 1.0
    if settings[CLIP_NORM] < math.inf:
        limit = settings[CLIP_NORM] / (2.0**size + 1e-6)  # PyTorch's clip_grad_norm_
        scale = 1.0 if limit > 1.0 else limit
    summary[CLIP_SCALE] = scale
    settings[SCALE_OF_CLIPPING] = scale


@njit(**GLUE)
def _set_rate(settings, rate, count):
    """The settings for update `count`, from 1."""
    settings[RATE] = rate
    settings[BIAS1] = 1.0 - settings[BETA1] ** count
    settings[BIAS2] = 1.0 - settings[BETA2] ** count
    settings[SCALE_OF_CLIPPING] = 1.0


@njit(**KERNEL)
def _way_back(instructions, links, header, arena, rows, rate, first_count, learn):
    """Gradients, measures and, where it is to learn, the update.

    first_count: its number, with the updates before it that were left out. Layer by layer, unless what becomes of
    all layers depends on all gradients: clipped by their norm, or left out where they are not finite.
    """
    settings = flat(header, exact(arena), SETTINGS, 0, SETTINGS_WIDTH)
    summary = flat(header, exact(arena), SUMMARY, 0, SUMMARY_WIDTH)
    scaling = flat(header, exact(arena), SCALING, 0, SCALING_WIDTH)
    scaled = int(scaling[EXPONENT])
    summary[LOSS_SCALE] = scaled
    scale_loss(header, arena, rows, scaled)
    _set_rate(settings, rate, first_count - int(scaling[SKIPPED]))
    at_once = settings[CLIP_NORM] == math.inf and scaling[INTERVAL] == 0.0
    size = _backward(instructions, links, header, arena, rows, scaled, at_once, learn)
    learn = learn and follow_scale(scaling, size)
    _clip(settings, summary, size)
    if not at_once:
        for i in range(instructions.shape[0]):
            if instructions[i, PARAM_END] > 0:
                _finish_layer(instructions[i], header, arena, learn)


@njit(**KERNEL)
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


def _run(
    instructions, fleeting, links, header, arena, inputs, targets, order, batches, rates, span, first_step,
    first_count, flags, first, last, losses,
):  # fmt: skip
    """Batches span[0] to span[1] - 1 through instructions first to last - 1; as `flags` say, backward and the update.

    fleeting: the instructions as they are in passes that nobody looks at, all but the last one.
    inputs (samples, features), targets (samples, outputs); order: sample indices; batches (steps, 2): where each
    batch starts in `order`, and its rows. rates (steps,) learning rates; first_step: updates done before batch 0;
    first_count: the number of its update, from 1, since the optimiser's memories were empty, with those that loss
    scaling left out. losses (steps,) out, penalties included; all else is left in the arena.
    """
    for s in range(span[0], span[1]):
        rows = batches[s, 1]
        header[STEP] = first_step + s
        header[KEEPS] = s == span[1] - 1
        _gather(header, arena, inputs, targets, order, batches[s, 0], rows)
        _store(header, arena, WORKSPACE, 0, rows * header[FEATURES])
        _read_parameters(instructions, header, arena)
        table = instructions if header[KEEPS] else fleeting
        _forward(table, header, arena, rows, first, last, flags)
        losses[s] = call(header[LOSS_FACE], header, header, arena, 0.0, rows, flags) + _penalty(
            instructions, header, arena
        )
        if flags & BACKWARD:
            learn = flags & LEARN != 0
            _way_back(table, links, header, arena, rows, rates[s], first_count + s, learn)


def _sweep(instructions, header, arena, rows, place, values, flags, losses):
    """The loss of the samples that stand in the input tensor, with one parameter at each of `values` in turn.

    place: the parameter, counted from the first; it is left as it was. losses (len(values),) out, with penalties.
    """
    p = header[PARAMETERS] + place
    before = arena[p]
    for k in range(values.size):
        arena[p] = values[k]
        _read_parameters(instructions, header, arena)
        _forward(instructions, header, arena, rows, 0, instructions.shape[0], flags)
        loss = call(header[LOSS_FACE], header, header, arena, 0.0, rows, flags)
        losses[k] = loss + _penalty(instructions, header, arena)
    arena[p] = before


def _nudge(instructions, header, arena, rows, index, parameter):
    """Into the tangent of DST of instruction `index`: how it moves when one of its layer's parameters moves by 1.

    It is what stands there times 2**CARRIED of the header.
    """
    row = instructions[index]
    header[CARRIED] = 0
    return call(row[NUDGE_FACE], row, header, arena, 0.0, rows, parameter)


def _tangent(instructions, links, header, arena, rows, first, table):
    """Push the signal that stands among the tangents through the instructions from `first` on, in the latest pass.

    table (layers, STAGES) out: log2 norms of the signal along each layer, AFTER_LAYER over every tensor that later
    layers read. Returns the exponent of what stands at the loss tensor in the end: the true signal is the stored
    one times 2**exponent. The loss slope is left among the deltas.
    """
    exponent = 0
    last = instructions.shape[0] - header[FUSED]
    for i in range(first, last):
        row = instructions[i]
        stages = table[row[LAYER]]
        if row[STAGE] == AFTER_WEIGHT:
            src = header[TANGENTS] + row[SRC] * header[CAPACITY]
            stages[ENTERING] = log2_norm(arena, src, rows * row[WIDTH_IN]) + exponent
        header[CARRIED] = 0
        size = (
            call(row[PUSH_FACE], row, header, arena, exact(arena)[header[COEFFICIENTS] + i], rows, 0)
            + exponent
        )
        for stage in range(row[STAGE], ENTERING):
            stages[stage] = size
        if header[CARRIED] != 0:
            exponent += join(row, links, header, arena, rows)
        if not row[ENDS_LAYER] and i < last - 1:
            continue
        size = -math.inf
        for k in range(row[LIVE], row[LIVE_END]):
            start = header[TANGENTS] + links[k, 0] * header[CAPACITY]
            size = log2_hypot(size, log2_norm(arena, start, links[k, 1] * rows))
        stages[AFTER_LAYER] = size + exponent
        if by_precision(arena, STRAY, SINGLE_STRAY) < abs(size) < math.inf:
            shift = -round(size)
            rescale(links, row[LIVE], row[LIVE_END], header, arena, TANGENTS, rows, shift)
            exponent -= shift
    call(header[LOSS_FACE], header, header, arena, 0.0, rows, 0)
    return exponent


run = Face(
    _run,
    Signature(
        (
            *(TABLE, TABLE, PAIRS, HEADER, ARENA, MATRIX, MATRIX, INTEGERS, PAIRS, VECTOR),
            *(INTEGERS, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, VECTOR),
        ),
        None,
    ),
)
sweep = Face(_sweep, Signature((TABLE, HEADER, ARENA, INTEGER, INTEGER, VECTOR, INTEGER, VECTOR), None))
nudge = Face(_nudge, Signature((TABLE, HEADER, ARENA, INTEGER, INTEGER, INTEGER)))
tangent = Face(_tangent, Signature((TABLE, PAIRS, HEADER, ARENA, INTEGER, INTEGER, MATRIX), INTEGER))

ENTRIES = (run, sweep, nudge, tangent)
"""What Python calls."""
