"""The edge of chaos: weight and bias variances at which a wide random network keeps its gradients (chi_1 = 1).

Poole et al. 2016, Schoenholz et al. 2017: q = weight_variance E[phi(sqrt(q) z)^2] + bias_variance is the fixed
point of the signal's variance, chi_1 = weight_variance E[phi'(sqrt(q) z)^2] the factor of a gradient's square a
layer, z standard normal.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from vgtui.engine.gaussian import gaussian_moments

BIAS_VARIANCE = 0.05
"""The point of the critical line that is taken where the line reaches it: that of the published examples."""


@cache
def critical_variances(activation: str, alpha: float) -> tuple[float, float]:
    """(weight variance times fan_in, bias variance) at the edge of chaos.

    On the critical line weight_variance = 1 / E[phi'^2] and bias_variance = q - weight_variance E[phi^2], a curve
    in q. Taken: the smallest q whose bias variance is BIAS_VARIANCE; where the curve never gets there, the q
    whose bias variance is 0 (homogeneous functions: any q, so He's 2 for relu).
    """

    def bias_variance(q: float) -> float:
        value, slope = gaussian_moments(activation, alpha, q)
        return q - value / slope

    grid = np.geomspace(1e-3, 1e4, 141)
    curve = np.array([bias_variance(q) for q in grid])
    for target in (BIAS_VARIANCE, 0.0):
        crossed = np.flatnonzero((curve[:-1] < target - 1e-9) & (curve[1:] >= target))
        if len(crossed):
            q = _bisect(lambda q, t=target: bias_variance(q) - t, grid[crossed[0]], grid[crossed[0] + 1])
            return 1.0 / gaussian_moments(activation, alpha, q)[1], max(bias_variance(q), 0.0)
    return 1.0 / gaussian_moments(activation, alpha, 1.0)[1], 0.0


def _bisect(f, low: float, high: float) -> float:  # type: ignore[no-untyped-def]
    """A zero of f, which rises from low to high."""
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if f(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)
