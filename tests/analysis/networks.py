"""Small networks of every kind of layer, each with a few samples, for what is read from a pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tests.engine import sequences
from vgtui.analysis.chain_rule import ChainRule
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Data, Dense, Gru, Layer, Lstm, Pool, Rnn, Scenario, Training

OUT = Dense(units=1, activation="linear")


def plane(*layers: Layer, rows: int = 4, **training: Any) -> Scenario:
    """Two inputs, a regression on full batches."""
    settings = {"loss": "mean_squared_error", "batch_size": "full", **training}
    data = Data(source="plane", samples=rows, noise=0.2, test_fraction=0.0)
    return Scenario(seed=5, data=data, layers=layers, training=Training(**settings))


def images(*layers: Layer, rows: int = 4) -> Scenario:
    """Digits of 8 x 8, ten classes."""
    data = Data(source="digits", samples=rows, test_fraction=0.0)
    training = Training(loss="cross_entropy", batch_size="full")
    return Scenario(
        seed=5, data=data, layers=(*layers, Dense(units=10, activation="linear")), training=training
    )


def sequence(*layers: Layer, length: int = 3, rows: int = 4) -> Scenario:
    """Sequences of one feature, a regression."""
    return sequences.scenario(*layers, OUT, length=length, rows=rows)


NETWORKS: dict[str, Callable[[], Scenario]] = {
    "dense": lambda: plane(Dense(units=3, activation="tanh", repeat=2), OUT),
    "relu": lambda: plane(Dense(units=4, activation="relu", repeat=2), OUT),
    "skips": lambda: plane(
        Dense(units=2, activation="tanh", skip=1),
        Dense(units=2, activation="sigmoid", skip=2, skip_scale=-0.5),
        Dense(units=2, activation="linear", skip=1, skip_scale=0.3),
        OUT,
    ),
    "dropout": lambda: plane(
        Dense(units=3, activation="tanh", dropout=0.5),
        Dense(units=3, activation="silu", dropout=0.3, skip=1, skip_scale=0.5),
        OUT,
    ),
    "batch norm": lambda: plane(
        Dense(units=2, activation="tanh", normalization="batch"),
        Dense(units=2, activation="silu", normalization="batch", skip=1),
        OUT,
    ),
    "layer norm": lambda: plane(
        Dense(units=3, activation="tanh", normalization="layer"),
        Dense(units=3, activation="gelu", normalization="layer"),
        OUT,
    ),
    "softmax": lambda: Scenario(
        data=Data(source="moons", samples=4, test_fraction=0.0),
        layers=(Dense(units=3, activation="tanh"), Dense(units=2, activation="softmax")),
        training=Training(loss="mean_squared_error", batch_size="full"),
    ),
    "logits": lambda: Scenario(
        data=Data(source="moons", samples=4, test_fraction=0.0),
        layers=(Dense(units=3, activation="tanh"), Dense(units=1, activation="sigmoid")),
        training=Training(loss="binary_cross_entropy", batch_size="full"),
    ),
    "conv": lambda: images(
        Conv(filters=2, kernel=3, stride=2, activation="tanh"),
        Pool(kind="max", size=2),
        Conv(filters=2, kernel=2, padding="valid", activation="relu"),
    ),
    "conv norm": lambda: images(
        Conv(filters=1, kernel=3, stride=4, activation="tanh", normalization="batch"),
        Conv(filters=1, kernel=1, activation="sigmoid", normalization="layer", skip=1),
        Pool(kind="average", size=2),
    ),
    "global average": lambda: images(
        Conv(filters=2, kernel=3, stride=4, activation="tanh"), Pool(kind="global_average")
    ),
    "rnn": lambda: sequence(Rnn(units=2, activation="tanh")),
    "rnn relu deep": lambda: sequence(
        Rnn(units=2, activation="relu", return_sequences=True), Rnn(units=2), length=2
    ),
    "truncated": lambda: sequence(Rnn(units=2, truncate=2), length=5),
    "lstm": lambda: sequence(Lstm(units=2), length=2),
    "lstm sequence": lambda: sequence(Lstm(units=1, return_sequences=True), Dense(units=2), length=3),
    "gru": lambda: sequence(Gru(units=2), length=2),
    "gru truncated": lambda: sequence(Gru(units=1, truncate=2), length=4),
}
"""Every kind of layer, small enough for its paths to be written out one by one."""


def simulation(name: str, seed: int = 1) -> Simulation:
    """One of NETWORKS, every parameter moved a little so that none stays at a special value."""
    sim = Simulation(NETWORKS[name]())
    random = np.random.default_rng(seed)
    sim.set_parameters({n: v + 0.3 * random.standard_normal(v.shape) for n, v in sim.parameters.items()})
    sim.measure()
    return sim


def weights(sim: Simulation, count: int, seed: int = 0) -> list[tuple[int, int, int]]:
    """Some weights at random, at least one of every layer that has any."""
    random = np.random.default_rng(seed)
    layers = [n for n, (rows, _) in enumerate(sim.weight_shapes) if rows]
    chosen = layers + [int(random.choice(layers)) for _ in range(count - len(layers))]
    return [(n, *(int(random.integers(size)) for size in sim.weight_shapes[n])) for n in chosen]


def multiplied(rule: ChainRule) -> float:
    """The factors multiplied out."""
    return (
        rule.activation * math.prod(factor.gain for factor in rule.factors) * rule.loss_slope + rule.penalty
    )
