"""Penalties, dropout and gradient noise: what they do to the loss, to the gradients and to the update."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, jiggled, scenario, simulation
from tests.engine.test_finite_differences import slope_by_differences
from tests.reference import counted
from vgtui.analysis.chain_rule import chain_rule
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Data, Dense, Gru, Lstm, Pool, Rnn, Scenario, Training

TANH = Dense(units=6, activation="tanh")
DROPPED = replace(TANH, dropout=0.4)


def images() -> Scenario:
    """Two convolutions with dropout, on digits."""
    return Scenario(
        data=Data(source="digits", samples=24),
        layers=(
            Conv(filters=3, activation="tanh", stride=2, dropout=0.3, normalization="batch"),
            Conv(filters=3, activation="tanh", dropout=0.5, skip=1),
            Pool(kind="average"),
            Dense(units=10, activation="softmax"),
        ),
        training=Training(loss="cross_entropy", batch_size=8, l1=0.003, l2=0.02),
    )


def sequences(*layers: Any) -> Scenario:
    return Scenario(
        data=Data(source="adding", samples=20, length=6),
        layers=(*layers, Dense(units=1, activation="linear")),
        training=Training(loss="mean_squared_error", batch_size=8, l1=0.003, l2=0.02),
    )


NETWORKS = {
    "dense": scenario(DROPPED, replace(DROPPED, skip=1, normalization="layer"), LINEAR_OUT, l1=0.01, l2=0.05),
    "conv": images(),
    "rnn": sequences(Rnn(units=4, dropout=0.3, return_sequences=True), Rnn(units=3, dropout=0.5)),
    "lstm": sequences(Lstm(units=3, dropout=0.3, return_sequences=True), Lstm(units=3, dropout=0.5)),
    "gru": sequences(Gru(units=3, dropout=0.5, return_sequences=True), Gru(units=3)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_under_a_mask_and_penalties_are_those_of_the_whole_loss(name: str) -> None:
    sim = jiggled(NETWORKS[name], 1, 0.3)
    random = np.random.default_rng(0)
    gradients = sim.gradients
    for parameter, values in sim.parameters.items():
        index = tuple(int(random.integers(size)) for size in values.shape)
        slope = slope_by_differences(sim, parameter, index, 1e-3)
        assert gradients[parameter][index] == pytest.approx(slope, rel=1e-6, abs=1e-9), (parameter, index)


@pytest.mark.parametrize("name", NETWORKS)
def test_tangent_and_gradient_agree_through_a_mask(name: str) -> None:
    sim = jiggled(NETWORKS[name], 2, 0.3)
    sim.step(3)
    random = np.random.default_rng(0)
    for layer, (rows, columns) in enumerate(sim.weight_shapes):
        if not rows:
            continue
        matrix = sim.weight_matrix(layer, sim.gradients)
        for row, column in random.integers([rows, columns], size=(5, 2)).tolist():
            rule = chain_rule(sim, layer, row, column)
            assert rule.gradient == pytest.approx(matrix[row, column], rel=1e-9, abs=1e-13)
            assert rule.penalty != 0.0


def test_a_layer_s_mask_shows_in_the_gain_of_its_dropout() -> None:
    sim = simulation(Dense(units=1, activation="linear", dropout=0.5), LINEAR_OUT, batch_size=1)
    kept = []
    for _ in range(40):
        sim.step()
        rule = chain_rule(sim, 0, 0, 1)
        mask = counted.dropout_mask(sim.scenario.seed, sim.step_index - 1, 0, 1, 1, 0.5)
        assert mask[0, 0] in (0.0, 2.0)
        assert rule.factors[0].dropout_gain == pytest.approx(mask[0, 0], rel=1e-12)
        assert (rule.product != 0.0) == bool(mask[0, 0])
        kept.append(bool(mask[0, 0]))
    assert {True, False} == set(kept)


def test_inference_leaves_nothing_out() -> None:
    sims = [simulation(replace(TANH, dropout=rate), LINEAR_OUT) for rate in (0.0, 0.4, 0.9)]
    inputs, _ = sims[0].train_data
    assert len({sim.predict(inputs).tobytes() for sim in sims}) == 1
    assert len({sim.evaluate().train_loss for sim in sims}) == 1
    losses = {sim.measure().loss for sim in sims}
    assert len(losses) == 3, "training does"


def test_over_many_steps_the_masked_answer_is_the_whole_one_on_average() -> None:
    sim = simulation(Dense(units=16, activation="linear", dropout=0.5), LINEAR_OUT, learning_rate=1e-30)
    slopes = []
    for _ in range(400):
        sim.step()
        slopes.append(sim.gradients["1.bias"][0])  # 2 (mean answer - mean target): linear in the mask
    inputs, targets = sim.train_data
    whole = 2 * float((sim.predict(inputs) - targets).mean())
    error = np.std(slopes) / math.sqrt(len(slopes))
    assert error > 0.01
    assert abs(np.mean(slopes) - whole) < 5 * error


def test_an_edit_of_anything_else_leaves_the_masks_alone() -> None:
    sim = simulation(DROPPED, LINEAR_OUT, batch_size=5)
    sim.step(20)
    before, loss = sim.gradients, sim.measure().loss
    measured = sim.gradients
    training = replace(sim.scenario.training, learning_rate=0.5, l2=0.05, gradient_noise=0.1)
    sim.apply(replace(sim.scenario, training=training))
    weights = {name: w for name, w in sim.parameters.items() if name.endswith("weight")}
    assert sim.measure().loss == pytest.approx(
        loss + 0.05 * sum((w**2).sum() for w in weights.values()), rel=1e-12
    )
    for name, gradient in sim.gradients.items():
        penalty = 0.1 * weights[name] if name in weights else 0.0
        np.testing.assert_allclose(gradient - penalty, measured[name], rtol=1e-9, atol=1e-14)
    assert any((before[name] != measured[name]).any() for name in before), "another step, another mask"


def test_penalties_are_of_weights_alone_and_in_every_loss_that_is_told() -> None:
    layers = (replace(TANH, normalization="batch", bias_init="normal"), SIGMOID_OUT)
    plain = simulation(*layers, source="moons")
    penalized = simulation(*layers, source="moons", l1=0.3, l2=0.7)
    w = np.concatenate([plain.parameters[f"{layer}.weight"].ravel() for layer in (0, 1)])
    wanted = 0.3 * abs(w).sum() + 0.7 * (w**2).sum()
    assert penalized.measure().loss - plain.measure().loss == pytest.approx(wanted, rel=1e-12)
    assert penalized.evaluate().train_loss - plain.evaluate().train_loss == pytest.approx(wanted, rel=1e-12)
    for name, gradient in penalized.gradients.items():
        if not name.endswith(".weight"):
            assert (gradient == plain.gradients[name]).all()
    measured = penalized.measure()
    for layer in (0, 1):
        size = np.linalg.norm(penalized.gradients[f"{layer}.weight"])
        assert measured.layers[layer].weight_grad_norm == pytest.approx(size, rel=1e-12)
    everything = np.concatenate([g.ravel() for g in penalized.gradients.values()])
    assert 10**measured.gradient_log10 == pytest.approx(np.linalg.norm(everything), rel=1e-12)
    assert measured.column("delta_log10") == pytest.approx(plain.measure().column("delta_log10"), rel=1e-12)


def test_l2_in_sgd_is_half_of_its_weight_decay_on_weights() -> None:
    penalized, decayed = (
        simulation(TANH, LINEAR_OUT, optimizer="sgd", learning_rate=0.1, **given)
        for given in ({"l2": 0.05}, {"weight_decay": 0.1})
    )
    penalized.step()
    decayed.step()
    for name in ("0.weight", "1.weight"):
        np.testing.assert_allclose(penalized.parameters[name], decayed.parameters[name], rtol=1e-13)


def test_l1_pulls_every_weight_towards_zero_alike_and_leaves_a_zero_alone() -> None:
    weight = np.array([[3.0, -0.1, 0.0]])
    plain, pulled = (simulation(TANH, replace(TANH, units=3), LINEAR_OUT, l1=l1) for l1 in (0.0, 0.01))
    for sim in (plain, pulled):
        sim.set_parameters({"2.weight": weight})
    pull = pulled.gradients["2.weight"] - plain.gradients["2.weight"]
    np.testing.assert_allclose(pull, [[0.01, -0.01, 0.0]], rtol=1e-12, atol=1e-16)


def test_float32_draws_the_same_masks_and_noise() -> None:
    settings = {"l1": 0.003, "l2": 0.02, "gradient_noise": 0.01, "optimizer": "sgd", "learning_rate": 0.1}
    double = simulation(DROPPED, DROPPED, LINEAR_OUT, **settings)
    single = Simulation(replace(double.scenario, precision="float32"))
    for _ in range(5):
        assert single.step().loss == pytest.approx(double.step().loss, rel=1e-5)
    for name, values in double.parameters.items():
        np.testing.assert_allclose(single.parameters[name], values, atol=1e-5)


def noise_told(seed: int, layer: int, step: int, count: int) -> np.ndarray:
    """Normal numbers out of pairs of words, as Box and Muller have it."""
    words = np.array(counted.words(seed, counted.NOISE, layer, step, -(-count // 4)), float).reshape(-1, 2)
    radius = np.sqrt(-2 * np.log((words[:, 0] + 0.5) / 2**32))
    angle = 2 * np.pi * words[:, 1] / 2**32
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).ravel()[:count]


@pytest.mark.parametrize("clip", [{}, {"clip_norm": 1e-3}, {"clip_value": 1e-4}])
def test_noise_is_added_to_the_clipped_gradient_of_the_update_alone(clip: dict[str, float]) -> None:
    settings = {"optimizer": "sgd", "learning_rate": 1.0, **clip}
    noisy = simulation(TANH, LINEAR_OUT, gradient_noise=0.04, **settings)
    for step in range(3):
        before = noisy.parameters
        plain = simulation(TANH, LINEAR_OUT, **settings)
        plain.set_parameters(before)
        noisy.step()
        plain.step()
        assert all((noisy.gradients[name] == g).all() for name, g in plain.gradients.items())
        deviation = 0.2 * (1 + step) ** -0.275
        for layer, (rows, columns) in enumerate(noisy.weight_shapes):
            moved = {
                name: plain.parameters[f"{layer}.{name}"] - noisy.parameters[f"{layer}.{name}"]
                for name in ("weight", "bias")
            }
            found = np.concatenate([moved["weight"].T.ravel(), moved["bias"]])
            told = noise_told(noisy.scenario.seed, layer, step, rows * columns + rows)
            np.testing.assert_allclose(found, deviation * told, rtol=1e-9, atol=1e-13)


def dead_at_birth(seed: int, width: int, depth: int) -> bool:
    """Whether a ReLU layer of a network with zero biases has no unit that the first sample reaches."""
    network = scenario(
        Dense(units=width, activation="relu", init="he_normal", repeat=depth), LINEAR_OUT, batch_size=1
    )
    sim = Simulation(replace(network, seed=seed, data=replace(network.data, seed=1)))
    return bool((sim.measure().column("dead")[:-1] == 1.0).any())


@pytest.mark.parametrize(("width", "depth"), [(1, 3), (2, 4), (3, 10)])
def test_a_relu_network_is_born_dead_as_often_as_the_closed_form_says(width: int, depth: int) -> None:
    """P(a dead layer) = 1 - (1 - 2^-n)^L: Lu et al. 2019, Dying ReLU and Initialization."""
    born, wanted = 200, 1.0 - (1.0 - 2.0**-width) ** depth
    dead = sum(dead_at_birth(seed, width, depth) for seed in range(born))
    assert abs(dead / born - wanted) < 4.0 * math.sqrt(wanted * (1.0 - wanted) / born)
