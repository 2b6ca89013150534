"""Singular values against matrices whose values are known, and against Jacobians taken by finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.analysis.networks import NETWORKS, OUT, plane, simulation
from tests.reference.counted import dropout_mask
from vgtui.analysis.graph.products import log10_singular_values
from vgtui.analysis.spectrum import spectrum
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Data, Dense, Scenario, Training


def orthogonal(random: np.random.Generator, size: int) -> np.ndarray:
    return np.linalg.qr(random.standard_normal((size, size)))[0]


def chain(logs: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """Factors U_k diag(10**logs[k]) U_{k+1}': their product has the singular values 10**(sum of logs)."""
    random = np.random.default_rng(seed)
    turns = [orthogonal(random, logs.shape[1]) for _ in range(len(logs) + 1)]
    return [turns[k] * 10.0 ** logs[k] @ turns[k + 1].T for k in range(len(logs))]


def test_a_product_of_a_thousand_matrices_keeps_its_smallest_singular_value() -> None:
    logs = np.linspace(0.0, -2.0, 8) + 0.1 * np.random.default_rng(1).standard_normal((1000, 8))
    found = log10_singular_values(chain(logs))
    truth = -np.sort(-logs.sum(axis=0))
    assert truth[-1] < -1900
    assert found == pytest.approx(truth, rel=1e-9)


@pytest.mark.parametrize("spread", [0.0, 1e-3, 0.3, 1.0])
def test_close_and_far_singular_values_are_told_alike(spread: float) -> None:
    logs = spread * np.random.default_rng(2).standard_normal((12, 6))
    found = log10_singular_values(chain(logs, 3))
    assert found == pytest.approx(-np.sort(-logs.sum(axis=0)), abs=1e-6)


def test_one_matrix_is_taken_apart_as_lapack_does() -> None:
    matrix = np.random.default_rng(4).standard_normal((7, 4))
    found = log10_singular_values([matrix])
    assert found == pytest.approx(np.log10(np.linalg.svd(matrix, compute_uv=False)), abs=1e-12)


def test_what_is_mapped_to_nothing_is_exactly_zero() -> None:
    random = np.random.default_rng(5)
    narrow = [random.standard_normal((5, 2)), random.standard_normal((2, 5))]
    assert log10_singular_values([narrow[0] @ narrow[1]])[2:].tolist() == [-math.inf] * 3
    assert log10_singular_values([np.zeros((3, 2)), np.ones((2, 2))]).tolist() == [-math.inf] * 2
    assert np.isnan(log10_singular_values([np.array([[math.nan, 1.0], [1.0, 1.0]])])).all()


def differences(sim: Simulation, sample: int) -> np.ndarray:
    """d(answer) / d(input) at a sample of the batch, by central differences; (outputs, inputs)."""
    x = sim.batch[0][sample]
    size = 1e-5
    moves = size * np.eye(len(x))
    return ((sim.predict(x + moves) - sim.predict(x - moves)) / (2 * size)).T


COUPLED = ("batch norm", "conv norm", "logits", "dropout")
PLAIN = [n for n in NETWORKS if n not in COUPLED and "truncated" not in n]
"""Those whose answer is what the loss reads and a function of the sample alone, nowhere cut, masks included."""


@pytest.mark.parametrize("name", PLAIN)
def test_the_whole_network_against_finite_differences(name: str) -> None:
    sim = simulation(name)
    for sample in range(sim.batch_rows):
        found = spectrum(sim, sample).whole
        truth = np.linalg.svd(differences(sim, sample), compute_uv=False)
        assert 10.0**found.log10 == pytest.approx(truth, rel=1e-5, abs=1e-8)
        assert found.rank == np.sum(truth > 1e-9)


def test_the_masks_of_dropout_belong_to_the_jacobian() -> None:
    layer = Dense(units=3, activation="tanh", dropout=0.5)
    sim = Simulation(plane(layer, OUT, rows=5))
    p, (x, _) = sim.parameters, sim.batch
    mask = np.array(dropout_mask(sim.scenario.seed, 0, 0, 5, 3, 0.5), float)
    assert 0 < np.count_nonzero(mask) < mask.size
    slope = 1 - np.tanh(x @ p["0.weight"].T + p["0.bias"]) ** 2
    for sample in range(5):
        jacobian = p["1.weight"] @ ((slope * mask)[sample][:, None] * p["0.weight"])
        size = np.linalg.norm(jacobian)
        found = spectrum(sim, sample).whole
        assert 10.0 ** found.log10[: found.rank] == pytest.approx([size] if size else [])


def test_layers_of_a_dense_network_with_held_statistics() -> None:
    norm = Dense(units=3, activation="tanh", normalization="batch", skip=1)
    sim = Simulation(plane(Dense(units=3, activation="sigmoid"), norm, OUT, rows=5))
    p, (x, _) = sim.parameters, sim.batch
    s = 1 / (1 + np.exp(-(x @ p["0.weight"].T + p["0.bias"])))
    z = s @ p["1.weight"].T + p["1.bias"]
    scale = 1 / np.sqrt(z.var(axis=0) + 1e-5)
    a = np.tanh((z - z.mean(axis=0)) * scale)
    first = (s * (1 - s))[2][:, None] * p["0.weight"]
    second = np.eye(3) + ((1 - a**2)[2] * scale)[:, None] * p["1.weight"]
    found = spectrum(sim, 2)
    for layer, jacobian in zip(found.layers, (first, second, p["2.weight"]), strict=True):
        assert 10.0**layer.values.log10 == pytest.approx(np.linalg.svd(jacobian, compute_uv=False))
    whole = p["2.weight"] @ second @ first
    assert 10.0**found.whole.log10 == pytest.approx(np.linalg.svd(whole, compute_uv=False))


def classes(*layers: Dense, units: int = 4) -> Simulation:
    """Digits to ten logits."""
    data = Data(source="digits", samples=4, test_fraction=0.0)
    training = Training(loss="cross_entropy", batch_size="full")
    return Simulation(
        Scenario(data=data, layers=(*layers, Dense(units=units, activation="linear")), training=training)
    )


def test_an_orthogonal_linear_network_of_any_depth_is_an_isometry() -> None:
    layer = Dense(units=2, activation="linear", init="orthogonal", repeat=300)
    found = spectrum(Simulation(plane(layer, Dense(units=1, activation="linear", init="orthogonal"))))
    assert found.whole.log10 == pytest.approx([0.0], abs=1e-9)
    for layer in found.layers:
        assert layer.values.log10 == pytest.approx(np.zeros(len(layer.values.log10)), abs=1e-12)
        assert layer.values.isometry == pytest.approx(1.0)
    assert found.histogram.sum() == 2 * 300 + 1
    assert found.edges[0] < 0.0 < found.edges[-1]


def test_a_vanished_jacobian_keeps_its_condition() -> None:
    sim = classes(Dense(units=12, activation="sigmoid", repeat=400), units=10)
    found = spectrum(sim).whole
    assert found.log10[0] < -200
    assert found.rank == 10
    assert math.isfinite(found.condition_log10)
    sums = sum(layer.values.mean_log10 for layer in spectrum(sim).layers)
    assert found.mean_log10 > sums


def test_isometry_is_the_distance_of_the_logarithms_from_zero() -> None:
    sim = Simulation(plane(Dense(units=2, activation="linear"), OUT))
    sim.set_parameters({"0.weight": np.diag([2.0, 0.5])})
    values = spectrum(sim).layers[0].values
    assert values.isometry == pytest.approx(0.5)
    assert values.mean_log10 == pytest.approx(0.0, abs=1e-15)
    assert values.spread_log10 == pytest.approx(math.log10(2))
    assert values.condition_log10 == pytest.approx(math.log10(4))


def test_what_is_too_wide_is_not_taken_apart() -> None:
    sim = Simulation(plane(Dense(units=9), Dense(units=3), OUT))
    found = spectrum(sim, widest=5)
    assert [layer.values.log10 is None for layer in found.layers] == [True, True, False]
    assert found.whole.log10 is not None


def test_a_sample_that_is_not_there_is_said() -> None:
    with pytest.raises(ValueError, match="the batch has no sample 4; samples go from 0 to 3"):
        spectrum(Simulation(plane(Dense(units=2), OUT)), 4)
