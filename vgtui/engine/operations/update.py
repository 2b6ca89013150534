"""The optimiser as a face: one layer's parameters moved by one step, with how far its weight moved."""

from __future__ import annotations

import math

from vgtui.engine.faces import Face, call_optimizer, face
from vgtui.engine.kernels import optimizers as opt
from vgtui.engine.kernels.literals import exact
from vgtui.engine.kernels.norms import squared_distance
from vgtui.engine.kernels.random import add_noise
from vgtui.engine.operations.places import flat, measured
from vgtui.engine.record import UPDATE, WEIGHT_NORM
from vgtui.engine.table import (
    COUPLED,
    FIRST_MOMENT,
    GRADIENTS,
    LAYER,
    NOISE_KEY,
    OPTIMIZER,
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


@face
def update(row, header, arena, scale, rows, flags):
    """One layer's update, measured."""
    coupled = header[COUPLED] != 0
    start = row[PARAM]
    count = row[PARAM_END] - start
    settings = flat(header, exact(arena), SETTINGS, 0, opt.SETTINGS_WIDTH)
    p = flat(header, arena, PARAMETERS, start, count)
    g = flat(header, arena, GRADIENTS, start, count)
    given = g
    decay = settings[opt.DECAY] if coupled else 0.0
    if opt.changes_gradient(settings, decay):
        given = flat(header, arena, SCRATCH, 0, count)
        opt.effective_gradient(p, g, given, settings, decay)
    if settings[opt.NOISE] > 0.0:
        deviation = opt.noise_deviation(settings[opt.NOISE], header[STEP])
        add_noise(given, deviation, row[LAYER], header[STEP], header[NOISE_KEY])
    if not coupled and settings[opt.DECAY] > 0.0:
        opt.shrink(p, settings)
    first = flat(header, arena, FIRST_MOMENT, start, count)
    second = flat(header, arena, SECOND_MOMENT, start, count)
    call_optimizer(header[OPTIMIZER], p, given, first, second, settings)
    before = flat(header, arena, PREVIOUS, start, count)
    moved = squared_distance(p[: row[WEIGHTS]], before[: row[WEIGHTS]])
    out = measured(row, header, arena)
    out[UPDATE] = math.sqrt(moved) / out[WEIGHT_NORM]
    return 0.0


OPTIMIZERS: dict[str, tuple[Face, bool]] = {
    **{name: (optimizer, True) for name, optimizer in opt.OPTIMIZERS.items()},
    "adamw": (opt.OPTIMIZERS["adam"], False),
}
"""What computes the update, and whether weight decay is coupled: AdamW is Adam with its weight decay decoupled."""
