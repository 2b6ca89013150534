"""Optimisers by their closed forms; step by step they are held to PyTorch in tests/reference."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, simulation
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense


def steady(**training: object) -> Simulation:
    """The loss is |answer - target| far above any target, so the bias's gradient is 1 at every step."""
    sim = simulation(Dense(units=1, activation="linear"), loss="mean_absolute_error", **training)
    sim.set_parameters({"0.weight": np.zeros((1, 2)), "0.bias": np.array([1e6])})
    return sim


def moved(sim: Simulation, count: int = 1) -> float:
    """How far the bias goes in the last of `count` steps."""
    if count > 1:
        sim.step(count - 1)
    before = sim.parameters["0.bias"][0]
    sim.step()
    assert sim.gradients["0.bias"][0] == pytest.approx(1.0, rel=1e-12)
    return float(sim.parameters["0.bias"][0] - before)


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_adam_s_first_step_is_the_learning_rate_against_the_sign_of_the_gradient(optimizer: str) -> None:
    sim = simulation(
        Dense(units=5, activation="tanh"),
        LINEAR_OUT,
        optimizer=optimizer,
        learning_rate=0.01,
        weight_decay=0.0,
    )
    before = sim.parameters
    sim.step()
    for name, gradient in sim.gradients.items():
        change = sim.parameters[name] - before[name]
        np.testing.assert_allclose(
            change, -0.01 * gradient / (np.abs(gradient) + 1e-8), rtol=1e-9, atol=1e-15
        )
        big = np.abs(gradient) > 1e-3
        np.testing.assert_allclose(change[big], -0.01 * np.sign(gradient[big]), rtol=2e-5)


def test_adam_under_a_steady_gradient_always_moves_by_the_learning_rate() -> None:
    assert moved(steady(optimizer="adam", learning_rate=0.5), 50) == pytest.approx(-0.5, rel=1e-7)


def test_momentum_s_limit_is_the_learning_rate_over_one_minus_momentum() -> None:
    for nesterov in (False, True):
        sim = steady(optimizer="sgd", learning_rate=0.5, momentum=0.9, nesterov=nesterov)
        assert moved(sim, 400) == pytest.approx(-0.5 / (1 - 0.9), rel=1e-8)


def test_nesterov_is_ahead_of_momentum_by_one_step() -> None:
    plain = [moved(steady(optimizer="sgd", learning_rate=1.0, momentum=0.5), n) for n in (1, 2, 3)]
    ahead = [
        moved(steady(optimizer="sgd", learning_rate=1.0, momentum=0.5, nesterov=True), n) for n in (1, 2)
    ]
    assert plain == pytest.approx([-1.0, -1.5, -1.75])
    assert ahead == pytest.approx([-1.5, -1.75])


def test_adagrad_s_steps_fall_with_the_root_of_their_number() -> None:
    for n in (1, 4, 9):
        assert moved(steady(optimizer="adagrad", learning_rate=0.6), n) == pytest.approx(
            -0.6 / math.sqrt(n), rel=1e-8
        )


def test_rmsprop_divides_by_the_running_root_mean_square() -> None:
    first = moved(steady(optimizer="rmsprop", learning_rate=0.5, rho=0.75))
    assert first == pytest.approx(-0.5 / math.sqrt(0.25), rel=1e-7)
    assert moved(steady(optimizer="rmsprop", learning_rate=0.5, rho=0.75), 200) == pytest.approx(
        -0.5, rel=1e-7
    )


def test_decay_is_added_to_the_gradient_and_in_adamw_shrinks_the_weight_itself() -> None:
    sgd = moved(steady(optimizer="sgd", learning_rate=0.1, weight_decay=1e-4))
    assert sgd == pytest.approx(-0.1 * (1.0 + 1e-4 * 1e6), rel=1e-9)
    adamw = moved(steady(optimizer="adamw", learning_rate=0.1, weight_decay=1e-4))
    assert adamw == pytest.approx(-0.1 * 1e-4 * 1e6 - 0.1, rel=1e-7)


def test_clipping_by_norm_keeps_the_direction_and_by_value_bounds_each_entry() -> None:
    layers = (Dense(units=4, activation="tanh"), LINEAR_OUT)
    sim = simulation(*layers, optimizer="sgd", learning_rate=1.0, clip_norm=0.01)
    before = sim.parameters
    record = sim.step()
    change = np.concatenate([(before[n] - v).ravel() for n, v in sim.parameters.items()])
    gradient = np.concatenate([g.ravel() for g in sim.gradients.values()])
    size = np.linalg.norm(gradient)
    assert size > 0.01
    np.testing.assert_allclose(change, gradient * 0.01 / (size + 1e-6), rtol=1e-9, atol=1e-16)
    assert record.clip_scale == pytest.approx(0.01 / (size + 1e-6), rel=1e-12)
    assert 10**record.gradient_log10 == pytest.approx(size, rel=1e-12)

    sim = simulation(*layers, optimizer="sgd", learning_rate=1.0, clip_value=0.02)
    before = sim.parameters
    assert sim.step().clip_scale == 1.0
    for name, gradient in sim.gradients.items():
        bounded = np.clip(gradient, -0.02, 0.02)
        np.testing.assert_allclose(before[name] - sim.parameters[name], bounded, rtol=1e-9, atol=1e-16)
    assert max(np.abs(g).max() for g in sim.gradients.values()) > 0.02


def test_a_norm_below_the_limit_is_left_as_it_is() -> None:
    sim = simulation(Dense(units=4, activation="tanh"), LINEAR_OUT, clip_norm=1e6)
    assert sim.step().clip_scale == 1.0


def test_an_exploded_run_shows_nan_and_goes_on() -> None:
    sim = simulation(Dense(units=4, activation="linear"), LINEAR_OUT, optimizer="sgd", learning_rate=1e6)
    records = [sim.step() for _ in range(60)]
    assert math.isfinite(records[0].loss)
    assert not math.isfinite(records[-1].loss)
    assert sim.step_index == 60
    assert math.isnan(sim.evaluate().train_loss)
