"""Optimisers as faces: one layer's parameters moved by one step, with how far its weight moved."""

from __future__ import annotations

import math

from numba import njit

from vgtui.engine.faces import Face, arrays, face
from vgtui.engine.kernels import GLUE
from vgtui.engine.kernels import optimizers as opt
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import squared_distance
from vgtui.engine.kernels.random import add_noise
from vgtui.engine.operations.places import flat, measured
from vgtui.engine.record import UPDATE, WEIGHT_NORM
from vgtui.engine.table import (
    FIRST_MOMENT,
    GRADIENTS,
    LAYER,
    NOISE_KEY,
    PARAM,
    PARAM_END,
    PARAMETERS,
    PREVIOUS,
    SCRATCH,
    SECOND_MOMENT,
    SETTINGS,
    STEP,
    WEIGHTS,
)


@njit(**GLUE)
def _update(optimize, coupled, row_, header_, arena_, size):
    """The update; `coupled`: weight decay is added to the gradient, not taken off the parameters."""
    row, header, arena = arrays(row_, header_, arena_, size)
    start = row[PARAM]
    count = row[PARAM_END] - start
    settings = flat(header, exact(arena), SETTINGS, 0, opt.SETTINGS_WIDTH)
    p = flat(header, arena, PARAMETERS, start, count)
    g = flat(header, arena, GRADIENTS, start, count)
    given = flat(header, arena, SCRATCH, 0, count)
    opt.effective_gradient(p, g, given, settings, settings[opt.DECAY] if coupled else 0.0)
    if settings[opt.NOISE] > 0.0:
        deviation = opt.noise_deviation(settings[opt.NOISE], header[STEP])
        add_noise(given, deviation, row[LAYER], header[STEP], header[NOISE_KEY])
    if not coupled:
        opt.shrink(p, settings)
    first = flat(header, arena, FIRST_MOMENT, start, count)
    second = flat(header, arena, SECOND_MOMENT, start, count)
    optimize(p, given, first, second, settings)
    before = flat(header, arena, PREVIOUS, start, count)
    moved = squared_distance(p[: row[WEIGHTS]], before[: row[WEIGHTS]])
    out = measured(row, header, arena)
    out[UPDATE] = math.sqrt(moved) / out[WEIGHT_NORM]
    return 0.0


@face
def sgd(row, header, arena, size, scale, rows, flags):
    """See kernels.optimizers.sgd."""
    return _update(opt.sgd, True, row, header, arena, size)


@face
def adagrad(row, header, arena, size, scale, rows, flags):
    """See kernels.optimizers.adagrad."""
    return _update(opt.adagrad, True, row, header, arena, size)


@face
def rmsprop(row, header, arena, size, scale, rows, flags):
    """See kernels.optimizers.rmsprop."""
    return _update(opt.rmsprop, True, row, header, arena, size)


@face
def adam(row, header, arena, size, scale, rows, flags):
    """See kernels.optimizers.adam."""
    return _update(opt.adam, True, row, header, arena, size)


@face
def adamw(row, header, arena, size, scale, rows, flags):
    """Adam with its weight decay decoupled."""
    return _update(opt.adam, False, row, header, arena, size)


OPTIMIZERS: dict[str, Face] = {
    "sgd": sgd,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
}
