"""Means over normally distributed numbers: what a wide random layer makes of its activation.

Gauss-Legendre panels whose edges stand at the kinks of every activation (0, 1 and 3 in size) and crowd where
saturating functions bend, so that no integrand has a corner inside a panel, however large the variance.
"""

from __future__ import annotations

import numpy as np

from vgtui.engine.kernels import activations

REACH = 12.0
"""Standard deviations from which on the density is taken for nothing: 2e-32."""

_EDGES = np.array([0.0, 0.5, 1.0, 1.75, 2.5, 3.5, 5.0, 7.5, REACH])
_BENDS = np.array([0.0, 1.0, 3.0, 8.0, 20.0])
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(10)


def nodes(variance: np.ndarray, mean: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """(u, weight), both (n, nodes): sum(weight * f(u)) is E[f(u)] for u standard normal.

    variance (n,), mean: f has its kinks where z = mean + sqrt(variance) u is 0, 1 or 3 in size.
    """
    deviation = np.sqrt(np.maximum(variance, 1e-300))[:, None]
    bends = (np.concatenate([-_BENDS, _BENDS[1:]]) - mean) / deviation
    own = np.broadcast_to(np.concatenate([-_EDGES, _EDGES[1:]]), (len(deviation), 2 * len(_EDGES) - 1))
    edges = np.sort(np.clip(np.concatenate([own, bends], axis=1), -REACH, REACH), axis=1)
    middle, half = 0.5 * (edges[:, 1:] + edges[:, :-1]), 0.5 * (edges[:, 1:] - edges[:, :-1])
    u = (middle[:, :, None] + half[:, :, None] * _POINTS).reshape(len(deviation), -1)
    weight = (half[:, :, None] * _WEIGHTS).reshape(u.shape) * np.exp(-0.5 * u * u)
    return u, weight / weight.sum(axis=1, keepdims=True)


def activate(activation: str, alpha: float, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(phi(z), phi'(z)) of the engine's own activation, of z's shape; softmax is taken for linear."""
    name = {"prelu": "leaky_relu", "softmax": "linear"}.get(activation, activation)
    flat = np.ascontiguousarray(z, np.float64).ravel()
    value, slope = np.empty_like(flat), flat.copy()
    activations.CURVES[name](slope, value, alpha, 1)
    return value.reshape(z.shape), slope.reshape(z.shape)


def gaussian_moments(activation: str, alpha: float, q: float) -> tuple[float, float]:
    """(E[phi(sqrt(q) z)^2], E[phi'(sqrt(q) z)^2]) for z standard normal."""
    u, weight = nodes(np.array([q]))
    value, slope = activate(activation, alpha, np.sqrt(q) * u)
    return float(np.sum(weight * value**2)), float(np.sum(weight * slope**2))
