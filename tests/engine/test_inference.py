"""predict and evaluate against NumPy's own forward pass, over the edges of the chunks that they work in."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, simulation
from tests.engine.strategies import examples, scenarios
from vgtui.engine.simulation import EVALUATION_ROWS, Simulation
from vgtui.scenario.model import Dense, Scenario


def by_hand(sim: Simulation, inputs: np.ndarray) -> np.ndarray:
    """Two tanh layers with a skip around the second, then logits."""
    p = sim.parameters
    first = np.tanh(inputs @ p["0.weight"].T + p["0.bias"])
    second = first + 0.5 * np.tanh(first @ p["1.weight"].T + p["1.bias"])
    return second @ p["2.weight"].T + p["2.bias"]


LAYERS = (
    Dense(units=6, activation="tanh", bias_init="normal"),
    Dense(units=6, activation="tanh", skip=1, skip_scale=0.5),
)


@pytest.mark.parametrize("rows", [0, 1, 255, 256, 257, 512, 700])
def test_predictions_are_those_of_numpy_for_any_number_of_rows(rows: int) -> None:
    assert EVALUATION_ROWS == 256
    sim = simulation(*LAYERS, LINEAR_OUT, batch_size=5)
    sim.step(10)
    inputs = np.random.default_rng(rows).standard_normal((rows, 2))
    answers = sim.predict(inputs)
    assert answers.shape == (rows, 1)
    np.testing.assert_allclose(answers, by_hand(sim, inputs), rtol=1e-12, atol=1e-14)


def test_inputs_of_another_width_are_refused() -> None:
    sim = simulation(LINEAR_OUT)
    for wrong in (np.zeros((3, 1)), np.zeros((3, 3)), np.zeros(2)):
        with pytest.raises(ValueError, match=r"inputs must be \(samples, 2\), not"):
            sim.predict(wrong)


@pytest.mark.parametrize("samples", [100, 256, 320, 640, 1000])
def test_evaluation_is_the_loss_and_accuracy_over_all_the_data(samples: int) -> None:
    sim = simulation(
        *LAYERS, SIGMOID_OUT, source="moons", data={"samples": samples, "test_fraction": 0.2}, batch_size=32
    )
    sim.step(20)
    found = sim.evaluate()
    for part, loss, accuracy in (
        (sim.train_data, found.train_loss, found.train_accuracy),
        (sim.test_data, found.test_loss, found.test_accuracy),
    ):
        inputs, targets = part
        z = by_hand(sim, inputs)
        assert math.isclose(loss, float((np.logaddexp(0.0, z) - z * targets).mean()), rel_tol=1e-12)
        assert math.isclose(accuracy, float(((z > 0) == (targets > 0.5)).mean()), rel_tol=1e-12)
    assert len(sim.train_data[0]) + len(sim.test_data[0]) == samples


def test_without_a_test_part_or_classes_there_is_nothing_to_say() -> None:
    found = simulation(LINEAR_OUT).evaluate()
    assert math.isfinite(found.train_loss)
    assert all(math.isnan(v) for v in (found.train_accuracy, found.test_loss, found.test_accuracy))


@given(scenarios(samples=st.integers(6, 40)), st.integers(0, 12))
@examples(50)
def test_looking_at_the_network_does_not_change_it_or_its_latest_pass(scenario: Scenario, steps: int) -> None:
    watched, other = Simulation(scenario), Simulation(scenario)
    for _ in range(steps):
        record = watched.step()
        gradients = watched.gradients
        watched.evaluate()
        watched.predict(watched.train_data[0])
        assert watched.record is record
        assert all(g.tobytes() == watched.gradients[n].tobytes() for n, g in gradients.items())
        other.step()
    assert all(v.tobytes() == other.parameters[n].tobytes() for n, v in watched.parameters.items())


@given(scenarios(samples=st.integers(6, 40)), st.integers(0, 5))
@examples(40)
def test_a_sample_is_answered_alike_alone_and_among_others(scenario: Scenario, steps: int) -> None:
    """In inference no sample feels another: not even through batch normalisation."""
    sim = Simulation(scenario)
    if steps:
        sim.step(steps)
    inputs = sim.train_data[0]
    together = sim.predict(inputs)
    alone = np.concatenate([sim.predict(row[None]) for row in inputs])
    np.testing.assert_allclose(together, alone, rtol=1e-9, atol=1e-12)
