"""Optimisers: one update of a stretch of parameters, as torch.optim has it. What they share stands in `update`.

settings (float64) is laid out by SETTINGS; clip_scale multiplies every gradient first, then clip_value bounds it.
moments is (2, parameters): the first and the second memory of whatever optimiser is in force.
"""

from __future__ import annotations

import math

from numba import njit

from vgtui.engine.kernels import KERNEL

CODES = {"sgd": 0, "adagrad": 1, "rmsprop": 2, "adam": 3, "adamw": 4}
SETTINGS = (
    "optimizer",
    "momentum",
    "nesterov",
    "beta1",
    "beta2",
    "rho",
    "epsilon",
    "weight_decay",
    "clip_norm",
    "clip_value",
)


@njit(**KERNEL)
def sgd(p, g, first, rate, momentum, nesterov):
    """buf = momentum buf + g; p -= rate (buf, or g + momentum buf for Nesterov)."""
    for i in range(p.size):
        b = momentum * first[i] + g[i]
        first[i] = b
        p[i] -= rate * (g[i] + momentum * b if nesterov else b)


@njit(**KERNEL)
def adagrad(p, g, second, rate, epsilon):
    """s += g^2; p -= rate g / (sqrt(s) + epsilon). Duchi et al. 2011."""
    for i in range(p.size):
        s = second[i] + g[i] * g[i]
        second[i] = s
        p[i] -= rate * g[i] / (math.sqrt(s) + epsilon)


@njit(**KERNEL)
def rmsprop(p, g, first, second, rate, rho, epsilon, momentum):
    """s = rho s + (1 - rho) g^2; buf = momentum buf + g / (sqrt(s) + epsilon); p -= rate buf. Hinton 2012."""
    for i in range(p.size):
        s = rho * second[i] + (1.0 - rho) * (g[i] * g[i])
        second[i] = s
        b = momentum * first[i] + g[i] / (math.sqrt(s) + epsilon)
        first[i] = b
        p[i] -= rate * b


@njit(**KERNEL)
def adam(p, g, first, second, rate, beta1, beta2, epsilon, bias1, bias2):
    """m and v are running means of g and g^2, unbiased by bias = 1 - beta^count. Kingma & Ba 2015."""
    step = rate / bias1
    root = 1.0 / math.sqrt(bias2)
    for i in range(p.size):
        m = beta1 * first[i] + (1.0 - beta1) * g[i]
        v = beta2 * second[i] + (1.0 - beta2) * (g[i] * g[i])
        first[i] = m
        second[i] = v
        p[i] -= step * m / (math.sqrt(v) * root + epsilon)


@njit(**KERNEL)
def effective_gradient(p, g, out, clip_scale, clip_value, decay):
    """out = the gradient that the optimiser is given: clipped, with decay * p added."""
    for i in range(p.size):
        x = g[i] * clip_scale
        x = clip_value if x > clip_value else x
        x = -clip_value if x < -clip_value else x
        out[i] = x + decay * p[i]


@njit(**KERNEL)
def update(settings, p, g, first, second, scratch, rate, bias1, bias2, clip_scale):
    """Move p (and the moments) by one step; bias1 and bias2 are Adam's, 1 - beta^count. g is left as it is."""
    kind = int(settings[0])
    decay = settings[7]
    clip_value = settings[9] if settings[9] > 0.0 else math.inf
    effective_gradient(p, g, scratch, clip_scale, clip_value, 0.0 if kind == 4 else decay)
    if kind == 0:
        sgd(p, scratch, first, rate, settings[1], settings[2] != 0.0)
    elif kind == 1:
        adagrad(p, scratch, second, rate, settings[6])
    elif kind == 2:
        rmsprop(p, scratch, first, second, rate, settings[5], settings[6], settings[1])
    else:
        if kind == 4:  # decoupled decay, Loshchilov & Hutter 2019
            for i in range(p.size):
                p[i] *= 1.0 - rate * decay
        adam(p, scratch, first, second, rate, settings[3], settings[4], settings[6], bias1, bias2)
