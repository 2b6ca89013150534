"""float32 is the same network, as true as float32 is; what is measured of it is told in float64."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, scenario
from tests.engine.sequences import OUT as SEQUENCE_OUT
from tests.engine.sequences import scenario as sequence
from vgtui.engine.record import MEASURES
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_values
from vgtui.scenario.model import (
    ACTIVATIONS,
    Conv,
    Data,
    Dense,
    Gru,
    Lstm,
    Pool,
    Rnn,
    Scenario,
    Training,
)


def images(*layers: Any) -> Scenario:
    """Digits, read by one dense layer after those given."""
    out = Dense(units=10, activation="softmax")
    training = Training(loss="cross_entropy", optimizer="sgd", learning_rate=0.05, batch_size=16)
    return Scenario(seed=3, data=Data(source="digits", samples=60), layers=(*layers, out), training=training)


def hidden(**layer: Any) -> Scenario:
    """Two hidden layers, plain SGD."""
    tall = Dense(**{"units": 5, "activation": "tanh", "repeat": 2, **layer})
    return scenario(tall, LINEAR_OUT, optimizer="sgd", learning_rate=0.05)


NETWORKS = {
    **{name: hidden(activation=name) for name in ACTIVATIONS if name != "softmax"},
    "batch norm": hidden(normalization="batch"),
    "layer norm": hidden(normalization="layer"),
    "skip": hidden(units=2, skip=1, skip_scale=0.3),
    "one unit": hidden(units=1),
    "wide": hidden(units=40),
    "binary cross-entropy": scenario(Dense(units=7), SIGMOID_OUT, source="moons", optimizer="sgd"),
    "absolute error": scenario(Dense(units=7), LINEAR_OUT, loss="mean_absolute_error", optimizer="sgd"),
    "conv": images(Conv(filters=9), Pool(kind="max"), Conv(filters=4, stride=2), Pool(kind="global_average")),
    "conv by tiles": images(Conv(filters=8), Conv(filters=16), Conv(filters=8), Pool(kind="global_average")),
    "rnn": sequence(Rnn(units=6, return_sequences=True), Rnn(units=3, activation="relu"), SEQUENCE_OUT),
    "lstm": sequence(Lstm(units=6), SEQUENCE_OUT),
    "gru": sequence(Gru(units=6), SEQUENCE_OUT),
    **{
        name: scenario(
            Dense(units=6, activation="tanh"), LINEAR_OUT, optimizer=name, weight_decay=0.01, clip_norm=0.5
        )
        for name in ("sgd", "adagrad", "rmsprop", "adam", "adamw")
    },
}


def in_precision(chosen: Scenario, precision: str, **training: Any) -> Scenario:
    """The same network in another precision."""
    return set_values(
        chosen, [("precision", precision), *((f"training.{key}", value) for key, value in training.items())]
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_float32_trains_as_float64_does(name: str) -> None:
    double = Simulation(NETWORKS[name])
    single = Simulation(in_precision(NETWORKS[name], "float32"))
    true, found = double.step(4), single.step(4)
    assert found.loss == pytest.approx(true.loss, rel=1e-5)
    for part, told in ((double.gradients, single.gradients), (double.parameters, single.parameters)):
        scale = max(np.abs(values).max() for values in part.values())
        for key, values in part.items():
            assert np.array_equal(told[key], told[key].astype(np.float32)), (
                "float32 holds what it is told to hold"
            )
            np.testing.assert_allclose(told[key], values, rtol=1e-3, atol=1e-5 * scale, err_msg=key)
    for place, measure in enumerate(MEASURES):
        np.testing.assert_allclose(
            found.measures[:, place], true.measures[:, place], rtol=1e-3, atol=1e-5, err_msg=measure
        )


def test_norms_stay_true_far_below_the_range_of_float32() -> None:
    tall = Dense(units=3, activation="sigmoid", init="glorot_uniform", repeat=150)
    chosen = scenario(tall, SIGMOID_OUT, source="moons", data={"samples": 4})
    true, found = Simulation(chosen).measure(), Simulation(in_precision(chosen, "float32")).measure()
    assert true.column("weight_grad_log10")[0] < -100
    for measure in ("weight_grad_log10", "delta_log10"):
        np.testing.assert_allclose(found.column(measure), true.column(measure), rtol=0, atol=1e-4)


def test_gradients_below_the_range_of_float32_are_zero_to_the_optimiser() -> None:
    tall = Dense(units=3, activation="sigmoid", init="glorot_uniform", repeat=150)
    chosen = scenario(tall, SIGMOID_OUT, source="moons", data={"samples": 4})
    true, found = Simulation(chosen).gradients, Simulation(in_precision(chosen, "float32")).gradients
    lost = {name: np.abs(true[name]).max() < 2.0**-150 for name in true}
    assert lost["0.weight"]
    assert not lost["149.weight"]
    for name, gone in lost.items():
        assert (not found[name].any()) == gone, name


def test_a_change_of_precision_keeps_what_was_learned() -> None:
    sim = Simulation(NETWORKS["adam"])
    sim.step(5)
    before = sim.parameters
    sim.apply(in_precision(sim.scenario, "float32"))
    for name, values in sim.parameters.items():
        assert np.array_equal(values, before[name].astype(np.float32)), name
    sim.step(3)
    single = sim.parameters
    assert sim.back(4) is not None
    sim.seek(8)
    for name, values in sim.parameters.items():
        assert np.array_equal(values, single[name]), name


def test_a_float32_session_goes_on_bit_for_bit(tmp_path) -> None:
    sim = Simulation(in_precision(NETWORKS["adam"], "float32"))
    sim.step(5)
    sim.save(tmp_path / "half-way.vgtui")
    loaded = Simulation.load(tmp_path / "half-way.vgtui")
    assert loaded.step(7).loss == sim.step(7).loss
    for name, values in sim.parameters.items():
        assert np.array_equal(loaded.parameters[name], values), name


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_what_the_kernels_work_on_begins_a_line_of_the_cache(precision: str) -> None:
    """Vectors that lie across two lines take twice as long."""
    for units in (3, 5, 200):
        sim = Simulation(set_values(hidden(units=units), [("precision", precision)]))
        assert sim.network.memory.arena.ctypes.data % 64 == 0
