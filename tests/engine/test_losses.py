"""Losses at any logit, and how right answers are counted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, simulation
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense


def answering(sim: Simulation, *biases: float) -> Simulation:
    """A single layer whose logits are these, whatever comes in."""
    zero = np.zeros_like(sim.parameters["0.weight"])
    sim.set_parameters({"0.weight": zero, "0.bias": np.array(biases)})
    return sim


@pytest.mark.parametrize("last", [SIGMOID_OUT, LINEAR_OUT], ids=["sigmoid", "logits"])
@pytest.mark.parametrize("logit", [-1000.0, -745.2, -40.0, -1.5, 0.0, 1e-9, 3.0, 36.0, 800.0, 1000.0])
def test_binary_cross_entropy_is_stable_at_any_logit(last: Dense, logit: float) -> None:
    sim = answering(simulation(last, source="moons"), logit)
    record = sim.measure()
    _, targets = sim.batch
    ones = targets.mean()
    softplus = max(logit, 0.0) + math.log1p(math.exp(-abs(logit)))
    assert math.isclose(record.loss, softplus - logit * ones, rel_tol=1e-14, abs_tol=1e-300)
    up = 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0
    assert math.isclose(sim.gradients["0.bias"][0], up - ones, rel_tol=1e-13, abs_tol=1e-15)
    assert math.isfinite(record.gradient_log10)


def test_the_slope_of_a_confident_right_answer_is_not_rounded_to_nothing() -> None:
    """sigma(z) - 1 at z = 50 is -exp(-50), where the plain difference is 0."""
    sim = answering(simulation(SIGMOID_OUT, source="moons", batch_size=1), 50.0)
    _, ((target,),) = sim.batch
    side = 1.0 if target else -1.0
    answering(sim, side * 50.0)
    assert math.isclose(sim.gradients["0.bias"][0], -side * math.exp(-50.0), rel_tol=1e-14)
    assert math.isclose(sim.record.loss, math.exp(-50.0), rel_tol=1e-14)


@pytest.mark.parametrize("last", ["softmax", "linear"])
def test_cross_entropy_is_stable_at_any_logit(last: str) -> None:
    sim = simulation(Dense(units=3, activation=last), source="blobs", loss="cross_entropy")
    for logits in ((1000.0, -1000.0, 0.0), (-1000.0, -1000.0, -1000.0), (1e4, 1e4, -1e4), (0.5, 0.1, -0.3)):
        answering(sim, *logits)
        record = sim.measure()
        _, targets = sim.batch
        shifted = np.array(logits) - max(logits)
        mass = math.fsum(math.exp(v) for v in shifted)
        per_class = math.log(mass) - shifted
        assert math.isclose(record.loss, float((targets @ per_class).mean()), rel_tol=1e-13, abs_tol=1e-13)
        wanted = np.exp(shifted) / mass - targets.mean(axis=0)
        np.testing.assert_allclose(sim.gradients["0.bias"], wanted, rtol=1e-12, atol=1e-15)


def test_regression_losses_are_means_over_every_entry() -> None:
    for loss, norm in (("mean_squared_error", np.square), ("mean_absolute_error", np.abs)):
        sim = answering(simulation(LINEAR_OUT, loss=loss), 0.4)
        record = sim.measure()
        _, targets = sim.batch
        assert math.isclose(record.loss, float(norm(0.4 - targets).mean()), rel_tol=1e-14)
        assert math.isnan(record.accuracy)


@pytest.mark.parametrize("units", [1, 2])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "mean_squared_error"])
def test_accuracy_is_the_share_of_samples_on_the_right_side(units: int, loss: str) -> None:
    sim = simulation(
        Dense(units=units, activation="sigmoid"), source="moons", loss=loss, data={"samples": 40}
    )
    record = sim.measure()
    inputs, targets = sim.batch
    answers = sim.predict(inputs)
    if units == 1:
        right = (answers[:, 0] > 0.5) == (targets[:, 0] > 0.5)
    else:
        right = answers.argmax(axis=1) == targets.argmax(axis=1)
    assert record.accuracy == right.mean()
    assert 0.0 < record.accuracy < 1.0


def test_cross_entropies_of_the_same_two_classes_agree_however_they_are_asked() -> None:
    """Softmax over logits (0, z) is the sigmoid of z."""
    one = answering(simulation(SIGMOID_OUT, source="moons"), 0.7)
    two = answering(
        simulation(Dense(units=2, activation="softmax"), source="moons", loss="cross_entropy"), 0.0, 0.7
    )
    assert math.isclose(one.measure().loss, two.measure().loss, rel_tol=1e-14)
    assert math.isclose(one.gradients["0.bias"][0], two.gradients["0.bias"][1], rel_tol=1e-13)
