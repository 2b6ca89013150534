"""A plain recurrent layer of many units, step by step through time: Chen, Pennington & Schoenholz 2018.

The same weight is used at every step; as in theirs, its products are taken for those of a new one each time: true for
as many steps as are few beside the units. What differs between two steps of one sample is never multiplied, so
moments are kept for pairs of samples at one step.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vgtui.analysis.theory.findings import TimePrediction
from vgtui.analysis.theory.pairs import Response, respond
from vgtui.analysis.theory.parts import NoTheoryError, Part, Way, fresh_scatter, mean_correlation
from vgtui.analysis.theory.signals import Gradient, Matrix, Signal, at_place, from_places, together
from vgtui.engine.gaussian import nodes
from vgtui.engine.initializers import INITIALIZERS, bias_moments
from vgtui.scenario.model import Gru, Lstm, Rnn, Scenario


class Recurrence:
    """One plain recurrent layer in the limit of many units.

    given, made   what comes in and goes out
    seen          (steps,) of (samples, samples): the sum over inputs and state of x_a x_b
    covariance    of the last step's z
    """

    def __init__(self, layer: Rnn, given: Signal) -> None:
        self.layer, self.given = layer, given
        self.units, self.fan_in = layer.units, float(given.units)
        self.mean, self.bias_variance = bias_moments(layer)
        self.entry = layer.gain**2 * _variance(layer.init, (self.units, given.units), layer)
        square = (self.units, self.units)
        self.recurrent_entry = layer.recurrent_gain**2 * _variance(layer.recurrent_init, square, layer)
        self.steps = given.places
        self.seen: list[Matrix] = []
        self.responses: list[Response] = []
        self.covariances: list[Matrix] = []
        self.scatter = np.zeros((given.rows, given.rows))
        state = np.zeros((given.rows, given.rows))
        for step in range(self.steps):
            state = self._forward(step, state)
        self.covariance = self.covariances[-1]
        self.made = self._made()

    def _forward(self, step: int, state: Matrix) -> Matrix:
        """One step; the state's moments after it."""
        inputs, states = self.fan_in * at_place(self.given.moments, self.given.rows, step), self.units * state
        covariance = self.entry * inputs + self.recurrent_entry * states + self.bias_variance
        response = respond(self.layer.activation, 0.0, covariance, self.mean)
        self.seen.append(inputs + states)
        self.covariances.append(covariance)
        self.responses.append(response)
        size = np.diag(response.values)
        fresh = response.fourth_values / np.maximum(np.outer(size, size), 1e-300) - 1.0
        whole = max(float(np.trace(covariance)), 1e-300)
        passed = response.elasticity * self.recurrent_entry * float(np.trace(states)) / whole
        self.scatter = passed**2 * self.scatter + np.maximum(fresh, 0.0) / self.units
        return response.values

    def _made(self) -> Signal:
        last = self.responses[-1]
        if not self.layer.return_sequences:
            return Signal(last.values, last.means, self.units, (), self.scatter)
        moments = from_places([response.values for response in self.responses])
        means = np.stack([response.means for response in self.responses], axis=1).ravel()
        return Signal(moments, means, self.units, (self.steps,), self.scatter)

    # ---- back

    def back(self, out: Gradient, products: Matrix, following: Part) -> Way:
        """From the gradient of what goes out: that is what a recurrent layer's delta is."""
        rows = self.given.rows
        states: list[Gradient | None] = [None] * self.steps
        passed: list[Gradient] = []
        behind: Gradient | None = None
        for step in reversed(range(self.steps)):
            above = self._above(out, step)
            here = behind if above is None else together(behind, above, products)
            if here is None:
                break
            states[step] = here
            delta = self._through_slope(here, step, products, following)
            passed.append(delta)
            kept = replace(delta, transfer=delta.transfer * (self.units * self.recurrent_entry)).scaled()
            behind = None if self._cut(step) else kept
        return self._way(out, states, passed[::-1], rows)

    def _above(self, out: Gradient, step: int) -> Gradient | None:
        """What a step's state is given by the layers above, as far as it goes out."""
        if not self.layer.return_sequences:
            return out if step == self.steps - 1 else None
        return replace(out, transfer=at_place(out.transfer, self.given.rows, step))

    def _cut(self, step: int) -> bool:
        """Whether no gradient goes from here to the step before."""
        truncate = self.layer.truncate
        return truncate is not None and (self.steps - step) % truncate == 0

    def _through_slope(self, here: Gradient, step: int, products: Matrix, following: Part) -> Gradient:
        """dL/dz of one step."""
        response, rows = self.responses[step], self.given.rows
        kept = following.kept(self.units) if step == self.steps - 1 else self.kept(self.units)
        fresh = fresh_scatter(here.weights(products), response, rows, kept) / self.units
        return Gradient(here.transfer * response.slopes, here.log, here.scatter + fresh, here.drawn)

    def kept(self, units: int) -> float:
        """See Neurons.kept; of the weight that leads from state to state."""
        return 1.0 if self.layer.recurrent_init == "orthogonal" else 0.0

    def _way(self, out: Gradient, states: list[Gradient | None], passed: list[Gradient], rows: int) -> Way:
        first = self.steps - len(passed)
        log = max(delta.log for delta in passed)
        weights = [delta.transfer * math.exp(max(delta.log - log, -700.0)) for delta in passed]
        pairs = sum(weight * seen for weight, seen in zip(weights, self.seen[first:], strict=True))
        blocks = [np.zeros((rows, rows))] * first + weights
        scatter = passed[-1].scatter
        source = Gradient(
            from_places(blocks) * (self.units * self.entry), log, passed[0].scatter, out.drawn
        ).scaled()
        weight = Gradient(np.asarray(pairs), log, scatter, out.drawn)
        rate = self.units * self.recurrent_entry * float(np.mean(np.diag(self.responses[-1].slopes)))
        return Way(out, weight, source, rate=rate, through_time=tuple(states))

    @property
    def variance(self) -> float:
        """Of z at the last step, over units and samples."""
        return float(np.mean(np.diag(self.covariance)))

    @property
    def correlation(self) -> float:
        """Of z between two samples at the last step."""
        return mean_correlation(self.covariance, self.given.rows)


def _variance(kind: str, shape: tuple[int, int], layer: Rnn) -> float:
    """Of one entry of a weight, its gain left out."""
    if kind == "identity":
        raise NoTheoryError("a recurrent weight that begins as the identity is no random matrix")
    variance = INITIALIZERS[kind].variance
    if variance is None:
        raise NoTheoryError("weights that are all one constant are no random network")
    return variance(shape, layer)


def times_at_rest(scenario: Scenario) -> tuple[TimePrediction, ...]:
    """Of every LSTM and GRU what one step leaves of its state where nothing but its biases opens the gates."""
    network = [layer for _, layer in scenario.expanded()]
    return tuple(
        TimePrediction(number, np.array([]), _kept_at_rest(layer))
        for number, layer in enumerate(network)
        if isinstance(layer, Lstm | Gru)
    )


def _kept_at_rest(layer: Lstm | Gru) -> float:
    """E[log10 sigmoid(bias)] of the forget gate, or of a GRU's update gate."""
    if layer.chrono is not None:
        memory = 1.0 + (layer.chrono - 2.0) * (np.arange(1000) + 0.5) / 1000.0
        return float(np.mean(np.log10(memory / (1.0 + memory))))
    mean, variance = bias_moments(layer)
    own = mean + (layer.forget_bias if isinstance(layer, Lstm) else 0.0)
    u, weight = nodes(np.array([variance]))
    return float(np.sum(-weight * np.log10(1.0 + np.exp(-(own + math.sqrt(variance) * u)))))
