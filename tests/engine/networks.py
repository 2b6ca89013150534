"""Small simulations by hand: one call says what matters to a test and leaves the rest plain."""

from __future__ import annotations

from typing import Any

from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Data, Dense, Scenario, Training

SIGMOID_OUT = Dense(units=1, activation="sigmoid")
LINEAR_OUT = Dense(units=1, activation="linear")


def scenario(
    *layers: Dense, source: str = "plane", data: dict[str, Any] | None = None, **training: Any
) -> Scenario:
    """A regression (or classification) without a test part, on full batches of 12 samples unless told otherwise."""
    loss = "mean_squared_error" if source in ("plane", "sine") else "binary_cross_entropy"
    taken = {"samples": 12, "noise": 0.2, "test_fraction": 0.0, **(data or {})}
    settings = {"loss": loss, "batch_size": "full", **training}
    return Scenario(seed=3, data=Data(source=source, **taken), layers=layers, training=Training(**settings))


def simulation(*layers: Dense, **settings: Any) -> Simulation:
    """A simulation of `scenario`."""
    return Simulation(scenario(*layers, **settings))
