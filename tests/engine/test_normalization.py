"""Batch and layer normalisation: what comes out, what is kept, and what inference reads."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, simulation
from vgtui.scenario.model import Dense


def normalized(kind: str, **settings: object):
    """A layer of four whose answers are the normalised numbers: batch statistics show in the training pass."""
    return simulation(
        Dense(units=4, activation="linear", normalization=kind, bias_init="normal", bias_scale=2.0),
        LINEAR_OUT,
        **settings,
    )


def test_batch_normalised_units_have_mean_zero_and_variance_one_over_the_batch() -> None:
    sim = normalized("batch", learning_rate=1e-12, optimizer="sgd")
    x, _ = sim.batch
    p = sim.parameters
    z = x @ p["0.weight"].T + p["0.bias"]
    record = sim.measure().layers[0]
    assert abs(record.activation_mean) < 1e-14
    variance = z.var(axis=0)
    assert math.isclose(record.activation_std**2, float((variance / (variance + 1e-5)).mean()), rel_tol=1e-12)
    sim.set_parameters({"0.norm_weight": np.full(4, 3.0), "0.norm_bias": np.full(4, -7.0)})
    record = sim.measure().layers[0]
    assert math.isclose(record.activation_mean, -7.0, rel_tol=1e-14)
    assert math.isclose(record.activation_std, 3.0, rel_tol=1e-4)


def test_layer_normalised_samples_have_mean_zero_and_variance_one_over_their_units() -> None:
    sim = simulation(
        Dense(units=4, activation="linear", normalization="layer", bias_init="normal"),
        loss="mean_squared_error",
        source="blobs",
        data={"classes": 4},
    )
    answers = sim.predict(np.random.default_rng(0).standard_normal((50, 2)) * 100.0)
    np.testing.assert_allclose(answers.mean(axis=1), 0.0, atol=1e-14)
    np.testing.assert_allclose(answers.var(axis=1), 1.0, rtol=1e-4)


def test_running_statistics_move_a_tenth_towards_each_batch_as_in_pytorch() -> None:
    sim = normalized("batch", batch_size=5, optimizer="sgd", learning_rate=1e-3)
    mean, variance = np.zeros(4), np.ones(4)
    for _ in range(7):
        before = sim.parameters
        sim.step()
        x, _ = sim.batch
        z = x @ before["0.weight"].T + before["0.bias"]
        mean += 0.1 * (z.mean(axis=0) - mean)
        variance += 0.1 * (z.var(axis=0, ddof=1) - variance)
    p = sim.parameters
    inputs = np.random.default_rng(1).standard_normal((9, 2))
    z = inputs @ p["0.weight"].T + p["0.bias"]
    y = p["0.norm_weight"] * (z - mean) / np.sqrt(variance + 1e-5) + p["0.norm_bias"]
    np.testing.assert_allclose(sim.predict(inputs), y @ p["1.weight"].T + p["1.bias"], rtol=1e-12)


def test_inference_sees_running_statistics_and_training_its_own_batch() -> None:
    sim = normalized("batch")
    untrained = sim.predict(sim.train_data[0])
    p = sim.parameters
    z = sim.train_data[0] @ p["0.weight"].T + p["0.bias"]
    plain = z / math.sqrt(1 + 1e-5) @ p["1.weight"].T + p["1.bias"]
    np.testing.assert_allclose(untrained, plain, rtol=1e-12)
    assert abs(sim.measure().loss - sim.evaluate().train_loss) > 1e-3


def test_a_batch_of_one_sample_is_normalised_to_nothing() -> None:
    sim = normalized("batch", batch_size=1)
    assert sim.measure().layers[0].activation_std == 0.0
    assert not sim.gradients["0.weight"].any()
    assert math.isfinite(sim.step(3).loss)


@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_a_normalised_layer_does_not_feel_the_scale_of_its_weight(kind: str) -> None:
    sim = normalized(kind)
    sim.set_parameters({"0.bias": np.zeros(4)})
    loss, p = sim.measure().loss, sim.parameters
    sim.set_parameters({"0.weight": 1000.0 * p["0.weight"]})
    assert math.isclose(sim.measure().loss, loss, rel_tol=1e-3)
    along = (sim.gradients["0.weight"] * sim.parameters["0.weight"]).sum()
    assert abs(along) < 1e-6, "the loss is level along the weight itself"
