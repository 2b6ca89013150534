"""Dense and convolutional layers of a wide random network: weight, normalisation, activation, skip.

Forward q = entry variance * what the weight sees + bias variance; back, the same weights as independent ones
(Schoenholz et al. 2017; convolutions Xiao et al. 2018; skips Yang & Schoenholz 2017; batch normalisation Yang et al.
2019, by draws instead of their integrals).
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vgtui.analysis.theory.pairs import Response, respond
from vgtui.analysis.theory.parts import NoTheoryError, Part, Way, fresh_scatter, mean_correlation, ratio
from vgtui.analysis.theory.signals import Gradient, Matrix, Signal, draws, mixed, samples_only
from vgtui.engine.gaussian import activate
from vgtui.engine.initializers import INITIALIZERS, bias_moments
from vgtui.engine.kernels.normalization import EPSILON
from vgtui.engine.layers.conv import span
from vgtui.scenario.model import Conv, Dense

CHANNELS = 2048
"""Units that are drawn where a mean has no closed form."""


class Neurons:
    """One dense or convolutional layer in the limit of many units.

    given        what comes in; made: what goes out
    covariance   of z, (points, points)
    """

    def __init__(self, layer: Dense | Conv, given: Signal, added: Signal | None) -> None:
        self.layer, self.given, self.added = layer, given, added
        self.units = layer.width
        self.shape, self.taps = _geometry(layer, given)
        self.fan_in = float(given.units * self.taps.shape[1])
        self.seen = given.units * _seen(given.moments, given.rows, given.places, self.taps)
        self.mean, self.bias_variance = bias_moments(layer)
        self.entry = self._entry_variance()
        self.covariance = self.entry * self.seen + self.bias_variance
        self._normalise()
        if layer.normalization == "batch":
            self.response = self._respond_to_batch()
        else:
            whole = respond(layer.activation, layer.slope_alpha, self.covariance_in, self.mean_in)
            self.response = dropped(whole, layer.dropout)
        self.made = self._made(added)

    # ---- forward

    def _entry_variance(self) -> float:
        """Of one weight. LSUV's is such that z has variance gain^2 over the batch."""
        layer, shape = self.layer, (self.units, self.given.units * self.taps.shape[1])
        variance = INITIALIZERS[layer.init].variance
        if variance is None:
            raise NoTheoryError("weights that are all one constant are no random network")
        if layer.init == "lsuv":
            seen = float(np.mean(np.diag(self.seen)))
            return layer.gain**2 / seen if seen > 0.0 else 1.0 / max(shape)
        return layer.gain**2 * variance(shape, layer)

    def _normalise(self) -> None:
        """What the activation is given: z, or z over its standard deviation."""
        self.covariance_in, self.mean_in = self.covariance, self.mean
        self.deviation = np.ones(len(self.covariance))
        if self.layer.normalization == "layer":
            variance = np.diag(self.covariance)
            self.deviation = np.sqrt(variance + EPSILON)
            self.covariance_in = self.covariance / self.deviation[:, None] / self.deviation
            self.mean_in = 0.0
        elif self.layer.normalization == "batch":
            self.mean_in = 0.0
            self.normal = draws(self.covariance, 0.0, CHANNELS, 1)
            centred = self.normal - self.normal.mean(axis=1, keepdims=True)
            self.inverse = 1.0 / np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + EPSILON)
            self.normal = centred * self.inverse
            self.covariance_in = self.normal.T @ self.normal / len(self.normal)

    def _respond_to_batch(self) -> Response:
        """Over one batch a normalised z is not normal: the means over the draws themselves."""
        value, slope = self._masked(*activate(self.layer.activation, self.layer.slope_alpha, self.normal))
        self.slope = slope
        count = len(value)
        return Response(
            means=value.mean(axis=0),
            values=value.T @ value / count,
            slopes=slope.T @ slope / count,
            fourth_values=(value**2).T @ value**2 / count,
            fourth_slopes=(slope**2).T @ slope**2 / count,
            elasticity=0.0,
        )

    def _made(self, added: Signal | None) -> Signal:
        response, scale = self.response, self.layer.skip_scale
        own = Signal(response.values, response.means, self.units, self.shape, self._scatter())
        if added is None:
            return own
        cross = np.outer(added.means, response.means)
        moments = added.moments + scale * (cross + cross.T) + scale**2 * response.values
        share = float(np.trace(added.moments)) / max(float(np.trace(moments)), 1e-300)
        scatter = mixed(added.scatter, own.scatter, share)
        return replace(own, moments=moments, means=added.means + scale * response.means, scatter=scatter)

    def _scatter(self) -> Matrix:
        """(samples, samples): what came in scatters as far as the activation lets it through, and units are few."""
        rows, response = self.given.rows, self.response
        size = samples_only(np.diag(np.diag(response.values)), rows)
        size = np.outer(np.diag(size), np.diag(size))
        fresh = ratio(samples_only(response.fourth_values, rows), size) - 1.0
        if self.layer.init in ("orthogonal", "lsuv") and self.layer.normalization == "none":
            kept = response.elasticity * min(1.0, self.fan_in / self.units)
            fresh = fresh - 2.0 * kept * _alike(self.covariance, rows)
        passed = response.elasticity**2 * self._weight_share() ** 2 * self.given.scatter
        return np.asarray(passed + np.maximum(fresh, 0.0) / self.units)

    def _weight_share(self) -> float:
        """How much of |z|^2 is the weight's; the rest is the bias's, and does not scatter with what comes in."""
        if self.layer.normalization != "none":
            return 0.0
        whole = float(np.trace(self.covariance)) + self.mean**2 * len(self.covariance)
        return self.entry * float(np.trace(self.seen)) / whole if whole > 0.0 else 0.0

    def output_draws(self, count: int) -> tuple[Matrix, Matrix]:
        """(what goes out, its slope), (count, points) each; what a skip adds is taken for normal."""
        batch = self.layer.normalization == "batch"
        z = self.normal if batch else draws(self.covariance_in, self.mean_in, count, 2)
        value, slope = self._masked(*activate(self.layer.activation, self.layer.slope_alpha, z))
        if self.added is not None:
            spread = self.added.moments - np.outer(self.added.means, self.added.means)
            value = draws(spread, self.added.means, count, 3) + self.layer.skip_scale * value
        return value, slope

    def _masked(self, value: Matrix, slope: Matrix) -> tuple[Matrix, Matrix]:
        """Both, each entry left out with the probability of dropout, the others scaled up."""
        kept = 1.0 - self.layer.dropout
        if kept == 1.0:
            return value, slope
        mask = (np.random.default_rng(10).random(value.shape) < kept) / kept
        return value * mask, slope * mask

    # ---- back

    def back(self, out: Gradient, products: Matrix, following: Part) -> Way:
        """From the gradient of what goes out; `following` is the layer that it came through."""
        scale = self.layer.skip_scale if self.layer.skip is not None else 1.0
        arriving = out.weights(products)
        kept = following.kept(self.units)
        fresh = fresh_scatter(arriving, self.response, self.given.rows, kept) / self.units
        if self.layer.normalization == "batch":
            delta = self._back_through_batch(out.fixed(products), scale, fresh)
        else:
            passed = scale**2 * self.response.slopes / self.deviation[:, None] / self.deviation
            delta = Gradient(out.transfer * passed, out.log, out.scatter + fresh, out.drawn)
        before, after = np.trace(arriving), np.trace(delta.weights(products))
        rate = self.entry * self.fan_in * after / before if before > 0.0 else math.nan
        skipped = out if self.layer.skip is not None else None
        rate += 0.0 if skipped is None else 1.0
        return replace(self.from_delta(delta.scaled(), skipped), rate=float(rate))

    def from_delta(self, delta: Gradient, skip: Gradient | None = None) -> Way:
        """From dL/dz."""
        rows, places = self.given.rows, self.given.places
        spread = _spread(delta.transfer, rows, places, self.taps) * (self.units * self.entry)
        pairs = samples_only(delta.transfer * self.seen, rows)
        source = replace(delta, transfer=spread).scaled()
        return Way(delta, replace(delta, transfer=pairs), source, skip)

    def kept(self, units: int) -> float:
        """How much of the scatter of a gradient over `units` its weight takes away on the way back.

        1 for orthonormal rows, which keep every norm; 0 for entries drawn one by one.
        """
        return min(1.0, units / self.units) if self.layer.init in ("orthogonal", "lsuv") else 0.0

    def _back_through_batch(self, out: Gradient, scale: float, fresh: Matrix | float) -> Gradient:
        """Normalising ties the points together: gradients are drawn and taken back through each draw's own z."""
        arriving = draws(out.transfer, 0.0, len(self.normal), 4)
        np.random.default_rng(5).shuffle(arriving)  # a mirror image must not meet its own
        passed = scale * arriving * self.slope
        tied = passed.mean(axis=1, keepdims=True)
        tied = tied + self.normal * np.mean(passed * self.normal, axis=1, keepdims=True)
        back = self.inverse * (passed - tied)
        return Gradient(back.T @ back / len(back), out.log, out.scatter + fresh, drawn=False)

    @property
    def variance(self) -> float:
        """Of z, over units and points."""
        return float(np.mean(np.diag(self.covariance)))

    @property
    def correlation(self) -> float:
        """The mean correlation of z between two samples at one place; nan for one sample."""
        return mean_correlation(self.covariance, self.given.rows)


def dropped(response: Response, dropout: float) -> Response:
    """What is left where every unit and point has a mask of its own, m in {0, 1 / kept}: E[m] = 1, E[m^k] = kept^(1-k).

    Only a point with itself shares a mask (Schoenholz et al. 2017, section 5).
    """
    if dropout == 0.0:
        return response
    kept, own = 1.0 - dropout, np.eye(len(response.values))
    square, fourth = 1.0 + own * (1.0 / kept - 1.0), kept**-2 * (1.0 + own * (1.0 / kept - 1.0))
    return replace(
        response,
        values=response.values * square,
        slopes=response.slopes * square,
        fourth_values=response.fourth_values * fourth,
        fourth_slopes=response.fourth_slopes * fourth,
    )


def _alike(covariance: Matrix, rows: int) -> Matrix:
    """(samples, samples) from 1, for equal samples of one place, to 0, for independent ones."""
    size = np.diag(samples_only(np.diag(np.diag(covariance)), rows))
    return ratio(samples_only(covariance**2, rows), np.outer(size, size))


def _geometry(layer: Dense | Conv, given: Signal) -> tuple[tuple[int, ...], Matrix]:
    """(shape of the places that go out, taps (places out, inputs of each): which place comes in, -1 for padding)."""
    if isinstance(layer, Dense):
        return (), np.arange(given.places)[None]
    height, width = given.shape
    (rows, top), (columns, left) = (span(size, layer, 0, 0) for size in (height, width))
    reach = np.arange(layer.kernel)
    y = np.arange(rows)[:, None] * layer.stride - top + reach
    x = np.arange(columns)[:, None] * layer.stride - left + reach
    inside = ((y >= 0) & (y < height))[:, None, :, None] & ((x >= 0) & (x < width))[None, :, None, :]
    place = y[:, None, :, None] * width + x[None, :, None, :]
    return (rows, columns), np.where(inside, place, -1).reshape(rows * columns, -1)


def _seen(moments: Matrix, rows: int, places: int, taps: Matrix) -> Matrix:
    """The sum over taps of moments between what two points see: (points out, points out)."""
    if places == 1:
        return moments
    padded = np.pad(moments.reshape(rows, places, rows, places), ((0, 0), (0, 1), (0, 0), (0, 1)))
    points = rows * len(taps)
    return np.asarray(sum(padded[:, tap][:, :, :, tap] for tap in taps.T)).reshape(points, points)


def _spread(pairs: Matrix, rows: int, places: int, taps: Matrix) -> Matrix:
    """The way back of `_seen`: every pair of points out goes to the pairs in that the same tap sees."""
    if places == 1:
        return pairs
    out = pairs.reshape(rows, len(taps), rows, len(taps))
    total, every = np.zeros((rows, places, rows, places)), np.arange(rows)
    for tap in taps.T:  # a tap sees every place at most once
        seen = np.flatnonzero(tap >= 0)
        at = tap[seen]
        total[np.ix_(every, at, every, at)] += out[np.ix_(every, seen, every, seen)]
    return total.reshape(rows * places, rows * places)
