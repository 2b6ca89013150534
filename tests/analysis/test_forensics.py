"""Where a value first went non-finite, held against overflows that are made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.analysis.networks import plane
from vgtui.analysis.forensics import first_nonfinite
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_values
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Data, Dense, Scenario, Training


def chain(*weights: float, loss: str = "mean_absolute_error") -> Simulation:
    """One linear neuron a layer, with these weights."""
    layers = (Dense(units=1, activation="linear", repeat=len(weights)),)
    data = Data(source="sine", samples=20, test_fraction=0.0)
    simulation = Simulation(
        Scenario(data=data, layers=layers, training=Training(loss=loss, batch_size="full"))
    )
    simulation.set_parameters({f"{k}.weight": np.array([[weight]]) for k, weight in enumerate(weights)})
    return simulation


def test_a_product_that_overflows_is_named_with_its_layer_unit_and_operands():
    simulation = chain(1e200, 1e200, 1.0)
    found = first_nonfinite(simulation)
    assert (found.phase, found.layer, found.unit) == ("forward", 1, 0)
    assert found.operation == "weight @ x + bias"
    inputs = simulation.batch[0][found.sample]
    assert [operand.value for operand in found.operands] == pytest.approx([inputs[0] * 1e200, 1e200])
    assert math.isinf(found.value)
    assert (found.update, found.last_finite_step) == (1, 0)


def test_a_square_that_overflows_is_the_losss():
    found = first_nonfinite(chain(1e100, 1e100, loss="mean_squared_error"))
    assert (found.phase, found.operation, found.layer) == ("loss", "mean_squared_error", None)
    assert abs(found.operands[0].value) > 1e199


def test_a_gradient_that_overflows_while_the_answer_is_finite_is_found_on_the_way_back():
    found = first_nonfinite(chain(1e-300, 1e200, 1e200))
    assert (found.phase, found.operation, found.layer) == ("backward", "dL/d weight", 0)


def test_the_step_before_is_finite_and_the_next_is_not():
    simulation = Simulation(load_scenario("explodes"))
    simulation.step(150)
    found = first_nonfinite(simulation)
    assert simulation.step_index == 150
    simulation.seek(found.last_finite_step)
    assert all(np.isfinite(values).all() for values in simulation.parameters.values())
    assert [before.step for before in found.before] == list(range(found.update - 5, found.update))
    assert (
        found.before[-1].loss == simulation.seek(found.last_finite_step).loss if simulation.record else True
    )
    assert not math.isfinite(simulation.step().loss)
    assert simulation.step_index == found.update


def test_a_weight_that_was_set_to_nan_is_told_from_one_that_became_it():
    simulation = Simulation(load_scenario("zeros"))
    simulation.step(70)
    weight = simulation.parameters["1.weight"]
    weight[3, 4] = math.nan
    simulation.set_parameters({"1.weight": weight})
    simulation.step(70)
    found = first_nonfinite(simulation)
    assert (found.phase, found.update, found.layer, found.unit) == ("edit", 70, 1, 3)
    assert any(math.isnan(operand.value) for operand in found.operands)


def test_a_recurrent_state_that_overflows_is_named_with_its_time_step():
    simulation = Simulation(load_scenario("rnn-explodes"))
    simulation.step(20)
    found = first_nonfinite(simulation)
    assert (found.operation, found.layer) == ("recurrence", 0)
    assert 0 <= found.time_step < 40
    assert found.operands[-1].name == "the largest state before"


def test_of_a_finite_run_there_is_nothing_to_tell():
    simulation = Simulation(load_scenario("zeros"))
    simulation.step(30)
    assert first_nonfinite(simulation) is None


def test_an_update_that_dynamic_loss_scaling_leaves_out_is_no_accident() -> None:
    steep = plane(Dense(units=3, activation="tanh"), Dense(units=1, activation="linear", gain=30.0))
    scaled = set_values(steep, [("precision", "float16"), ("training.loss_scale", "dynamic")])
    sim = Simulation(scaled)
    record = sim.step(2)
    assert not math.isfinite(10**record.gradient_log10)
    assert np.array_equal(sim.parameters["0.weight"], Simulation(scaled).parameters["0.weight"])
    assert first_nonfinite(sim) is None
