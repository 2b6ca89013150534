"""Order and chaos: where infinitely many layers of one kind lead a signal, and how fast."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np

from vgtui.analysis.theory.findings import Phase
from vgtui.analysis.theory.neurons import Neurons
from vgtui.analysis.theory.pairs import respond
from vgtui.analysis.theory.parts import Part
from vgtui.engine.gaussian import activate, nodes

CRITICAL = 0.01
"""How near to 1 chi_1 is called critical: a gradient keeps its decade over 200 layers."""

_GRID = np.geomspace(1e-8, 1e8, 641)


def phase_of(network: Sequence[Part]) -> Phase | None:
    """The phase of the commonest kind of hidden layer; None without one, or where it
    has a skip, is normalised over the batch, or drops units out: then no correlation stays 1."""
    parts = [part for part in network[:-1] if isinstance(part, Neurons)]
    kinds = Counter(map(_kind, parts))
    if not kinds:
        return None
    kind, _ = max(kinds.items(), key=lambda item: item[1])
    first = next(part for part in parts if _kind(part) == kind)
    layer = first.layer
    if layer.skip is not None or layer.normalization == "batch" or layer.dropout:
        return None
    normalised = layer.normalization == "layer"
    return phase(network.index(first), *kind[:5], start=first.variance, normalised=normalised)


def _kind(part: Neurons) -> tuple[str, float, float, float, float, object]:
    layer = part.layer
    weight_variance = round(part.entry * part.fan_in, 12)
    setting = (layer.normalization, layer.skip, layer.dropout)
    return layer.activation, layer.slope_alpha, weight_variance, part.bias_variance, part.mean, setting


def phase(
    layer: int, activation: str, alpha: float, weight_variance: float, bias_variance: float, mean: float = 0.0,
    *, start: float = 1.0, normalised: bool = False,
) -> Phase:  # fmt: skip
    """The fixed points that q and the correlation come to from q = start; Poole et al. 2016.

    Layer normalisation holds the activation's q at 1 (its epsilon left out); q_star is then that of z.
    """
    means = _Means(activation, alpha, mean)
    if normalised:
        square, slope, _ = means.at(1.0)
        q_star = weight_variance * square + bias_variance
        inner, factor, variance_rate = 1.0, weight_variance / q_star if q_star else math.inf, 0.0
        chi_1 = factor * slope
    else:
        q_star = _fixed_point(means, weight_variance, bias_variance, start)
        inner = min(max(q_star, _GRID[0]), _GRID[-1])
        _, slope, bend = means.at(inner)
        chi_1, variance_rate = weight_variance * slope, weight_variance * bend
        factor = weight_variance
    name = "critical" if abs(chi_1 - 1.0) < CRITICAL else "ordered" if chi_1 < 1.0 else "chaotic"
    c_star, rate = 1.0, chi_1
    if chi_1 > 1.0 + 1e-6 and 0.0 < q_star < math.inf:
        c_star, rate = _correlation(activation, alpha, mean, inner, factor, bias_variance / (q_star / inner))
    return Phase(layer, q_star, c_star, chi_1, _depth(variance_rate), _depth(rate), name)


class _Means:
    """E[phi^2], E[phi'^2] and d E[phi^2] / dq at a variance."""

    def __init__(self, activation: str, alpha: float, mean: float) -> None:
        self.setting = activation, alpha, mean

    def at(self, q: float) -> tuple[float, float, float]:
        """At one variance."""
        square, slope, bend = _moments(*self.setting, (q,))
        return float(square[0]), float(slope[0]), float(bend[0])

    def squares(self, grid: np.ndarray) -> np.ndarray:
        """E[phi^2] at many."""
        return _moments(*self.setting, tuple(grid.tolist()))[0]


@cache
def _moments(activation: str, alpha: float, mean: float, q: tuple[float, ...]) -> tuple[np.ndarray, ...]:
    variance = np.array(q)
    u, weight = nodes(variance, mean)
    deviation = np.sqrt(variance)[:, None]
    value, slope = activate(activation, alpha, mean + deviation * u)
    bend = np.sum(weight * value * slope * u, axis=1) / np.maximum(deviation[:, 0], 1e-150)
    return np.sum(weight * value**2, axis=1), np.sum(weight * slope**2, axis=1), bend


def _fixed_point(means: _Means, weight_variance: float, bias_variance: float, start: float) -> float:
    """The fixed point that q goes to from `start`: the next one downhill of q -> weight_variance E[phi^2] + b."""

    def growth(grid: np.ndarray) -> np.ndarray:
        return np.asarray(weight_variance * means.squares(grid) + bias_variance - grid)

    here = float(growth(np.array([start]))[0])
    if abs(here) <= 1e-12 * start:
        return start
    rises = here > 0.0
    beyond = (
        _GRID[np.searchsorted(_GRID, start, "right") :]
        if rises
        else _GRID[: np.searchsorted(_GRID, start)][::-1]
    )
    grid = np.concatenate([[start], beyond])
    change = growth(grid)
    turned = np.flatnonzero((change <= 0.0) if rises else (change >= 0.0))
    if not len(turned):
        return math.inf if rises else 0.0
    low, high = sorted((grid[turned[0] - 1], grid[turned[0]]))
    for _ in range(60):
        middle = 0.5 * (low + high)
        up = means.at(middle)[0] * weight_variance + bias_variance > middle
        low, high = (middle, high) if up else (low, middle)
    return float(0.5 * (low + high))


def _correlation(
    activation: str, alpha: float, mean: float, q: float, weight_variance: float, bias_variance: float
) -> tuple[float, float]:
    """(the stable correlation below 1, the rate at which it is approached), at variance q."""

    def step(c: float) -> tuple[float, float]:
        response = respond(activation, alpha, q * np.array([[1.0, c], [c, 1.0]]), mean)
        made = (weight_variance * float(response.values[0, 1]) + bias_variance) / q
        return made, weight_variance * float(response.slopes[0, 1])

    low, high = 0.0, 1.0
    for _ in range(45):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if step(middle)[0] > middle else (low, middle)
    return low, step(low)[1]


def _depth(rate: float) -> float:
    """Layers in which a factor `rate` a layer comes to a factor e."""
    if rate <= 0.0:
        return 0.0
    return math.inf if abs(rate - 1.0) < 1e-12 else 1.0 / abs(math.log(rate))
