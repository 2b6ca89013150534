"""What the layers of a wide random network have in common: what each hands back, and how much few units scatter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from vgtui.analysis.theory.pairs import Response, correlations
from vgtui.analysis.theory.signals import Gradient, Matrix, Signal, samples_only


class NoTheoryError(Exception):
    """There is no prediction; the message is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Way:
    """What a layer hands back.

    delta         dL/dz, before it meets the weight
    weight        (samples, samples) pairs whose sum over the slopes' products, times units, is |dL/dW|^2
    source        the gradient of what came in; skip that of what was added
    rate          the factor of a gradient's square over a square layer of this kind, its skip included
    through_time  of a recurrent layer's state at every step; None where no gradient comes back that far
    """

    delta: Gradient
    weight: Gradient | None
    source: Gradient
    skip: Gradient | None = None
    rate: float = math.nan
    through_time: tuple[Gradient | None, ...] = ()


class Part(Protocol):
    """One layer after the forward pass.

    given, made     what comes in and goes out
    entry           variance of one weight, fan_in how many a unit has; both nan for a layer without weights
    variance        of z, over units and batch; correlation of z between two samples
    """

    given: Signal
    made: Signal
    units: int
    entry: float
    fan_in: float
    bias_variance: float

    @property
    def variance(self) -> float: ...

    @property
    def correlation(self) -> float: ...

    def back(self, out: Gradient, products: Matrix, following: Part) -> Way: ...

    def kept(self, units: int) -> float: ...


def fresh_scatter(arriving: Matrix, response: Response, rows: int, kept: float) -> Matrix:
    """(samples, samples), times units: the scatter that one layer's slopes add to a gradient.

    For a rectifier and one sample 5 (Hanin & Nica 2018): 3 E[phi'^4] / E[phi'^2]^2 - 1, where 3 is the fourth
    moment of the normal gradient that arrives. `kept` is the share of its scatter that an orthonormal weight keeps
    out: 2.
    """
    size, slope = np.diag(arriving), np.diag(response.slopes)
    mean = np.diag(samples_only(np.diag(size * slope), rows))
    mean = np.outer(mean, mean)
    fourth = (np.outer(size, size) + 2.0 * arriving**2) * response.fourth_slopes
    scatter = ratio(samples_only(fourth, rows), mean) - 1.0
    if kept:
        alike = samples_only(arriving**2 * np.outer(slope, slope), rows)
        scatter = scatter - 2.0 * kept * ratio(alike, mean)
    return np.asarray(np.maximum(scatter, 0.0))


def ratio(pairs: Matrix, sizes: Matrix) -> Matrix:
    """pairs / sizes, 1 where the size is 0: nothing scatters there."""
    return np.asarray(np.divide(pairs, sizes, out=np.ones_like(pairs), where=sizes > 0.0))


def mean_correlation(covariance: Matrix, rows: int) -> float:
    """The mean correlation between two samples at one place; nan for one sample."""
    if rows == 1:
        return math.nan
    places = len(covariance) // rows
    rho = correlations(covariance).reshape(rows, places, rows, places)
    same = np.einsum("apbp->ab", rho) / places
    return float((same.sum() - rows) / (rows * (rows - 1)))
