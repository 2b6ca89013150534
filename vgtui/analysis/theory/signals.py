"""What travels through a wide random network, forward and back: second moments over units for every pair of points.

A point is one sample at one place of an image or one step of a sequence; samples are counted first: sample a at
place p is point a * places + p. As the network gets wide these moments stop being random (Poole et al. 2016; Lee et
al. 2018; Yang 2019, "Tensor programs").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

Matrix = np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """What one tensor holds.

    moments   (points, points): the mean over units of x_a x_b
    means     (points,): the mean over units of x_a
    units     features at each place
    scatter   (samples, samples): covariance, from one network to the next, of the logarithms of |x_a|^2, |x_b|^2
    shape     of the places: () for none, (height, width), or (steps,)
    """

    moments: Matrix
    means: Matrix
    units: int
    shape: tuple[int, ...]
    scatter: Matrix

    @property
    def places(self) -> int:
        """Places of one sample."""
        return math.prod(self.shape)

    @property
    def rows(self) -> int:
        """Samples."""
        return len(self.means) // self.places


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """What comes back at one tensor: the mean over units of g_a g_b, for given slopes of the loss.

    transfer  (points, points): exp(log) * transfer is what the outer product of the loss's slopes at the samples
              of a and b is multiplied by; with `drawn` false the product is in it already
    scatter   (samples, samples): covariance, from one network to the next, of the logarithms of |g_a|^2 and
              |g_b|^2, for given slopes of the loss
    """

    transfer: Matrix
    log: float
    scatter: Matrix
    drawn: bool = True

    def scaled(self) -> Gradient:
        """The same with 1 as the largest entry, so that nothing underflows on a long way."""
        top = float(np.abs(self.transfer).max(initial=0.0))
        if top == 0.0 or not math.isfinite(top):
            return self
        return replace(self, transfer=self.transfer / top, log=self.log + math.log(top))

    def weights(self, slopes: Matrix) -> Matrix:
        """g_a g_b itself but for exp(log): `slopes` (samples, samples) is the mean outer product of the slopes."""
        if not self.drawn:
            return self.transfer
        places = len(self.transfer) // len(slopes)
        return np.asarray(self.transfer * np.repeat(np.repeat(slopes, places, axis=0), places, axis=1))

    def fixed(self, slopes: Matrix) -> Gradient:
        """The same with the loss's mean slopes multiplied in."""
        return replace(self, transfer=self.weights(slopes), drawn=False)


def together(first: Gradient | None, second: Gradient, slopes: Matrix) -> Gradient:
    """Two ways back that meet at one tensor: independent weights, so the second moments add."""
    if first is None:
        return second
    if first.drawn != second.drawn:
        first, second = first.fixed(slopes), second.fixed(slopes)
    log = max(first.log, second.log)
    parts = [g.transfer * math.exp(max(g.log - log, -700.0)) for g in (first, second)]
    sizes = [
        float(np.trace(replace(g, transfer=part).weights(slopes)))
        for g, part in zip((first, second), parts, strict=True)
    ]
    share = sizes[0] / sum(sizes) if sum(sizes) > 0.0 else 0.5
    return Gradient(parts[0] + parts[1], log, mixed(first.scatter, second.scatter, share), first.drawn)


def mixed(first: Matrix, second: Matrix, share: float) -> Matrix:
    """The scatter of a sum whose first part is `share` of it: what both have is common, what one has its own."""
    common = np.minimum(first, second)
    return np.asarray(common + share**2 * (first - common) + (1.0 - share) ** 2 * (second - common))


def root(covariance: Matrix) -> Matrix:
    """A matrix R with R R' = covariance, (points, points), also for one that is singular."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def draws(covariance: Matrix, mean: Matrix | float, count: int, stream: int) -> Matrix:
    """(count, points) normal with that covariance and mean; the same ones every time, each with its mirror image."""
    turned = _standard(count // 2, len(covariance), stream) @ root(covariance).T
    return np.concatenate([turned, -turned]) + mean


@lru_cache(maxsize=4)
def _standard(count: int, points: int, stream: int) -> Matrix:
    return np.random.default_rng(stream).standard_normal((count, points))


def samples_only(pairs: Matrix, rows: int) -> Matrix:
    """(rows, rows): the sum over the places of both points of a pair."""
    places = len(pairs) // rows
    return np.asarray(pairs.reshape(rows, places, rows, places).sum(axis=(1, 3)))


def at_place(pairs: Matrix, rows: int, place: int) -> Matrix:
    """(rows, rows): the pairs of samples at one place."""
    places = len(pairs) // rows
    return np.asarray(pairs.reshape(rows, places, rows, places)[:, place, :, place])


def from_places(blocks: Sequence[Matrix]) -> Matrix:
    """(points, points) of pairs at one place each, a block a place; 0 between places."""
    places, rows = len(blocks), len(blocks[0])
    pairs = np.zeros((rows, places, rows, places))
    for place, block in enumerate(blocks):
        pairs[:, place, :, place] = block
    return pairs.reshape(rows * places, rows * places)
