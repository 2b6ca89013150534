"""Small recurrent networks that tests train."""

from __future__ import annotations

from typing import Any

import numpy as np

from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Data, Dense, Gru, Layer, Lstm, Rnn, Scenario, Training

KINDS = {"rnn": Rnn, "lstm": Lstm, "gru": Gru}
OUT = Dense(units=1, activation="linear")


def scenario(
    *layers: Layer, source: str = "wave", length: int = 6, rows: int = 5, **training: Any
) -> Scenario:
    """Regression of sequences, full batches."""
    settings = {"loss": "mean_squared_error", "optimizer": "sgd", "learning_rate": 0.05, "batch_size": "full"}
    return Scenario(
        seed=3,
        data=Data(source=source, samples=rows, length=length, test_fraction=0.0),
        layers=layers,
        training=Training(**{**settings, **training}),
    )


def jiggled(chosen: Scenario, seed: int = 0, size: float = 0.3) -> Simulation:
    """Every parameter moved a little, so that none stays at a special value."""
    sim = Simulation(chosen)
    random = np.random.default_rng(seed)
    sim.set_parameters({n: v + size * random.standard_normal(v.shape) for n, v in sim.parameters.items()})
    return sim
