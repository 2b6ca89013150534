"""Optimisers: one update of a stretch of parameters, as torch.optim has it. What they share stands around them.

`first` and `second` are the memories of whatever optimiser is in force; g is the gradient as it is given to it.
`settings` are float64.
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face
from vgtui.engine.kernels import GLUE, KERNEL
from vgtui.engine.kernels.literals import number
from vgtui.engine.signatures import OPTIMIZER

RATE, MOMENTUM, NESTEROV, BETA1, BETA2, RHO, EPSILON, DECAY, CLIP_NORM, CLIP_VALUE = range(10)
"""Entries of `settings`. RATE is the learning rate now; no clipping is a limit of infinity."""
BIAS1, BIAS2, CLIP_SCALE = range(10, 13)
"""More entries: 1 - beta^count of Adam, and what clipping by norm multiplies the gradient by."""
L1, L2, NOISE = range(13, 16)
"""Entries that no optimiser reads: the factors of the penalties, and the eta of gradient noise."""
SETTINGS_WIDTH = 16


@njit(**GLUE)
def changes_gradient(settings, decay):
    """Whether the optimiser is given anything but the gradient itself."""
    clipped = settings[CLIP_SCALE] != 1.0 or settings[CLIP_VALUE] < math.inf
    return clipped or decay > 0.0 or settings[NOISE] > 0.0


@njit(**KERNEL)
def effective_gradient(p, g, out, settings, decay):
    """out = the gradient that the optimiser is given: clipped, with decay * p added."""
    scale = number(p, settings[CLIP_SCALE])
    limit = number(p, settings[CLIP_VALUE])
    decay = number(p, decay)
    for i in range(p.size):
        x = g[i] * scale
        x = limit if x > limit else x
        x = -limit if x < -limit else x
        out[i] = x + decay * p[i]


@njit(**KERNEL)
def noise_deviation(eta, step):
    """sqrt(eta / (1 + t)^0.55), t updates done before: Neelakantan et al. 2015."""
    return math.sqrt(eta / (1.0 + step) ** 0.55)


def _sgd(p, g, first, second, settings):
    """buf = momentum buf + g; p -= rate (buf, or g + momentum buf for Nesterov)."""
    rate = number(p, settings[RATE])
    momentum = number(p, settings[MOMENTUM])
    nesterov = settings[NESTEROV] != 0.0
    for i in range(p.size):
        b = momentum * first[i] + g[i]
        first[i] = b
        p[i] -= rate * (g[i] + momentum * b if nesterov else b)


def _adagrad(p, g, first, second, settings):
    """s += g^2; p -= rate g / (sqrt(s) + epsilon). Duchi et al. 2011."""
    rate = number(p, settings[RATE])
    epsilon = number(p, settings[EPSILON])
    for i in range(p.size):
        s = second[i] + g[i] * g[i]
        second[i] = s
        p[i] -= rate * g[i] / (math.sqrt(s) + epsilon)


def _rmsprop(p, g, first, second, settings):
    """s = rho s + (1 - rho) g^2; buf = momentum buf + g / (sqrt(s) + epsilon); p -= rate buf. Hinton 2012."""
    rate = number(p, settings[RATE])
    rho = number(p, settings[RHO])
    rest = number(p, 1.0 - settings[RHO])
    epsilon = number(p, settings[EPSILON])
    momentum = number(p, settings[MOMENTUM])
    for i in range(p.size):
        s = rho * second[i] + rest * (g[i] * g[i])
        second[i] = s
        b = momentum * first[i] + g[i] / (math.sqrt(s) + epsilon)
        first[i] = b
        p[i] -= rate * b


def _adam(p, g, first, second, settings):
    """m and v are running means of g and g^2, unbiased by 1 - beta^count. Kingma & Ba 2015."""
    beta1 = number(p, settings[BETA1])
    beta2 = number(p, settings[BETA2])
    rest1 = number(p, 1.0 - settings[BETA1])
    rest2 = number(p, 1.0 - settings[BETA2])
    epsilon = number(p, settings[EPSILON])
    step = number(p, settings[RATE] / settings[BIAS1])
    root = number(p, 1.0 / math.sqrt(settings[BIAS2]))
    for i in range(p.size):
        m = beta1 * first[i] + rest1 * g[i]
        v = beta2 * second[i] + rest2 * (g[i] * g[i])
        first[i] = m
        second[i] = v
        p[i] -= step * m / (math.sqrt(v) * root + epsilon)


@njit(**KERNEL)
def shrink(p, settings):
    """p *= 1 - rate * decay: decoupled weight decay, Loshchilov & Hutter 2019."""
    factor = number(p, 1.0 - settings[RATE] * settings[DECAY])
    for i in range(p.size):
        p[i] *= factor


OPTIMIZERS = {
    "sgd": Face(_sgd, OPTIMIZER),
    "adagrad": Face(_adagrad, OPTIMIZER),
    "rmsprop": Face(_rmsprop, OPTIMIZER),
    "adam": Face(_adam, OPTIMIZER),
}
"""What is called by address: (p, g, first, second, settings)."""
