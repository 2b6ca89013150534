"""What a step measured, against NumPy on the same pass."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, simulation
from vgtui.engine.record import MEASURES, power_of_ten
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense


@pytest.fixture(scope="module")
def sim() -> Simulation:
    layers = (
        Dense(units=7, activation="tanh", gain=2.0, bias_init="normal", bias_scale=1.0),
        Dense(units=9, activation="relu", normalization="layer"),
        LINEAR_OUT,
    )
    made = simulation(*layers, data={"samples": 50}, batch_size=20, optimizer="sgd", learning_rate=0.1)
    made.step(3)
    return made


def forward(sim: Simulation) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """(activations, slopes) of the three layers in the latest pass."""
    p, (x, _) = sim.previous_parameters, sim.batch
    a0 = np.tanh(x @ p["0.weight"].T + p["0.bias"])
    z1 = a0 @ p["1.weight"].T + p["1.bias"]
    centred = z1 - z1.mean(axis=1, keepdims=True)
    n1 = centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    n1 = p["1.norm_weight"] * n1 + p["1.norm_bias"]
    a1 = np.maximum(n1, 0)
    a2 = a1 @ p["2.weight"].T + p["2.bias"]
    return [a0, a1, a2], [1 - a0**2, (n1 > 0).astype(float), np.ones_like(a2)]


def test_activations_and_slopes_are_summed_up_layer_by_layer(sim: Simulation) -> None:
    activations, slopes = forward(sim)
    for layer, a, slope in zip(sim.record.layers, activations, slopes, strict=True):
        assert math.isclose(layer.activation_mean, a.mean(), rel_tol=1e-11, abs_tol=1e-14)
        assert math.isclose(layer.activation_std, a.std(), rel_tol=1e-9)
        assert math.isclose(layer.slope_mean, np.abs(slope).mean(), rel_tol=1e-12)
        assert math.isclose(layer.saturated, (np.abs(slope) < 0.05).mean(), rel_tol=1e-12)
        assert math.isclose(layer.dead, (slope == 0).all(axis=0).mean(), abs_tol=1e-12)
    assert sim.record.layers[0].saturated > 0


def test_gradients_weights_and_updates_are_summed_up_layer_by_layer(sim: Simulation) -> None:
    before, after, gradients = sim.previous_parameters, sim.parameters, sim.gradients
    for number, layer in enumerate(sim.record.layers):
        weight, gradient = before[f"{number}.weight"], gradients[f"{number}.weight"]
        change = after[f"{number}.weight"] - weight
        assert math.isclose(layer.weight_grad_norm, np.linalg.norm(gradient), rel_tol=1e-12)
        assert math.isclose(layer.weight_grad_log10, math.log10(np.linalg.norm(gradient)), abs_tol=1e-12)
        assert math.isclose(layer.weight_grad_mean, np.abs(gradient).mean(), rel_tol=1e-12)
        assert math.isclose(layer.weight_norm, np.linalg.norm(weight), rel_tol=1e-12)
        assert math.isclose(layer.update_ratio, np.linalg.norm(change) / np.linalg.norm(weight), rel_tol=1e-9)
    total = math.sqrt(sum(float((g**2).sum()) for g in gradients.values()))
    assert math.isclose(10**sim.record.gradient_log10, total, rel_tol=1e-12)


def test_delta_is_the_gradient_at_the_affine_map(sim: Simulation) -> None:
    p, (x, y) = sim.previous_parameters, sim.batch
    activations, slopes = forward(sim)
    delta2 = 2 * (activations[2] - y) / len(y)
    last, first = sim.record.layers[2], sim.record.layers[0]
    assert math.isclose(last.delta_norm, np.linalg.norm(delta2), rel_tol=1e-12)
    plain = simulation(Dense(units=4, activation="tanh"), LINEAR_OUT)
    plain.measure()
    (x, y), p = plain.batch, plain.parameters
    a = np.tanh(x @ p["0.weight"].T + p["0.bias"])
    d = 2 * (a @ p["1.weight"].T + p["1.bias"] - y) / len(y)
    delta = (d @ p["1.weight"]) * (1 - a * a)
    assert math.isclose(plain.record.layers[0].delta_norm, np.linalg.norm(delta), rel_tol=1e-12)
    assert first.delta_norm > 0
    assert slopes[0].min() > 0


def test_a_dead_unit_is_one_whose_slope_is_zero_on_the_whole_batch() -> None:
    sim = simulation(Dense(units=4, activation="relu"), LINEAR_OUT)
    sim.set_parameters({"0.bias": np.array([-1e3, -1e3, 1e3, 1e3])})
    layer = sim.measure().layers[0]
    assert (layer.dead, layer.saturated, layer.slope_mean) == (0.5, 0.5, 0.5)


def test_a_spread_far_below_the_mean_is_told_true() -> None:
    sim = simulation(Dense(units=1, activation="linear"))
    sim.set_parameters({"0.weight": np.array([[1e-7, 0.0]]), "0.bias": np.array([1e6])})
    x, _ = sim.batch
    assert math.isclose(sim.measure().layers[0].activation_std, (1e6 + 1e-7 * x[:, 0]).std(), rel_tol=1e-3)


def test_a_zero_gradient_is_minus_infinity_in_decades_and_its_norm_zero() -> None:
    sim = simulation(
        Dense(units=3, activation="tanh", init="zeros"), Dense(units=1, activation="linear", init="zeros")
    )
    first = sim.measure().layers[0]
    assert (first.weight_grad_norm, first.weight_grad_log10, first.delta_log10) == (0.0, -math.inf, -math.inf)


def test_columns_and_layers_tell_the_same(sim: Simulation) -> None:
    for name in MEASURES:
        told = [getattr(layer, name) for layer in sim.record.layers]
        np.testing.assert_array_equal(sim.record.column(name), told)
    assert [layer.name for layer in sim.record.layers] == list(sim.layer_names)


def test_powers_of_ten_leave_the_range_as_zero_and_infinity() -> None:
    assert power_of_ten(-400.0) == power_of_ten(-math.inf) == 0.0
    assert power_of_ten(400.0) == power_of_ten(math.inf) == math.inf
    assert power_of_ten(-3.0) == pytest.approx(1e-3)
    assert math.isnan(power_of_ten(math.nan))
