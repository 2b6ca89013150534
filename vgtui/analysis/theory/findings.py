"""What mean-field theory says of a scenario's network before anything is drawn: frozen numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class LayerPrediction:
    """One layer of a network that is still to be drawn. Norms are those of LayerRecord.

    weight_variance     variance of one weight times fan_in: sigma_w^2
    bias_variance       sigma_b^2
    q                   mean variance of z = weight @ x + bias over units and batch
    correlation         mean correlation of z between two samples of the batch; nan for a single one
    chi                 the factor of a gradient's square over a square layer of this kind, its normalisation and
                        skip included: chi_1 at this q for a plain one; over one step for a recurrent layer
    delta_log10         median over networks of log10 |dL/dz|, weight_grad_log10 of log10 |dL/dW|; nan where there
                        is no prediction
    delta_spread        standard deviation of the same over networks, weight_grad_spread likewise
    """

    layer: int
    name: str
    weight_variance: float
    bias_variance: float
    q: float
    correlation: float
    chi: float
    delta_log10: float
    weight_grad_log10: float
    delta_spread: float
    weight_grad_spread: float


@dataclass(frozen=True, slots=True)
class Phase:
    """Where infinitely many layers like one of the network's would lead: Schoenholz et al. 2017.

    layer              the first of the layers that this is said of: the kind that the network has most of
    q_star             the fixed point of q; 0 or inf where the signal dies out or grows without end
    c_star             the fixed point of the correlation between two samples
    chi_1              the factor of a gradient's square a layer at q_star
    variance_depth     layers in which q comes nearer to q_star by a factor e (xi_q), inf where it does not
    correlation_depth  the same of the correlation (xi_c); gradients change by a factor e in as many
    name               "ordered" (gradients vanish), "critical" or "chaotic" (gradients explode)
    """

    layer: int
    q_star: float
    c_star: float
    chi_1: float
    variance_depth: float
    correlation_depth: float
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class TimePrediction:
    """One recurrent layer through time.

    hidden_log10   (steps,): median of log10 |dL/dh_t|, as in TimeRecord; empty where there is no prediction
    forget_log10   mean log10 of the share of its state that an LSTM or GRU keeps a step, where nothing but the
                   biases opens its gates; nan for a plain layer
    """

    layer: int
    hidden_log10: np.ndarray
    forget_log10: float


@dataclass(frozen=True, slots=True, eq=False)
class FlowPrediction:
    """The gradient's way through a wide random network, as theory has it.

    layers      one for every layer, input to output
    phase       None where no layer has one (normalised over the batch, recurrent, or with skips)
    times       one for every recurrent layer that something can be said of
    silence     why there are no numbers, a sentence; empty where there are
    assumptions what the numbers rest on, a sentence
    """

    layers: tuple[LayerPrediction, ...]
    phase: Phase | None
    times: tuple[TimePrediction, ...]
    silence: str
    assumptions: str

    def column(self, measure: str) -> np.ndarray:
        """One number of every layer, (layers,) float64; `measure` is a field of LayerPrediction."""
        return np.array([getattr(layer, measure) for layer in self.layers], np.float64)
