"""The prediction for a scenario: its batch's moments forward, the loss's slopes, and the moments back."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vgtui.analysis.stopping import StoppedError
from vgtui.analysis.theory.answer import loss_slopes, widened
from vgtui.analysis.theory.findings import FlowPrediction, LayerPrediction, TimePrediction
from vgtui.analysis.theory.neurons import Neurons
from vgtui.analysis.theory.parts import NoTheoryError, Part, Way
from vgtui.analysis.theory.phases import phase_of
from vgtui.analysis.theory.pools import Pooling
from vgtui.analysis.theory.recurrence import Recurrence, times_at_rest
from vgtui.analysis.theory.signals import Gradient, Matrix, Signal, draws, samples_only, together
from vgtui.engine.door import Door
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Dense, Layer, Pool, Rnn, Scenario

POINTS = 320
"""Points that moments are kept for: samples, times places where the network has images or sequences."""

SAMPLES = 64
"""Samples at most, where a point is a sample."""

SUMS = 2048
"""Sums of log-normal sizes that are drawn, where they scatter so much as"""
SMALL_SCATTER = 0.02
"""that the logarithm of a sum is not linear any more."""

TARGETS = 256
"""Samples of a batch, at most, whose targets are looked at."""

LN_10 = math.log(10.0)

ASSUMPTIONS = (
    "many units a layer, weights drawn independently and used as if anew on the way back; the moments of the first"
    " batch's inputs and its targets; scatter of finite widths to first order in 1/units"
)

GATED = (
    "gates multiply, so that a gradient through an LSTM or GRU is no product of independent factors: only what its"
    " gates keep at rest is told"
)


def predict_flow(
    scenario: Scenario, folder: str | Path | None = None, *, go_on: Callable[[], bool] = lambda: True
) -> FlowPrediction:
    """What mean-field theory expects of the scenario's network as it will be drawn, whatever the seed draws.

    Moments of the first batch's inputs go forward layer by layer, E[phi_a phi_b] for every pair of samples; at the
    output the loss's slopes are those of normally distributed answers against the batch's own targets; back go the
    gradients' moments, E[phi'_a phi'_b] (Poole et al. 2016; Schoenholz et al. 2017; Yang & Schoenholz 2017; Xiao
    et al. 2018; Yang et al. 2019). Finite widths scatter the logarithm of a gradient's norm and lower its median
    (Hanin & Nica 2018). `folder` is where a relative `data.file` is looked for. `go_on` is asked at every layer; once
    it says no, stopping.StoppedError is raised. Raises what Simulation raises for a scenario that does not hold
    together.
    """
    simulation = Simulation(scenario, folder)
    scenario, names = simulation.scenario, simulation.layer_names
    try:
        passed = Passage(scenario, simulation, go_on)
        layers = tuple(passed.layer(number, name) for number, name in enumerate(names))
    except NoTheoryError as silence:
        blank = (math.nan,) * 9
        empty = tuple(LayerPrediction(number, name, *blank) for number, name in enumerate(names))
        return FlowPrediction(empty, None, times_at_rest(scenario), str(silence), ASSUMPTIONS)
    return FlowPrediction(layers, phase_of(passed.parts), passed.times(), "", ASSUMPTIONS)


@dataclass(frozen=True, slots=True)
class Spread:
    """A norm's square over networks: the logarithm's median and variance."""

    median: float
    variance: float

    @property
    def log10(self) -> float:
        """The median of the norm's log10."""
        return 0.5 * self.median / LN_10

    @property
    def deviation(self) -> float:
        """The standard deviation of the norm's log10."""
        return 0.5 * math.sqrt(max(self.variance, 0.0)) / LN_10


class Passage:
    """Forward and back through all layers."""

    def __init__(self, scenario: Scenario, simulation: Simulation, go_on: Callable[[], bool]) -> None:
        self.scenario = scenario
        self._go_on = go_on
        self.network = tuple(layer for _, layer in scenario.expanded())
        inputs, targets = simulation.batch
        self.batch, self.targets = len(inputs), np.ascontiguousarray(targets[:TARGETS])
        self.signals = [first_signal(scenario, simulation, inputs)]
        self.parts: list[Part] = []
        for number, layer in enumerate(self.network):
            self._forward(number, layer)
        self._answer()
        self.ways = self._back()

    def _check(self) -> None:
        if not self._go_on():
            raise StoppedError

    # ---- forward

    def _forward(self, number: int, layer: Layer) -> None:
        self._check()
        given, before = self.signals[-1], self.parts[-1] if self.parts else None
        part: Part
        if isinstance(layer, Dense | Conv):
            part = Neurons(layer, given, self._added(number))
        elif isinstance(layer, Pool):
            part = Pooling(layer, given, before)
        elif isinstance(layer, Rnn):
            if layer.dropout or self.scenario.training.l1 or self.scenario.training.l2:
                raise NoTheoryError("dropout and penalties of a recurrent layer are not in the theory")
            part = Recurrence(layer, given)
        else:
            raise NoTheoryError(GATED)
        self.parts.append(part)
        self.signals.append(part.made)

    def _added(self, number: int) -> Signal | None:
        skip = self.network[number].skip
        return None if skip is None else self.signals[number + 1 - skip]

    def _answer(self) -> None:
        """The loss's slopes, and their mean products for the samples whose moments are kept."""
        last = self.parts[-1]
        if not isinstance(last, Neurons):
            raise NoTheoryError("a recurrent layer that answers itself has no normally distributed answers")
        added = self._added(len(self.parts) - 1)
        self.slopes = loss_slopes(self.scenario, last.covariance, last.mean, added, self.targets)
        count, _, units = self.slopes.shape
        self.units = units
        flat = self.slopes.transpose(0, 2, 1).reshape(count * units, -1)
        products = flat.T @ flat / (count * units)
        self.last, self.products = last, products[: last.given.rows, : last.given.rows]
        sizes = np.log(np.maximum(np.sum(self.slopes**2, axis=(1, 2)), 1e-300))
        below = float(np.median(sizes)) - math.log(max(float(np.exp(sizes).mean()), 1e-300))
        self.scatter = Spread(below, float(sizes.var()))

    # ---- back

    def _back(self) -> list[Way]:
        arriving: dict[int, Gradient] = {}
        ways: list[Way] = []
        rows = self.last.given.rows
        start = Gradient(np.ones((rows, rows)), 0.0, np.zeros((rows, rows)))
        way = self.last.from_delta(start, start if self.last.layer.skip is not None else None)
        for number in reversed(range(len(self.parts))):
            self._check()
            if number < len(self.parts) - 1:
                out = arriving.pop(number + 1)
                way = self.parts[number].back(out, self.products, self.parts[number + 1])
            ways.append(way)
            arriving[number] = together(arriving.get(number), way.source, self.products)
            if way.skip is not None:
                at = number + 1 - (self.network[number].skip or 0)
                arriving[at] = together(arriving.get(at), way.skip, self.products)
        return ways[::-1]

    # ---- what is told

    def layer(self, number: int, name: str) -> LayerPrediction:
        """The numbers of one layer."""
        self._check()
        part, way = self.parts[number], self.ways[number]
        delta, weight = self._size(part, way.delta), self._weight_size(part, way)
        return LayerPrediction(
            layer=number,
            name=name,
            weight_variance=part.entry * part.fan_in,
            bias_variance=part.bias_variance,
            q=part.variance,
            correlation=part.correlation,
            chi=way.rate,
            delta_log10=delta.log10,
            weight_grad_log10=weight.log10,
            delta_spread=delta.deviation,
            weight_grad_spread=weight.deviation,
        )

    def times(self) -> tuple[TimePrediction, ...]:
        """Of every recurrent layer."""
        return tuple(
            TimePrediction(
                number, np.array([self._state(part, state) for state in way.through_time]), math.nan
            )
            for number, (part, way) in enumerate(zip(self.parts, self.ways, strict=True))
            if way.through_time
        )

    def _state(self, part: Part, state: Gradient | None) -> float:
        return -math.inf if state is None else self._size(part, state).log10

    def _size(self, part: Part, gradient: Gradient) -> Spread:
        """|gradient|^2 over units and points."""
        own, share = self._shares(part, gradient)
        return self._norm(own, gradient, part.units, _scatter_of_sum(gradient.scatter, share))

    def _shares(self, part: Part, gradient: Gradient) -> tuple[Matrix, Matrix]:
        """Each sample's own size, (samples, samples) diagonal, and its share of the whole, (samples,)."""
        own = samples_only(np.diag(np.diag(gradient.transfer)), part.given.rows)
        return own, np.diag(own) * np.diag(self.products) if gradient.drawn else np.diag(own)

    def _weight_size(self, part: Part, way: Way) -> Spread:
        """|dL/dW|^2; not a number for a layer without weights."""
        if way.weight is None:
            return Spread(math.nan, 0.0)
        _, share = self._shares(part, way.delta)
        scatter = _scatter_of_sum(way.weight.scatter + part.given.scatter, share)
        from_data = self._norm(way.weight.transfer, way.weight, part.units, scatter)
        return with_penalty(from_data, self._penalty(part))

    def _penalty(self, part: Part) -> float:
        """The square of the norm of what the penalties add to dL/dW: l1 sign(w) + 2 l2 w over all entries."""
        l1, l2 = self.scenario.training.l1, self.scenario.training.l2
        if not (l1 or l2) or not isinstance(part, Neurons):
            return 0.0
        mean_size = math.sqrt(part.entry) * (0.866 if part.layer.init.endswith("uniform") else 0.798)
        return part.units * part.fan_in * (l1**2 + 4.0 * l1 * l2 * mean_size + 4.0 * l2**2 * part.entry)

    def _norm(self, form: Matrix, gradient: Gradient, units: int, scatter: Spread) -> Spread:
        """Over the networks that were drawn: slopes' @ form @ slopes, times what the gradient leaves to its log."""
        wide = widened(form, len(self.targets))
        if self.batch > len(self.targets):  # over a larger batch what is a sample's own counts for less
            wide = wide - np.diag(np.diag(wide)) * (1.0 - len(self.targets) / self.batch)
        log = gradient.log + math.log(units)
        with np.errstate(divide="ignore", invalid="ignore"):
            if gradient.drawn:
                sizes = np.log(np.sum(np.matmul(wide, self.slopes) * self.slopes, axis=(1, 2)) / self.units)
                found = sizes[np.isfinite(sizes)]
                median, variance = float(np.median(sizes)), float(found.var()) if len(found) else 0.0
            else:
                median = float(np.log(form.sum() * self.batch / len(form))) + self.scatter.median
                variance = self.scatter.variance
        return Spread(median + log + scatter.median, variance + scatter.variance)


def with_penalty(size: Spread, square: float) -> Spread:
    """A norm of independent parts: one that scatters, and one of a known square."""
    if square == 0.0:
        return size
    whole = float(np.logaddexp(size.median, math.log(square)))
    return Spread(whole, size.variance * math.exp(size.median - whole) ** 2)


def _scatter_of_sum(scatter: Matrix, share: Matrix) -> Spread:
    """The logarithm of a sum over samples of size `share` whose logarithms are normal and keep the mean at 1."""
    total = float(share.sum())
    if total <= 0.0:
        return Spread(0.0, 0.0)
    share = share / total
    if np.ptp(scatter) < SMALL_SCATTER:
        variance = float(share @ scatter @ share)
        return Spread(-0.5 * variance, variance)
    logs = draws(scatter, -0.5 * np.diag(scatter), SUMS, 9) + np.log(np.maximum(share, 1e-300))
    top = logs.max(axis=1, keepdims=True)
    sums = top[:, 0] + np.log(np.exp(logs - top).sum(axis=1))
    return Spread(float(np.median(sums)), float(sums.var()))


def first_signal(scenario: Scenario, simulation: Simulation, inputs: Matrix) -> Signal:
    """The moments of the first batch: of all of it, or of so many samples as there is room for."""
    door = Door(simulation.dataset.input_shape)
    shape = door.shape(scenario)
    flat = isinstance(scenario.layers[0], Dense)
    places, units = (1, math.prod(shape)) if flat or len(shape) == 1 else (math.prod(shape[:-1]), shape[-1])
    rows = min(len(inputs), SAMPLES if places == 1 else max(2, POINTS // places))
    if rows * places > 4 * POINTS:
        raise NoTheoryError(
            f"images or sequences of {places} places are too large to keep every pair of them"
        )
    x = door.inward(inputs[:rows]).reshape(rows * places, units)
    kept = () if places == 1 and (flat or len(shape) == 1) else shape[:-1]
    return Signal(x @ x.T / units, x.mean(axis=1), units, kept, np.zeros((rows, rows)))
