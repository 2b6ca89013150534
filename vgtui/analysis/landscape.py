"""The slope under one weight: the loss as a function of that weight alone, and the step about to be taken on it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.analysis.chain_rule import check_weight
from vgtui.engine.simulation import Simulation

POINTS = 41


@dataclass(frozen=True, slots=True)
class Slope:
    """The loss of the next update's batch along one weight, all other parameters as they are.

    weight         its value now
    gradient       dL/d(weight) at that point, before clipping: the tangent is loss + gradient (value - weight)
    step           what the next update adds to the weight: by the optimiser in force, with its moments, clipping,
                   weight decay and schedule
    loss           the batch's loss now, as training computes it
    loss_after     the loss where that step alone would lead, every other weight staying where it is
    values, losses (points,) the curve, values ascending; one of them is `weight`. Read-only
    height         the scale of the loss axis: the larger of this batch's loss now and its loss under the weights
                   as they were first drawn, counted from 0. It is the whole network's, not this curve's
    span           the largest less the smallest of the finite losses on the curve
    magnification  height / span: how many times the axis has to be magnified for the curve to fill it; inf for a
                   curve that is flat to the last bit
    """

    layer: int
    row: int
    column: int
    weight: float
    gradient: float
    step: float
    loss: float
    loss_after: float
    values: np.ndarray
    losses: np.ndarray
    height: float
    span: float
    magnification: float

    @property
    def tangent(self) -> np.ndarray:
        """(points,) the straight line that the gradient promises, at `values`."""
        return np.asarray(self.loss + self.gradient * (self.values - self.weight))


def slope(
    sim: Simulation, layer: int, row: int, column: int, points: int = POINTS, reach: float | None = None
) -> Slope:
    """The loss along the weight that layer `layer` has from input `column` to output `row`; see Slope.

    The batch is that of the next update and the weights are those of now, so that curve, tangent and step belong
    together. The curve goes `reach` to either side of the weight: by default the root mean square of the layer's
    weights, or twice the step where that is more. `points` is made odd, so that the middle one is the weight.

    Nothing of the simulation changes. Raises ValueError for a weight that is not there, fewer than 3 points or a
    reach that is not positive.
    """
    check_weight(sim, layer, row, column)
    if points < 3:
        raise ValueError(f"a curve needs at least 3 points, not {points}")
    if reach is not None and not 0.0 < reach < math.inf:
        raise ValueError(f"reach must be a positive number, not {reach}")
    rehearsal = sim.rehearse()
    weight, gradient, after = rehearsal.update(layer, row, column)
    reach = reach or _reach(sim.weight_matrix(layer, sim.parameters), after - weight)
    half = points // 2
    values = weight + reach * np.arange(-half, half + 1) / half
    losses = rehearsal.losses(layer, row, column, np.append(values, after))
    values.flags.writeable = losses.flags.writeable = False
    place, moves = (layer, row, column), (weight, gradient, after - weight)
    return _made(place, moves, values, losses, rehearsal.initial_loss())


def _made(
    place: tuple[int, int, int],
    moves: tuple[float, float, float],
    values: np.ndarray,
    losses: np.ndarray,
    initial_loss: float,
) -> Slope:
    """moves: weight, gradient, step. losses: at `values`, and behind them after the step."""
    curve, loss = losses[:-1], float(losses[len(values) // 2])
    finite = curve[np.isfinite(curve)]
    span = float(np.ptp(finite)) if len(finite) else math.nan
    height = max((size for size in (loss, initial_loss) if math.isfinite(size)), default=math.nan)
    return Slope(
        *place,
        *moves,
        loss=loss,
        loss_after=float(losses[-1]),
        values=values,
        losses=curve,
        height=height,
        span=span,
        magnification=height / span if span else math.inf,
    )


def _reach(weights: np.ndarray, step: float) -> float:
    """How far the curve goes: where weights and step are 0 or not finite, 1."""
    with np.errstate(over="ignore", invalid="ignore"):
        sizes = [float(np.sqrt(np.mean(weights**2))), 2.0 * abs(step)]
    reach = max((size for size in sizes if math.isfinite(size)), default=0.0)
    return reach or 1.0
