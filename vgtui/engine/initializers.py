"""How parameters begin. Every layer draws from a stream of its own, so one layer's setting moves no other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from vgtui.engine.criticality import critical_variances
from vgtui.engine.streams import WEIGHTS, stream
from vgtui.scenario.model import Conv, Dense

Weighted = Dense | Conv

Draw = Callable[[np.random.Generator, tuple[int, int], Weighted], np.ndarray]


def _fans(shape: tuple[int, int], layer: Weighted) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight (out, in): an input of a convolution goes to each place of the kernel."""
    return shape[1], shape[0] * (layer.kernel**2 if isinstance(layer, Conv) else 1)


def _uniform(limit: Callable[[int, int], float]) -> Draw:
    """U(-limit, limit), limit a function of (fan_in, fan_out)."""

    def draw(rng: np.random.Generator, shape: tuple[int, int], layer: Weighted) -> np.ndarray:
        bound = limit(*_fans(shape, layer))
        return rng.uniform(-bound, bound, shape)

    return draw


def _normal(std: Callable[[int, int], float]) -> Draw:
    """N(0, std^2), std a function of (fan_in, fan_out)."""

    def draw(rng: np.random.Generator, shape: tuple[int, int], layer: Weighted) -> np.ndarray:
        return rng.normal(0.0, std(*_fans(shape, layer)), shape)

    return draw


def orthogonal(rng: np.random.Generator, shape: tuple[int, int], layer: Weighted) -> np.ndarray:
    """Orthonormal rows or columns, whichever are fewer, uniformly distributed: Saxe et al. 2014."""
    tall = rng.normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T


def critical(rng: np.random.Generator, shape: tuple[int, int], layer: Weighted) -> np.ndarray:
    """N(0, weight variance / fan_in) at the edge of chaos of the layer's activation."""
    return rng.normal(0.0, math.sqrt(critical_weight_variance(layer) / shape[1]), shape)


def critical_weight_variance(layer: Weighted) -> float:
    """The critical weight variance; a softmax is taken for linear."""
    return critical_variances(_scalar_activation(layer), layer.slope_alpha)[0]


def _scalar_activation(layer: Weighted) -> str:
    return "linear" if layer.activation == "softmax" else layer.activation


INITIALIZERS: dict[str, Draw] = {
    "zeros": lambda rng, shape, layer: np.zeros(shape),
    "constant": lambda rng, shape, layer: np.full(shape, layer.init_scale),
    "uniform": lambda rng, shape, layer: rng.uniform(-1.0, 1.0, shape) * layer.init_scale,
    "normal": lambda rng, shape, layer: rng.normal(0.0, 1.0, shape) * layer.init_scale,
    "glorot_uniform": _uniform(lambda fan_in, fan_out: math.sqrt(6.0 / (fan_in + fan_out))),
    "glorot_normal": _normal(lambda fan_in, fan_out: math.sqrt(2.0 / (fan_in + fan_out))),
    "he_uniform": _uniform(lambda fan_in, fan_out: math.sqrt(6.0 / fan_in)),
    "he_normal": _normal(lambda fan_in, fan_out: math.sqrt(2.0 / fan_in)),
    "lecun_uniform": _uniform(lambda fan_in, fan_out: math.sqrt(3.0 / fan_in)),
    "lecun_normal": _normal(lambda fan_in, fan_out: math.sqrt(1.0 / fan_in)),
    "orthogonal": orthogonal,
    "critical": critical,
    "lsuv": orthogonal,  # then scaled on the first batch
}
"""Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998, Saxe et al. 2014, Schoenholz et al. 2017."""


def draw_weight(layer: Weighted, number: int, shape: tuple[int, int], seed: int) -> np.ndarray:
    """The initial weight of network layer `number`, (out, in)."""
    rng = stream(seed, WEIGHTS, number, 0)
    return layer.gain * INITIALIZERS[layer.init](rng, shape, layer)


def draw_bias(layer: Weighted, number: int, seed: int) -> np.ndarray:
    """The initial bias of network layer `number`, (units,)."""
    rng = stream(seed, WEIGHTS, number, 1)
    units = layer.width
    if layer.bias_init == "zeros" and layer.init == "critical":
        variance = critical_variances(_scalar_activation(layer), layer.slope_alpha)[1]
        return rng.normal(0.0, 1.0, units) * math.sqrt(variance)
    if layer.bias_init == "constant":
        return np.full(units, layer.bias_scale)
    if layer.bias_init == "uniform":
        return rng.uniform(-1.0, 1.0, units) * layer.bias_scale
    if layer.bias_init == "normal":
        return rng.normal(0.0, 1.0, units) * layer.bias_scale
    return np.zeros(units)
