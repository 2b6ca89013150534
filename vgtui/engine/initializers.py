"""How parameters begin. Every layer draws from a stream of its own, so one layer's setting moves no other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vgtui.engine.criticality import critical_variances
from vgtui.engine.streams import WEIGHTS, stream
from vgtui.scenario.model import Conv, Dense, Recurrent

Weighted = Dense | Conv

Shape = tuple[int, int]
Layer = Weighted | Recurrent
Draw = Callable[[np.random.Generator, Shape, Layer], np.ndarray]


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the entries of a weight (out, in) are drawn, and with what variance; None where they are no draw."""

    draw: Draw
    variance: Callable[[Shape, Layer], float] | None


def _fans(shape: Shape, layer: Layer) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight (out, in): an input of a convolution goes to each place of the kernel."""
    return shape[1], shape[0] * (layer.kernel**2 if isinstance(layer, Conv) else 1)


def _uniform(limit: Callable[[int, int], float]) -> Distribution:
    """U(-limit, limit), limit a function of (fan_in, fan_out)."""

    def draw(rng: np.random.Generator, shape: Shape, layer: Layer) -> np.ndarray:
        bound = limit(*_fans(shape, layer))
        return rng.uniform(-bound, bound, shape)

    return Distribution(draw, lambda shape, layer: limit(*_fans(shape, layer)) ** 2 / 3.0)


def _normal(std: Callable[[int, int], float]) -> Distribution:
    """N(0, std^2), std a function of (fan_in, fan_out)."""

    def draw(rng: np.random.Generator, shape: Shape, layer: Layer) -> np.ndarray:
        return rng.normal(0.0, std(*_fans(shape, layer)), shape)

    return Distribution(draw, lambda shape, layer: std(*_fans(shape, layer)) ** 2)


def orthogonal(rng: np.random.Generator, shape: Shape, layer: Layer) -> np.ndarray:
    """Orthonormal rows or columns, whichever are fewer, uniformly distributed: Saxe et al. 2014."""
    tall = rng.normal(size=(max(shape), min(shape)))
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))
    return q if shape[0] >= shape[1] else q.T


def critical(rng: np.random.Generator, shape: Shape, layer: Layer) -> np.ndarray:
    """N(0, weight variance / fan_in) at the edge of chaos of the layer's activation."""
    return rng.normal(0.0, math.sqrt(critical_weight_variance(layer) / shape[1]), shape)


def critical_weight_variance(layer: Layer) -> float:
    """The critical weight variance; a softmax is taken for linear."""
    return critical_variances(_scalar_activation(layer), layer.slope_alpha)[0]


def _scalar_activation(layer: Layer) -> str:
    return "linear" if layer.activation == "softmax" else layer.activation


_ORTHOGONAL = Distribution(orthogonal, lambda shape, layer: 1.0 / max(shape))

INITIALIZERS: dict[str, Distribution] = {
    "zeros": Distribution(lambda rng, shape, layer: np.zeros(shape), lambda shape, layer: 0.0),
    "constant": Distribution(lambda rng, shape, layer: np.full(shape, layer.init_scale), None),
    "uniform": Distribution(
        lambda rng, shape, layer: rng.uniform(-1.0, 1.0, shape) * layer.init_scale,
        lambda shape, layer: layer.init_scale**2 / 3.0,
    ),
    "normal": Distribution(
        lambda rng, shape, layer: rng.normal(0.0, 1.0, shape) * layer.init_scale,
        lambda shape, layer: layer.init_scale**2,
    ),
    "glorot_uniform": _uniform(lambda fan_in, fan_out: math.sqrt(6.0 / (fan_in + fan_out))),
    "glorot_normal": _normal(lambda fan_in, fan_out: math.sqrt(2.0 / (fan_in + fan_out))),
    "he_uniform": _uniform(lambda fan_in, fan_out: math.sqrt(6.0 / fan_in)),
    "he_normal": _normal(lambda fan_in, fan_out: math.sqrt(2.0 / fan_in)),
    "lecun_uniform": _uniform(lambda fan_in, fan_out: math.sqrt(3.0 / fan_in)),
    "lecun_normal": _normal(lambda fan_in, fan_out: math.sqrt(1.0 / fan_in)),
    "orthogonal": _ORTHOGONAL,
    "critical": Distribution(critical, lambda shape, layer: critical_weight_variance(layer) / shape[1]),
    "lsuv": _ORTHOGONAL,  # then scaled on the first batch
}
"""Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998, Saxe et al. 2014, Schoenholz et al. 2017."""


def draw_weight(layer: Weighted, number: int, shape: tuple[int, int], seed: int) -> np.ndarray:
    """The initial weight of network layer `number`, (out, in)."""
    rng = stream(seed, WEIGHTS, number, 0)
    return layer.gain * INITIALIZERS[layer.init].draw(rng, shape, layer)


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


def bias_moments(layer: Layer) -> tuple[float, float]:
    """(mean, variance) of what the bias begins as; of an LSTM or GRU before what its gates add of their own."""
    if layer.bias_init == "zeros" and layer.init == "critical":
        return 0.0, critical_variances(_scalar_activation(layer), layer.slope_alpha)[1]
    return {
        "zeros": (0.0, 0.0),
        "constant": (layer.bias_scale, 0.0),
        "uniform": (0.0, layer.bias_scale**2 / 3.0),
        "normal": (0.0, layer.bias_scale**2),
    }[layer.bias_init]
