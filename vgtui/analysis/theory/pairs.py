"""Means over two correlated normal numbers: what a wide layer makes of the correlation between two samples.

E[f(u) f(v)] = sum over k of a_k b_k rho^k, a_k and b_k the coefficients of f in normalised Hermite polynomials
(Daniely et al. 2016, "dual activations"). Rectifiers, whose series converge slowly, have closed forms (Cho & Saul
2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.engine.gaussian import activate, nodes

ORDERS = 48
"""Terms of a Hermite series; what the others come to at rho = 1 is known, and spread as a kink's would be."""

FOURTH_ORDERS = 12
"""Terms for fourth moments, which only decide how much finite networks scatter."""

RECTIFIERS = ("linear", "relu", "leaky_relu", "prelu", "softmax")
"""Piecewise linear through 0; softmax is taken for linear."""

_STRETCHES = 2.0 ** np.arange(0, 12)
"""Where, in multiples of ORDERS, the terms that are left out are put."""


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """What an activation makes of normal z at every point. Means over units; pairs are (points, points).

    means, values, slopes          E[phi_a], E[phi_a phi_b], E[phi'_a phi'_b]
    fourth_values, fourth_slopes   E[phi_a^2 phi_b^2], E[phi'_a^2 phi'_b^2]
    elasticity                     d ln E[phi^2] / d ln q over all points
    """

    means: np.ndarray
    values: np.ndarray
    slopes: np.ndarray
    fourth_values: np.ndarray
    fourth_slopes: np.ndarray
    elasticity: float


def respond(activation: str, alpha: float, covariance: np.ndarray, mean: float = 0.0) -> Response:
    """The response to z normal with this covariance (points, points) and one mean."""
    variance = np.maximum(np.diag(covariance), 0.0)
    deviation = np.sqrt(variance)
    u, weight = nodes(variance, mean)
    value, slope = activate(activation, alpha, mean + deviation[:, None] * u)
    rho = correlations(covariance)
    basis = _hermite(u, weight)
    if activation in RECTIFIERS and mean == 0.0:
        slope_alpha = alpha if activation in ("leaky_relu", "prelu") else float(activation != "relu")
        values, slopes = _rectified(slope_alpha, deviation, rho)
    else:
        values, slopes = _pairs(value, weight, basis, rho, 1.5), _pairs(slope, weight, basis, rho, 0.5)
    total = float(np.sum(weight * value**2))
    tilt = float(np.sum(weight * value * slope * u * deviation[:, None]))
    return Response(
        means=np.sum(weight * value, axis=1),
        values=values,
        slopes=slopes,
        fourth_values=_pairs(value**2, weight, basis[:FOURTH_ORDERS], rho, 0.5),
        fourth_slopes=_pairs(slope**2, weight, basis[:FOURTH_ORDERS], rho, 0.5),
        elasticity=tilt / total if total > 0.0 else 1.0,
    )


def correlations(covariance: np.ndarray) -> np.ndarray:
    """The correlation matrix of a covariance matrix; points without variance are not correlated with others."""
    deviation = np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    rho = np.clip(covariance / deviation[:, None] / deviation, -1.0, 1.0)
    np.fill_diagonal(rho, 1.0)
    return rho


def _hermite(u: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """weight times the normalised Hermite polynomials of u: (ORDERS, points, nodes)."""
    basis = np.empty((ORDERS, *u.shape))
    basis[0], basis[1] = weight, weight * u
    for k in range(1, ORDERS - 1):
        basis[k + 1] = (u * basis[k] - math.sqrt(k) * basis[k - 1]) / math.sqrt(k + 1)
    return basis


def _pairs(f: np.ndarray, weight: np.ndarray, basis: np.ndarray, rho: np.ndarray, decay: float) -> np.ndarray:
    """E[f_a f_b] for all pairs of points; f (points, nodes). The terms left out fall as k^-(1 + decay)."""
    coefficients = np.einsum("kpn,pn->kp", basis, f)
    total = np.zeros_like(rho)
    for row in coefficients[::-1]:  # Horner
        total = total * rho + row[:, None] * row
    square = np.sum(weight * f * f, axis=1)
    rest = np.sqrt(np.maximum(square - np.sum(coefficients**2, axis=0), 0.0))
    if rest.max(initial=0.0) > 1e-7 * math.sqrt(square.max(initial=1.0)):
        total += rest[:, None] * rest * _tail(rho, len(coefficients), decay)
    np.fill_diagonal(total, square)
    return total


def _tail(rho: np.ndarray, first: int, decay: float) -> np.ndarray:
    """sum over k >= first of rho^k k^-(1 + decay), as a share of what it is at rho = 1; 0 for opposed pairs."""
    ends = np.append(_STRETCHES ** (-decay), 0.0)
    power = np.maximum(rho, 0.0) ** (1.4 * first)
    total = np.zeros_like(power)
    for share in ends[:-1] - ends[1:]:  # every stretch is twice the one before: the square of its power
        total += share * power
        power = power * power
    return np.asarray(total)


def _rectified(alpha: float, deviation: np.ndarray, rho: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both pairs for z where positive, alpha z elsewhere: Cho & Saul 2009, kernels of degree 1 and 0."""
    even, odd = (0.5 * (1.0 - alpha)) ** 2, (0.5 * (1.0 + alpha)) ** 2
    angle = np.arcsin(rho)
    bent = 2.0 / math.pi * (np.sqrt(1.0 - rho**2) + rho * angle)
    values = deviation[:, None] * deviation * (odd * rho + even * bent)
    return values, odd + even * 2.0 / math.pi * angle
