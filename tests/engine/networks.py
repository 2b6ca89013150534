"""Small simulations by hand: one call says what matters to a test and leaves the rest plain; and what they hold."""

from __future__ import annotations

from typing import Any

import numpy as np

from vgtui.engine.record import StepRecord
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


def jiggled(scenario: Scenario, seed: int, size: float = 0.3) -> Simulation:
    """The simulation with every parameter moved a little, so that none stays at a special value."""
    sim = Simulation(scenario)
    random = np.random.default_rng(seed)
    moved = {n: v + size * random.standard_normal(v.shape) for n, v in sim.parameters.items()}
    sim.set_parameters(moved)
    return sim


def bits(sim: Simulation) -> tuple[object, ...]:
    """All that a simulation is at a step: parameters, what inference answers, and what the next step will do."""
    inputs = sim.train_data[0]
    following = sim.measure()
    return (
        sim.step_index,
        sim.epoch,
        tuple((name, value.tobytes()) for name, value in sim.parameters.items()),
        sim.predict(inputs).tobytes(),
        told(following),
        tuple(value.tobytes() for value in sim.gradients.values()),
    )


def told(record: StepRecord) -> tuple[object, ...]:
    """A record's numbers, nan for nan."""
    numbers = np.array(
        [record.loss, record.accuracy, record.learning_rate, record.gradient_log10, record.clip_scale]
    )
    return record.step, record.epoch, numbers.tobytes(), record.measures.tobytes()
