"""Signals far below (and above) the range of float64 are told true, by their logarithms."""

from __future__ import annotations

import math
from decimal import localcontext

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, simulation
from tests.reference.exact import DIGITS, exact, exact_pass, floats, log10_norm
from vgtui.analysis.chain_rule import chain_rule
from vgtui.engine.simulation import Simulation
from vgtui.engine.stages import AFTER_WEIGHT
from vgtui.scenario.model import Dense

DEPTH = 640


def stack(activation: str = "sigmoid", gain: float = 1.0, depth: int = DEPTH, **layer: object) -> Simulation:
    """A tall network of three units a layer on four samples."""
    tall = Dense(units=3, activation=activation, init="glorot_uniform", gain=gain, repeat=depth, **layer)
    return simulation(tall, SIGMOID_OUT, source="moons", data={"samples": 4})


@pytest.fixture(scope="module")
def tall() -> Simulation:
    sim = stack()
    sim.measure()
    return sim


@pytest.fixture(scope="module")
def truth(tall: Simulation):
    return exact_pass(tall.scenario, tall.parameters, *tall.batch)


def test_norms_of_gradients_are_told_hundreds_of_decades_below_float64(tall: Simulation, truth) -> None:
    record = tall.record
    weights = [log10_norm(truth.gradients[f"{i}.weight"]) for i in range(DEPTH + 1)]
    deltas = [log10_norm(delta) for delta in truth.deltas]
    assert weights[0] < -400
    np.testing.assert_allclose(record.column("weight_grad_log10"), weights, rtol=0, atol=1e-9)
    np.testing.assert_allclose(record.column("delta_log10"), deltas, rtol=0, atol=1e-9)
    assert record.layers[0].weight_grad_norm == 0.0
    assert record.layers[0].delta_norm == 0.0
    with localcontext(DIGITS):
        squares = sum((g * g).sum() for g in truth.gradients.values())
        assert math.isclose(record.gradient_log10, float(squares.log10()) / 2, abs_tol=1e-12)


def test_gradients_inside_the_range_are_those_of_plain_float64(tall: Simulation, truth) -> None:
    compared = 0
    for name, gradient in tall.gradients.items():
        true = truth.gradients[name]
        normal = floats(abs(true)) > 1e-290
        allowed = 1e-9 * np.abs(floats(true)) + 1e-12 * floats(truth.bounds[name])
        assert (np.abs(floats(exact(gradient) - true)) <= allowed)[normal].all(), name
        assert (np.abs(gradient[~normal]) <= 1e-289).all()
        compared += int(normal.sum())
    assert compared > 1000


@pytest.mark.parametrize("weight", [(0, 0, 0), (0, 2, 1), (57, 1, 2), (300, 0, 0), (DEPTH, 0, 1)])
def test_a_product_below_float64_is_told_by_its_logarithm(
    tall: Simulation, truth, weight: tuple[int, int, int]
) -> None:
    layer, row, column = weight
    true = truth.gradients[f"{layer}.weight"][row, column]
    rule = chain_rule(tall, *weight)
    with localcontext(DIGITS):
        assert math.isclose(rule.log10, float(abs(true).log10()), abs_tol=1e-9)
    assert rule.sign == (1 if true > 0 else -1)
    assert math.isclose(rule.product, float(true), rel_tol=1e-8, abs_tol=1e-300)


def test_the_logarithms_of_the_factors_add_up_to_that_of_the_product(tall: Simulation) -> None:
    rule = chain_rule(tall, 0, 1, 0)
    parts = [rule.activation, rule.loss_slope, *(factor.gain for factor in rule.factors)]
    assert len(rule.factors) == DEPTH + 1
    assert rule.product == 0.0
    assert math.isclose(sum(math.log10(abs(part)) for part in parts), rule.log10, abs_tol=1e-9)


def test_a_chain_of_single_sigmoids_shrinks_by_the_sum_of_its_logarithms() -> None:
    """By hand: every layer is w phi'(z), and the sum of their logarithms has no range to leave."""
    w, depth = 0.5, 600
    sim = simulation(
        Dense(units=1, activation="sigmoid", repeat=depth), SIGMOID_OUT, source="moons", batch_size=1
    )
    flat = {name: np.full_like(v, w if "weight" in name else 0.0) for name, v in sim.parameters.items()}
    sim.set_parameters(flat)
    (x,), ((y,),) = sim.batch
    z = w * (x[0] + x[1])
    log10 = math.log10(abs(x[0]))
    for _ in range(depth):
        a = 1 / (1 + math.exp(-z))
        log10 += math.log10(a * (1 - a) * w)
        z = w * a
    log10 += math.log10(abs(1 / (1 + math.exp(-z)) - y))
    rule = chain_rule(sim, 0, 0, 0, 0)
    assert log10 < -500
    assert math.isclose(rule.log10, log10, abs_tol=1e-9)
    assert math.isclose(
        sim.record.layers[0].weight_grad_log10, log10 + math.log10(math.hypot(*x) / abs(x[0])), abs_tol=1e-9
    )


def test_an_exploding_gradient_is_told_above_float64_too() -> None:
    sim = simulation(
        Dense(units=1, activation="linear", repeat=50), LINEAR_OUT, source="plane", data={"samples": 4}
    )
    values = {n: np.zeros_like(v) for n, v in sim.parameters.items()}
    for i in range(1, 51):
        values[f"{i}.weight"] = np.array([[1e9]])
    sim.set_parameters(values)
    x, y = sim.batch
    slope = 2 * (0.0 - y[:, 0]) / len(y)
    rule = chain_rule(sim, 0, 0, 0)
    assert math.isclose(rule.log10, math.log10(abs(slope @ x[:, 0])) + 450, abs_tol=1e-9)
    assert rule.product == math.copysign(math.inf, slope @ x[:, 0])
    assert math.isclose(
        sim.record.layers[0].delta_log10, math.log10(np.linalg.norm(slope)) + 450, abs_tol=1e-9
    )


def test_a_skip_past_hundreds_of_vanishing_layers_keeps_its_gradient() -> None:
    """The faint branch is carried scaled up; what the skip brings must not overflow beside it."""
    sim = simulation(
        Dense(units=3, activation="tanh"),
        Dense(units=3, activation="sigmoid", repeat=DEPTH - 1),
        Dense(units=3, activation="sigmoid", skip=DEPTH),
        SIGMOID_OUT,
        source="moons",
        data={"samples": 4},
    )
    found, record = sim.gradients, sim.record
    true = exact_pass(sim.scenario, sim.parameters, *sim.batch)
    for number in (0, 1, DEPTH - 1, DEPTH, DEPTH + 1):
        name = f"{number}.weight"
        np.testing.assert_allclose(found[name], floats(true.gradients[name]), rtol=1e-9, atol=1e-300)
    assert record.layers[0].weight_grad_norm > 1e-6
    rule = chain_rule(sim, 0, 1, 1)
    assert math.isclose(rule.product, found["0.weight"][1, 1], rel_tol=1e-9)


@pytest.mark.parametrize("size", [1e-290, 1e-200, 1e-160, 1e160, 1e250])
def test_norms_are_true_where_squares_leave_the_range(size: float) -> None:
    sim = simulation(Dense(units=2, activation="softsign"), LINEAR_OUT)
    sim.set_parameters({"0.weight": np.array([[3.0, 0.0], [0.0, 4.0]]) * size})
    assert math.isclose(sim.measure().layers[0].weight_norm, 5.0 * size, rel_tol=1e-12)


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e-170])
def test_a_chain_begins_with_however_faint_an_activation(size: float) -> None:
    sim = simulation(Dense(units=1, activation="linear"), LINEAR_OUT, batch_size=1)
    sim.set_parameters({"0.weight": np.zeros((1, 2)), "0.bias": np.array([size])})
    rule = chain_rule(sim, 1, 0, 0)
    assert math.isclose(sim.push(1, 0, 0).table[1, AFTER_WEIGHT], math.log2(size), abs_tol=1e-6)
    _, ((target,),) = sim.batch
    assert math.isclose(abs(rule.activation), size, rel_tol=1e-9)
    assert math.isclose(rule.log10, math.log10(size) + math.log10(abs(2 * target)), abs_tol=1e-6)
