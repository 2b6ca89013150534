"""The chain rule of a weight that is used more than once: at every time step, or at every place of an image."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from tests.analysis.networks import multiplied
from tests.reference.recurrent import run_layer
from vgtui.analysis.chain_rule import chain_rule
from vgtui.analysis.explain.chain import entering
from vgtui.engine.simulation import Simulation
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Conv, Data, Dense, Gru, Layer, Lstm, Rnn, Scenario, Training


@pytest.mark.parametrize(
    "layer",
    [Rnn(units=3), Lstm(units=3), Gru(units=3, truncate=4)],
    ids=lambda one: one.__struct_config__.tag,
)
@pytest.mark.parametrize("column", [1, 4])
def test_of_a_recurrent_weight_the_chain_tells_what_enters_it_and_what_time_makes_of_that(
    layer: Rnn | Lstm | Gru, column: int
) -> None:
    data = Data(source="adding", samples=12, length=6, test_fraction=0.0)
    layers = (layer, Dense(units=1, activation="linear"))
    sim = Simulation(Scenario(data=data, layers=layers, training=Training(loss="mean_squared_error")))
    inputs = sim.batch[0].reshape(-1, 6, 2)
    given = inputs[:, :, 1]
    if column >= 2:
        states = run_layer(replace(layer, truncate=None), 0, sim.parameters, inputs)
        given = states[:, :-1, column - 2]
    for sample, chosen in ((None, slice(None)), (5, slice(5, 6))):
        rule = chain_rule(sim, 0, 2, column, sample)
        size = np.linalg.norm(given[chosen]) / math.sqrt(len(given[chosen]))
        assert math.isclose(abs(rule.activation), size, rel_tol=1e-12)
        assert rule.factors[0].gain == rule.factors[0].time_gain != 1.0
        assert (rule.factors[1].time_gain, rule.shared) == (1.0, "time steps")
        assert math.isclose(multiplied(rule), rule.product, rel_tol=1e-9)
        squares = entering(rule).terms[0]
        assert math.isclose(squares.value, size * size * len(given) if sample is None else size, rel_tol=1e-9)


SHARED = (
    (Rnn(units=3, return_sequences=True), Gru(units=2), Dense(units=1, activation="linear")),
    (Lstm(units=3, return_sequences=True, truncate=4), Rnn(units=2), Dense(units=1, activation="linear")),
    (Conv(filters=3, stride=2, normalization="batch"), Conv(filters=2, kernel=2), Dense(units=10)),
)


@pytest.mark.parametrize("sample", [None, 3])
@pytest.mark.parametrize("layers", SHARED, ids=["gru", "lstm", "conv"])
def test_the_products_of_single_places_and_time_steps_add_up_to_that_of_the_weight(
    layers: tuple[Layer, ...], sample: int | None
) -> None:
    image = isinstance(layers[0], Conv)
    data = Data(source="digits" if image else "adding", samples=12, length=None if image else 6)
    sim = Simulation(Scenario(data=data, layers=layers, training=Training(loss="mean_squared_error")))
    for layer in (0, 1):
        whole = chain_rule(sim, layer, 1, 2, sample)
        rules = [chain_rule(sim, layer, 1, 2, sample, place) for place in range(16 if image else 6)]
        sizes = [abs(rule.product) for rule in rules]
        assert np.count_nonzero(sizes) > 1
        assert math.isclose(sum(rule.product for rule in rules), whole.product, abs_tol=1e-12 * sum(sizes))
        for rule in rules:
            assert math.isclose(multiplied(rule), rule.product, rel_tol=1e-9, abs_tol=1e-12 * sum(sizes))
        with pytest.raises(ValueError, match=f"{whole.shared} go from 0 to {len(rules) - 1}"):
            chain_rule(sim, layer, 1, 2, sample, len(rules))


def test_one_time_step_s_part_of_a_linear_recurrent_layer_is_its_weight_to_the_power_of_the_steps_after() -> (
    None
):
    data = Data(source="wave", samples=12, length=9, test_fraction=0.0)
    layers = (Rnn(units=1, activation="linear"), Dense(units=1, activation="linear"))
    sim = Simulation(Scenario(data=data, layers=layers, training=Training(loss="mean_squared_error")))
    sim.set_parameters({"0.weight_hh": np.array([[1e-60]])})
    inputs, targets = sim.batch
    answer = sim.predict(inputs)
    for t in (0, 3, 8):
        rule = chain_rule(sim, 0, 0, 0, place=t)
        slope = 2.0 * (answer - targets)[:, 0] @ inputs[:, t] / len(inputs) * sim.parameters["1.weight"][0, 0]
        assert math.isclose(rule.log10, math.log10(abs(slope)) - 60.0 * (8 - t), abs_tol=1e-9)


def test_where_time_leaves_nothing_of_what_enters_the_weight_it_is_time_that_is_to_blame() -> None:
    sim = Simulation(load_scenario("rnn-explodes"))
    rule = chain_rule(sim, 0, 0, 0)
    assert rule.activation > 0.0
    assert (rule.factors[0].time_gain, rule.product, rule.culprit) == (0.0, 0.0, 0)
