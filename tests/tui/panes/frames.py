"""Frames made by hand: what the panes are shown in tests, without an engine."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from vgtui.analysis.chain_rule import ChainRule, Factor
from vgtui.analysis.weights import WeightChange
from vgtui.engine.record import MEASURES, Evaluation, StepRecord, TimeRecord
from vgtui.scenario.model import Dense, Scenario
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.frame import Curve, Frame

PALETTE = Palette(
    background=0x1E1E1E,
    text=0xE0E0E0,
    muted=0x909090,
    faint=0x404040,
    title=0x57A5E2,
    healthy=0x5090C0,
    vanishing=0xFFC473,
    exploding=0xD17E92,
    good=0x8AD4A1,
    train=0x57A5E2,
    test=0xFFC473,
    selected=0x203040,
)


@contextmanager
def no_warning() -> Iterator[None]:
    """A warning fails: it would be written into the middle of the screen."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def decaying(layers: int, decades: float = 0.62, last: float = -0.6) -> np.ndarray:
    """log10 norms that shrink by so many decades a layer from the output to the input."""
    return last - decades * np.arange(layers - 1, -1, -1)


def odd(count: int, seed: int) -> np.ndarray:
    """log10 norms that shrink or grow, some of them what should not be."""
    random = np.random.default_rng(seed)
    norms = decaying(count, random.uniform(-3, 3))
    norms[random.random(count) < 0.3] = random.choice([math.nan, math.inf, -math.inf, -700.0])
    return norms


def record(
    gradient: np.ndarray, step: int = 120, names: tuple[str, ...] = (), **columns: object
) -> StepRecord:
    """A record of these weight gradients (log10); other measures by name, with tame values by default."""
    count = len(gradient)
    names = names or (*("10 sigmoid" for _ in range(count - 1)), "1 sigmoid")
    tame = {
        "weight_grad_log10": gradient,
        "weight_grad_mean": 0.01,
        "delta_log10": gradient + 0.3,
        "activation_mean": 0.51,
        "activation_std": 0.08,
        "slope_mean": 0.24,
        "saturated": 0.0,
        "dead": 0.0,
        "zero_gradient": 0.0,
        "update_ratio": 1e-3,
        "weight_norm": 2.3,
    }
    tame.update(columns)
    measures = np.empty((count, len(MEASURES)))
    for place, measure in enumerate(MEASURES):
        measures[:, place] = tame[measure]
    return StepRecord(step, step / 7, 0.69, 0.55, 0.001, float(np.max(gradient)), 1.0, names, measures)


def lstm_times(hidden: np.ndarray, layer: int = 0, forget: float = 0.73) -> TimeRecord:
    """An LSTM's time steps with these gradients (log10), each forgetting alike."""
    steps = len(hidden)
    gate = np.full(steps, forget)
    return TimeRecord(layer, "lstm", hidden, hidden, {"forget": gate}, forget ** np.arange(steps, 0.0, -1.0))


def rnn_times(hidden: np.ndarray, layer: int = 0) -> TimeRecord:
    """A plain recurrent layer's time steps with these gradients (log10)."""
    return TimeRecord(layer, "rnn", hidden, None, {}, None)


def chain(layers: int, gain: float = 0.23, layer: int = 0, **fields: object) -> ChainRule:
    """The product for a weight of `layer` when every later layer scales the signal by about `gain`."""
    factors = []
    for index in range(layer, layers):
        weight_gain = 1.0 if index == layer else 0.9 + 0.03 * (index % 5)
        slope = gain if index < layers - 1 else 1.0
        factors.append(Factor(index, "10 sigmoid", weight_gain, 1.0, slope, 1.0, weight_gain * slope))
    size = math.log10(1.04 * 0.55) + sum(math.log10(factor.gain) for factor in factors)
    product = -(10.0**size) if size > -308 else 0.0
    values: dict[str, object] = {
        "layer": layer,
        "row": 0,
        "column": 1,
        "sample": None,
        "weight": 0.31,
        "activation": 1.04,
        "factors": tuple(factors),
        "loss_slope": -0.55,
        "culprit": min(3, len(factors) - 1),
        "product": product,
        "sign": -1,
        "log10": size,
    }
    values.update(fields)
    return ChainRule(**values)  # type: ignore[arg-type]


def changes(layers: int) -> tuple[WeightChange, ...]:
    """Weights of which the first layers have not moved."""
    made = []
    for index in range(layers):
        relative = 10.0 ** (-0.5 - 1.1 * (layers - 1 - index))
        total = 20 if index == 0 else 10 if index == layers - 1 else 100
        still = total if relative < 1e-8 else round(total * (relative < 1e-5) * 0.4)
        old = (0.3123, -0.7211, 0.0512, 0.9)
        relative = 0.0 if still == total else relative
        new = tuple(value * (1 + relative) for value in old)
        made.append(
            WeightChange(
                index,
                "10 sigmoid",
                2.31,
                2.31 * (1 + relative),
                2.31 * relative,
                relative,
                still,
                total,
                old,
                new,
            )
        )
    return tuple(made)


def curve(points: int = 120, diverges: bool = False) -> Curve:
    """A loss that falls; or that ends in nan."""
    steps = np.arange(points, dtype=np.float64) * 7
    loss = 0.62 * np.exp(-steps / 300) + 0.05
    test = 0.6 * np.exp(-steps / 330) + 0.08 + 0.01 * np.sin(steps / 9)
    accuracy = 1 - loss / 1.3
    if diverges:
        loss = np.exp(steps / 9)
        loss[-20:-10] = np.inf
        loss[-10:] = np.nan
        test = loss * 1.1
    return Curve(steps, loss, test, accuracy, accuracy - 0.02)


def scenario(layers: int = 9) -> Scenario:
    """Sigmoid layers of ten and one output."""
    hidden = (Dense(units=10, activation="sigmoid", repeat=layers - 1),) if layers > 1 else ()
    return Scenario(
        title="Nine sigmoid layers on two moons", layers=(*hidden, Dense(units=1, activation="sigmoid"))
    )


def frame(gradient: np.ndarray | None = None, serial: int = 1, **fields: object) -> Frame:
    """A frame of a network with these gradients, by default nine vanishing layers."""
    gradient = decaying(9) if gradient is None else gradient
    layers = len(gradient)
    values: dict[str, object] = {
        "serial": serial,
        "status": "running",
        "message": "",
        "scenario": scenario(layers),
        "record": record(gradient),
        "evaluation": Evaluation(0.412, 0.86, 0.437, 0.82),
        "chain": chain(layers),
        "weights": changes(layers),
        "curve": curve(),
        "loaded": True,
    }
    values.update(fields)
    return Frame(**values)  # type: ignore[arg-type]
