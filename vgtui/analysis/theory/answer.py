"""The slope of the loss at the output of a wide random network: its answers are normal, the targets are the batch's."""

from __future__ import annotations

import numpy as np

from vgtui.analysis.theory.signals import Matrix, Signal, draws
from vgtui.engine.gaussian import activate
from vgtui.engine.kernels.activations import CURVES
from vgtui.engine.kernels.losses import LOSSES
from vgtui.engine.kernels.normalization import EPSILON
from vgtui.scenario.model import Dense, Rnn, Scenario

NUMBERS = 2**19
"""Outputs that are drawn in all."""


def widened(pairs: Matrix, rows: int) -> Matrix:
    """(rows, rows) out of as many or fewer samples: then all pairs are taken for alike."""
    known = len(pairs)
    if known >= rows:
        return pairs[:rows, :rows]
    own = float(np.trace(pairs)) / known
    common = (float(pairs.sum()) - own * known) / (known * (known - 1)) if known > 1 else 0.0
    return common + (own - common) * np.eye(rows)


def loss_slopes(
    scenario: Scenario, covariance: Matrix, mean: float, added: Signal | None, targets: Matrix
) -> Matrix:
    """dL/dz of many networks at the last layer: (networks, samples, units).

    covariance, mean  of z over samples; added is what a skip adds, taken for normal; targets (samples, units)
    """
    last = _last(scenario)
    rows, units = targets.shape
    count = max(256, min(2048, NUMBERS // (rows * units))) // 2 * 2
    drawn = draws(widened(covariance, rows), mean, count * units, 6)
    np.random.default_rng(7).shuffle(drawn)
    z = np.ascontiguousarray(drawn.reshape(count, units, rows).transpose(0, 2, 1))
    axis = {"none": None, "batch": 1, "layer": 2}[last.normalization]
    if axis is not None:
        z = z - z.mean(axis=axis, keepdims=True)
        inverse = 1.0 / np.sqrt(np.mean(z**2, axis=axis, keepdims=True) + EPSILON)
        z = z * inverse
    skipped: Matrix | float = 0.0
    if added is not None:
        spread = widened(added.moments - np.outer(added.means, added.means), rows)
        values = draws(spread, float(added.means.mean()), count * units, 8)
        skipped = values.reshape(count, units, rows).transpose(0, 2, 1)
    slope = _slopes(scenario, z, skipped, targets)
    if axis is None:
        return slope
    tied = slope.mean(axis=axis, keepdims=True) + z * np.mean(slope * z, axis=axis, keepdims=True)
    return np.asarray(inverse * (slope - tied))


def _last(scenario: Scenario) -> Dense | Rnn:
    """The layer that answers: no image, see Scenario, and none that there is no theory of."""
    last = scenario.expanded()[-1][1]
    assert isinstance(last, Dense | Rnn)
    return last


def _slopes(scenario: Scenario, z: Matrix, skipped: Matrix | float, targets: Matrix) -> Matrix:
    """dL/dz of the layer's activation and skip, by the engine's own losses."""
    last, loss = _last(scenario), scenario.training.loss
    count, _, units = z.shape
    scale = last.skip_scale if isinstance(last, Dense) and last.skip is not None else 1.0
    fused = scenario.is_fused
    value, inner = activate("linear" if fused else last.activation, last.slope_alpha, z)
    if last.activation == "softmax" and not fused:
        CURVES["softmax"](z.flatten(), value.reshape(-1), 0.0, units)
    out = np.ascontiguousarray(skipped + scale * value).ravel()
    slope = np.empty_like(out)
    LOSSES[loss](out, np.tile(targets, (count, 1)).ravel(), units, slope)
    slope *= count * scale  # the loss is the mean over one network's samples, not over all of them
    if last.activation == "softmax" and not fused:
        given = slope.reshape(z.shape)
        return np.asarray(value * (given - np.sum(value * given, axis=2, keepdims=True)))
    return np.asarray(slope.reshape(z.shape) * inner)
