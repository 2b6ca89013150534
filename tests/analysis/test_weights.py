"""How far weights have moved from where they were drawn."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, simulation
from vgtui.analysis.weights import weight_changes
from vgtui.scenario.model import Dense


def test_nothing_has_moved_before_the_first_step() -> None:
    sim = simulation(Dense(units=4, activation="tanh"), LINEAR_OUT)
    for change in weight_changes(sim):
        assert (change.change_norm, change.relative) == (0.0, 0.0)
        assert change.unchanged == change.total
        assert change.old_sample == change.new_sample


def test_old_and_new_weights_are_compared_entry_by_entry() -> None:
    sim = simulation(Dense(units=4, activation="tanh"), LINEAR_OUT)
    old = sim.parameters["0.weight"]
    new = old.copy()
    new[0, 0] += 3.0
    new[2, 1] -= 4.0
    sim.set_parameters({"0.weight": new})
    first, last = weight_changes(sim)
    assert (first.layer, first.name, first.total, first.unchanged) == (0, "4 tanh", 8, 6)
    assert first.change_norm == pytest.approx(5.0)
    assert first.old_norm == pytest.approx(math.sqrt((old**2).sum()))
    assert first.new_norm == pytest.approx(math.sqrt((new**2).sum()))
    assert first.relative == pytest.approx(5.0 / math.sqrt((old**2).sum()))
    assert first.old_sample == tuple(old.ravel()[:4].tolist())
    assert first.new_sample == tuple(new.ravel()[:4].tolist())
    assert last.unchanged == last.total == 4


def test_a_vanished_gradient_leaves_the_first_layers_bit_for_bit_as_drawn() -> None:
    """With SGD a step below half a unit in the last place of a weight does not move it."""
    deep = Dense(units=4, activation="sigmoid", repeat=60)
    sim = simulation(deep, LINEAR_OUT, optimizer="sgd", learning_rate=0.1)
    sim.step(20)
    changes = weight_changes(sim)
    assert changes[0].unchanged == changes[0].total
    assert changes[-1].unchanged == 0


def test_weights_drawn_as_zero_have_changed_by_nothing_until_they_move_and_then_beyond_all_ratios() -> None:
    sim = simulation(Dense(units=2, activation="tanh", init="zeros"), LINEAR_OUT)
    assert weight_changes(sim)[0].relative == 0.0
    sim.set_parameters({"0.weight": np.ones((2, 2))})
    assert weight_changes(sim)[0].relative == math.inf


def test_the_comparison_survives_an_edit_and_going_back() -> None:
    sim = simulation(Dense(units=4, activation="tanh"), LINEAR_OUT)
    drawn = sim.parameters["0.weight"]
    sim.step(10)
    training = msgspec.structs.replace(sim.scenario.training, learning_rate=0.1)
    sim.apply(msgspec.structs.replace(sim.scenario, training=training))
    sim.step(5)
    assert (sim.initial_parameters["0.weight"] == drawn).all()
    assert weight_changes(sim)[0].change_norm > 0
    sim.seek(0)
    assert weight_changes(sim)[0].change_norm == 0.0


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_weights_beyond_all_bounds_are_told_of_without_a_warning() -> None:
    sim = simulation(Dense(units=4, activation="tanh"), LINEAR_OUT)
    values = np.full((4, 2), 1e200)
    sim.set_parameters({"0.weight": values})
    assert weight_changes(sim)[0].new_norm == math.inf
    values[1, 1] = math.nan
    sim.set_parameters({"0.weight": values})
    assert math.isnan(weight_changes(sim)[0].change_norm)
