"""Edits of a run: what is kept, what is drawn anew, what is replayed, and what a refused edit leaves behind."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, bits, scenario, simulation
from tests.engine.strategies import examples, scenarios
from vgtui.engine.simulation import Simulation
from vgtui.scenario.errors import DataError, ScenarioError
from vgtui.scenario.model import Dense, Scenario

TANH = Dense(units=4, activation="tanh")


def training(before: Scenario, **changes: Any) -> Scenario:
    """The scenario with other settings of its training."""
    return msgspec.structs.replace(before, training=msgspec.structs.replace(before.training, **changes))


def layers(before: Scenario, *given: Dense) -> Scenario:
    """The scenario with other layers."""
    return msgspec.structs.replace(before, layers=given)


def trained(*given: Dense, steps: int = 20, **settings: Any) -> Simulation:
    """A simulation some steps on."""
    sim = simulation(*given, **{"batch_size": 5, **settings})
    sim.step(steps)
    return sim


def same(a: dict[str, np.ndarray], b: dict[str, np.ndarray], *names: str) -> bool:
    return all((a[name] == b[name]).all() for name in names)


def test_an_edit_of_the_learning_rate_leaves_weights_moments_and_batches_alone() -> None:
    sim, plain = trained(TANH, LINEAR_OUT), trained(TANH, LINEAR_OUT)
    before = sim.parameters
    sim.apply(training(sim.scenario, learning_rate=0.5))
    assert same(before, sim.parameters, *before)
    assert (sim.step_index, sim.epoch) == (20, plain.epoch)
    ours, theirs = sim.measure(), plain.measure()
    assert ours.loss == theirs.loss
    assert all((a == b).all() for a, b in zip(sim.batch, plain.batch, strict=True))
    sim.step()
    plain.step()
    moved, slow = (s.parameters["0.weight"] - before["0.weight"] for s in (sim, plain))
    np.testing.assert_allclose(
        moved, slow * 500.0, rtol=1e-9, err_msg="Adam's moments and their age are kept"
    )


def test_another_optimiser_begins_its_memory_anew() -> None:
    sim = trained(TANH, LINEAR_OUT, optimizer="sgd", momentum=0.9)
    sim.apply(training(sim.scenario, optimizer="adam", momentum=0.0, learning_rate=0.01))
    before = sim.parameters
    sim.step()
    for name, gradient in sim.gradients.items():
        change = sim.parameters[name] - before[name]
        np.testing.assert_allclose(
            change, -0.01 * gradient / (np.abs(gradient) + 1e-8), rtol=1e-8, atol=1e-15
        )


def test_inserting_removing_and_widening_keep_every_weight_whose_shape_fits() -> None:
    five = Dense(units=5, activation="tanh")
    sim = trained(TANH, five, LINEAR_OUT)
    before = sim.parameters
    sim.apply(layers(sim.scenario, TANH, five, Dense(units=5, activation="relu"), LINEAR_OUT))
    now = sim.parameters
    assert same(before, now, "0.weight", "0.bias", "1.weight", "1.bias")
    assert (now["3.weight"] == before["2.weight"]).all(), "the output layer is the one it was"

    sim.apply(layers(sim.scenario, TANH, Dense(units=5, activation="relu"), LINEAR_OUT))
    assert same(before, sim.parameters, "0.weight", "0.bias")
    assert (sim.parameters["2.weight"] == before["2.weight"]).all()

    sim = trained(TANH, five, LINEAR_OUT)
    sim.apply(layers(sim.scenario, TANH, Dense(units=6, activation="tanh"), LINEAR_OUT))
    now = sim.parameters
    assert same(before, now, "0.weight", "0.bias", "2.bias")
    assert now["1.weight"].shape == (6, 4)
    assert sim.step(3).step == 23


def test_a_layer_s_moments_move_with_its_weights() -> None:
    """With SGD's momentum alone (a tiny rate leaves the gradient as it is), the next step tells the memory."""
    settings = {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 1e-9, "batch_size": "full"}
    sim = trained(TANH, Dense(units=5, activation="tanh"), LINEAR_OUT, **settings)
    sim.apply(
        layers(
            sim.scenario,
            TANH,
            Dense(units=5, activation="tanh"),
            Dense(units=5, init="zeros", skip=1),
            LINEAR_OUT,
        )
    )
    before = sim.parameters
    sim.step()
    for old, new in (("0.weight", "0.weight"), ("1.weight", "1.weight"), ("2.weight", "3.weight")):
        steps = (before[new] - sim.parameters[new]) / (1e-9 * sim.gradients[new])
        expected = (1 - 0.9**21) / (1 - 0.9)
        np.testing.assert_allclose(np.median(steps), expected, rtol=1e-3, err_msg=old)


def test_an_edit_of_how_a_weight_begins_draws_it_anew_and_only_it() -> None:
    sim = trained(TANH, TANH, LINEAR_OUT)
    before = sim.parameters
    sim.apply(layers(sim.scenario, TANH, Dense(units=4, activation="tanh", init="he_normal"), LINEAR_OUT))
    now = sim.parameters
    fresh = Simulation(sim.scenario).parameters
    assert (now["1.weight"] == fresh["1.weight"]).all()
    assert same(before, now, "0.weight", "0.bias", "1.bias", "2.weight", "2.bias")
    assert (sim.initial_parameters["1.weight"] == fresh["1.weight"]).all()


def test_an_edit_to_critical_draws_the_bias_that_belongs_to_it() -> None:
    sim = trained(TANH, LINEAR_OUT)
    sim.apply(layers(sim.scenario, Dense(units=4, activation="tanh", init="critical"), LINEAR_OUT))
    fresh = Simulation(sim.scenario).parameters
    assert same(fresh, sim.parameters, "0.weight", "0.bias")


def test_running_statistics_and_batch_norm_survive_an_edit() -> None:
    normed = Dense(units=4, activation="tanh", normalization="batch")
    sim = trained(normed, LINEAR_OUT)
    answers = sim.predict(sim.train_data[0])
    sim.apply(training(sim.scenario, learning_rate=1e-5))
    assert (sim.predict(sim.train_data[0]) == answers).all()


def test_the_same_edit_at_the_same_step_gives_the_same_bits_and_is_replayed_by_going_back() -> None:
    runs = []
    for _ in range(2):
        sim = trained(TANH, LINEAR_OUT)
        sim.apply(layers(sim.scenario, TANH, TANH, LINEAR_OUT))
        sim.step(100)
        sim.apply(training(sim.scenario, optimizer="adagrad", batch_size=3))
        sim.step(100)
        runs.append(sim)
    end = bits(runs[0])
    assert bits(runs[1]) == end
    sim = runs[0]
    sim.back(150)
    assert sim.step_index == 70
    assert sim.scenario.training.optimizer == "adam"
    assert len(sim.scenario.layers) == 3
    other = trained(TANH, LINEAR_OUT)
    other.apply(layers(other.scenario, TANH, TANH, LINEAR_OUT))
    other.step(50)
    assert bits(sim) == bits(other)
    sim.seek(10)
    assert len(sim.scenario.layers) == 2
    assert bits(sim) == bits(trained(TANH, LINEAR_OUT, steps=10))
    sim.seek(220)
    assert bits(sim) == end


def test_an_edit_at_an_odd_step_is_found_again_in_a_thinned_history() -> None:
    sim, whole = trained(TANH, LINEAR_OUT, steps=71), trained(TANH, LINEAR_OUT, steps=71)
    sim._history.budget = 8_000
    for run in (sim, whole):
        run.apply(training(run.scenario, learning_rate=0.05))
        run.step(1500)
    assert sim._history.stride > whole._history.stride
    for place in (71, 72, 30, 1000, 71, 70):
        sim.seek(place)
        whole.seek(place)
        assert bits(sim) == bits(whole)


def test_an_edit_in_the_past_forgets_what_lay_ahead() -> None:
    sim = trained(TANH, LINEAR_OUT, steps=200)
    sim.seek(50)
    sim.apply(training(sim.scenario, learning_rate=0.1))
    assert (sim.step_index, sim.last_step) == (50, 50)
    other = trained(TANH, LINEAR_OUT, steps=50)
    other.apply(training(other.scenario, learning_rate=0.1))
    sim.step(100)
    other.step(100)
    assert bits(sim) == bits(other)


@given(scenarios(), scenarios(), st.integers(0, 90), st.integers(1, 90))
@examples(40)
def test_any_edit_can_be_walked_back_over_and_forth_again(
    first: Scenario, second: Scenario, before: int, after: int
) -> None:
    sim = Simulation(first)
    if before:
        sim.step(before)
    sim.apply(second)
    sim.step(after)
    end = bits(sim)
    sim.seek(before // 2)
    fresh = Simulation(first)
    if before // 2:
        fresh.step(before // 2)
    if before:
        assert bits(sim) == bits(fresh)
    sim.seek(before + after)
    assert bits(sim) == end


WRONG: list[tuple[Scenario, type[Exception], str]] = [
    (scenario(TANH, Dense(units=2, activation="linear")), ScenarioError, "layers[1].units"),
    (scenario(TANH, Dense(units=3, skip=1), LINEAR_OUT), ScenarioError, "layers[1].skip"),
    (scenario(TANH, Dense(units=4, skip=3), LINEAR_OUT), ScenarioError, "layers[1].skip"),
    (scenario(TANH, SIGMOID_OUT, loss="binary_cross_entropy"), ScenarioError, "training.loss"),
    (scenario(TANH, LINEAR_OUT, data={"classes": 3}), DataError, "data.classes"),
]


@pytest.mark.parametrize(("wrong", "error", "place"), WRONG, ids=[place for _, _, place in WRONG])
def test_a_refused_edit_leaves_everything_as_it_was(
    wrong: Scenario, error: type[Exception], place: str
) -> None:
    sim, untouched = trained(TANH, LINEAR_OUT, steps=70), trained(TANH, LINEAR_OUT, steps=70)
    sim.back(3)
    untouched.back(3)
    record = sim.step()
    untouched.step()
    with pytest.raises(error) as refused:
        sim.apply(wrong)
    assert refused.value.place == place
    assert "\n" not in str(refused.value)
    assert sim.record is record
    assert (sim.last_step, sim.scenario) == (70, untouched.scenario)
    assert bits(sim) == bits(untouched)
    sim.seek(70)
    untouched.seek(70)
    assert bits(sim) == bits(untouched)


def test_set_parameters_names_what_is_wrong_and_changes_nothing_then() -> None:
    sim = trained(TANH, LINEAR_OUT)
    before = sim.parameters
    good = np.zeros((4, 2))
    with pytest.raises(
        ValueError, match=r"there is no parameter '2.weight'; there are 0.weight, 0.bias, 1.weight, 1.bias"
    ):
        sim.set_parameters({"0.weight": good, "2.weight": good})
    with pytest.raises(ValueError, match=r"0.weight has shape \(4, 2\), not \(2, 4\)"):
        sim.set_parameters({"1.bias": np.zeros(1), "0.weight": good.T})
    assert same(before, sim.parameters, *before)


@given(scenarios(), st.integers(0, 2**32))
@examples(40)
def test_parameters_that_are_set_are_those_that_are_read(scenario: Scenario, seed: int) -> None:
    sim = Simulation(scenario)
    random = np.random.default_rng(seed)
    values = {name: random.standard_normal(value.shape) for name, value in sim.parameters.items()}
    sim.set_parameters(values)
    assert same(values, sim.parameters, *values)
    sim.step(2)
    sim.back(2)
    assert same(values, sim.parameters, *values)
    twin = Simulation(scenario)
    twin.set_parameters(dict(reversed(values.items())))
    assert bits(sim) == bits(twin)


def test_parameters_have_pytorch_s_names_and_shapes() -> None:
    normed = Dense(units=3, activation="prelu", normalization="layer")
    shapes = {name: value.shape for name, value in simulation(TANH, normed, LINEAR_OUT).parameters.items()}
    assert shapes == {
        "0.weight": (4, 2),
        "0.bias": (4,),
        "1.weight": (3, 4),
        "1.bias": (3,),
        "1.norm_weight": (3,),
        "1.norm_bias": (3,),
        "1.alpha": (1,),
        "2.weight": (1, 3),
        "2.bias": (1,),
    }
