"""The networks whose training is timed: W1 to W6, and stacks of any depth and width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vgtui.scenario.model import Conv, Data, Dense, Lstm, Pool, Scenario, Training

DIGITS = Data(source="digits", samples=1797, test_fraction=0.2)
CLASSES = Dense(units=10, activation="softmax")


def moons(samples: int) -> Data:
    return Data(source="moons", samples=samples, noise=0.15, test_fraction=0.2)


def stack(depth: int, width: int, activation: str, batch: int, samples: int, **more: Any) -> Scenario:
    """`depth` layers of `width` units on two moons."""
    hidden = Dense(units=width, activation=activation, repeat=depth, **more)
    last = Dense(units=1, activation="sigmoid")
    return Scenario(layers=(hidden, last), data=moons(samples), training=Training(batch_size=batch))


def residual() -> Scenario:
    block = {"units": 256, "activation": "relu", "init": "he_normal", "normalization": "batch"}
    layers = (Dense(**block), Dense(**block, skip=1, repeat=19), CLASSES)
    return Scenario(layers=layers, data=DIGITS, training=Training(loss="cross_entropy", batch_size=256))


def memory_cell() -> Scenario:
    layers = (Lstm(units=64, forget_bias=1.0), Dense(units=1, activation="linear"))
    data = Data(source="adding", samples=320, length=100, test_fraction=0.2)
    return Scenario(layers=layers, data=data, training=Training(loss="mean_squared_error", batch_size=32))


def convolutions() -> Scenario:
    layers = (
        Conv(filters=16, activation="relu", init="he_normal", repeat=6),
        Pool(kind="global_average"),
        CLASSES,
    )
    return Scenario(layers=layers, data=DIGITS, training=Training(loss="cross_entropy", batch_size=64))


WORKLOADS: dict[str, tuple[str, Callable[[], Scenario]]] = {
    "W1": ("10 x 8 sigmoid, batch 32", lambda: stack(10, 8, "sigmoid", 32, 240)),
    "W2": ("10 x 50 tanh, batch 200", lambda: stack(10, 50, "tanh", 200, 250)),
    "W3": ("20 x 256 relu, batch norm, skips, batch 256", residual),
    "W4": ("LSTM, 100 steps, 64 units, batch 32", memory_cell),
    "W5": ("6 convolutions 3x3x16 on 8x8, batch 64", convolutions),
    "W6": ("1000 x 32 tanh, batch 64", lambda: stack(1000, 32, "tanh", 64, 240, init="orthogonal")),
    "W6s": ("1000 x 32 sigmoid, batch 64", lambda: stack(1000, 32, "sigmoid", 64, 240, init="orthogonal")),
}
