"""What one training step measured, frozen. Everything that is drawn comes from here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

MEASURES = (
    "weight_grad_log10",
    "weight_grad_mean",
    "delta_log10",
    "activation_mean",
    "activation_std",
    "slope_mean",
    "saturated",
    "dead",
    "update_ratio",
    "weight_norm",
    "zero_gradient",
)
"""The columns of `StepRecord.measures`, as the machine writes them."""

(
    WEIGHT_GRAD,
    WEIGHT_GRAD_MEAN,
    DELTA,
    ACT_MEAN,
    ACT_STD,
    SLOPE,
    SATURATED,
    DEAD,
    UPDATE,
    WEIGHT_NORM,
    ZERO_GRADIENT,
) = range(11)
"""The same columns by number."""
WIDTH = len(MEASURES)

SATURATED_SLOPE = 0.05
"""An entry is saturated where the activation's slope is below this: the gradient shrinks twentyfold there."""


HIDDEN, CELL, KEPT, GATE_MEANS = range(4)
"""What a recurrent layer measures of a time step, as the machine writes it; from GATE_MEANS on one mean a gate."""
TIME_WIDTH = GATE_MEANS + 4


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """One layer in one step. Norms are Euclidean, over every entry of the layer (and the batch, for delta).

    weight_grad_norm    |dL/dW|, before clipping; 0.0 where it is below the range of float64
    weight_grad_log10   its log10, true also far below that range (-inf for an exact zero)
    weight_grad_mean    mean |dL/dW| over the entries
    delta_norm          |dL/dz| over the batch, z = weight @ x + bias; of a recurrent layer |dL/d(its output)|;
                        delta_log10 its log10
    activation_mean     of the layer's activation over units and batch; activation_std likewise
    slope_mean          mean |phi'(z)| over units and batch
    saturated           fraction of entries whose |phi'(z)| is below SATURATED_SLOPE
    dead                fraction of units whose slope is exactly 0 on the whole batch
    update_ratio        |change of W| / |W| made by this step; nan where the pass made no update
    weight_norm         |W| before the update
    zero_gradient       fraction of the entries of dL/dW that are exactly 0 to the optimiser
    has_weight          whether the layer has weights; if not, all that is said of them is nan
    """

    index: int
    name: str
    weight_grad_norm: float
    weight_grad_log10: float
    weight_grad_mean: float
    delta_norm: float
    delta_log10: float
    activation_mean: float
    activation_std: float
    slope_mean: float
    saturated: float
    dead: float
    update_ratio: float
    weight_norm: float
    zero_gradient: float
    has_weight: bool = True


@dataclass(frozen=True, slots=True)
class TimeRecord:
    """What one recurrent layer measured step by step through its sequences. Arrays (steps,) float64, read-only.

    layer           its number; kind: "rnn", "lstm" or "gru"
    hidden_log10    log10 |dL/dh_t| over units and batch, true also far below the range of float64; -inf where no
                    gradient comes back that far (`truncate`), or none at all
    cell_log10      the same of an LSTM's cell state, |dL/dc_t|; None for other kinds
    gates           name -> mean over units and batch: input, forget, cell, output; reset, update, new
    forget_product  mean over units and batch of f_t f_{t+1} ... f_T: what is left in the end of the cell state
                    that enters step t; None but for an LSTM
    """

    layer: int
    kind: str
    hidden_log10: np.ndarray
    cell_log10: np.ndarray | None
    gates: dict[str, np.ndarray]
    forget_product: np.ndarray | None


@dataclass(frozen=True)
class StepRecord:
    """One training step, or one pass of `Simulation.measure`, as it was measured.

    step            updates done once it was over (a measurement leaves the number as it was)
    epoch           passes over the training data, a float
    loss            mean loss of the batch with the penalties on weights, before the update
    accuracy        of the batch, in 0..1; nan for regression
    learning_rate   as the schedule had it
    gradient_log10  log10 of the norm of all gradients together, before clipping and noise
    clip_scale      what clipping by norm multiplied the gradient by (1.0: it did not bind)
    names           a name for each layer
    measures        (layers, len(MEASURES)) float64, read-only
    weightless      the layers that have no weights: what is measured of weights is nan there
    loss_scale      what the loss was multiplied by on the way back; the gradients told are divided by it again
    skipped         updates so far that a dynamic loss scale left out, as their gradient was not finite
    times           of every recurrent layer, input to output, what it measured at each time step
    """

    step: int
    epoch: float
    loss: float
    accuracy: float
    learning_rate: float
    gradient_log10: float
    clip_scale: float
    names: tuple[str, ...]
    measures: np.ndarray
    weightless: frozenset[int] = frozenset()
    times: tuple[TimeRecord, ...] = ()
    loss_scale: float = 1.0
    skipped: int = 0

    def column(self, measure: str) -> np.ndarray:
        """One measure of every layer, (layers,) float64; `measure` is a name in MEASURES."""
        return self.measures[:, MEASURES.index(measure)]

    @cached_property
    def layers(self) -> tuple[LayerRecord, ...]:
        """The measures layer by layer, input to output."""
        return tuple(self._layer(index) for index in range(len(self.names)))

    def _layer(self, index: int) -> LayerRecord:
        values = dict(zip(MEASURES, self.measures[index].tolist(), strict=True))
        return LayerRecord(
            index=index,
            name=self.names[index],
            weight_grad_norm=power_of_ten(values["weight_grad_log10"]),
            delta_norm=power_of_ten(values["delta_log10"]),
            has_weight=index not in self.weightless,
            **values,
        )


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The network in inference mode over all of its data. Accuracy is nan for regression, all nan without data."""

    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float


def power_of_ten(log10: float) -> float:
    """10 ** log10: 0.0 below the range of float64, inf above it, nan for nan."""
    if math.isnan(log10):
        return math.nan
    return math.inf if log10 > 308.25 else float(10.0**log10)
