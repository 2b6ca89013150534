"""What the units of a layer make of the plane: held against the layers written out, and against the answer."""

from __future__ import annotations

import numpy as np
import pytest

from vgtui.analysis.decision import NoPicture, Plane, decision
from vgtui.analysis.units import MOST_UNITS, unit_maps
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import with_new_data
from vgtui.scenario.model import Data, Dense, Scenario, Training


def network(*layers: Dense, **data: object) -> Simulation:
    loss = Training(loss="binary_cross_entropy", batch_size=16)
    return Simulation(Scenario(seed=3, data=Data(samples=40, **data), layers=layers, training=loss))


def test_a_map_is_the_layer_at_every_place():
    sim = network(
        Dense(units=5, activation="tanh"),
        Dense(units=4, activation="sigmoid"),
        Dense(units=1, activation="sigmoid"),
    )
    sim.step(3)
    maps = unit_maps(sim, 1, 9, 6)
    assert maps.values.shape == (4, 6, 9)
    given = sim.parameters
    for row, column in ((0, 0), (5, 8), (2, 7)):
        place = np.array([maps.x[column], maps.y[row]])
        first = np.tanh(given["0.weight"] @ place + given["0.bias"])
        second = 1 / (1 + np.exp(-(given["1.weight"] @ first + given["1.bias"])))
        np.testing.assert_allclose(maps.values[:, row, column], second, rtol=1e-9)
    assert maps.middle == pytest.approx(0.5)
    assert maps.reach == pytest.approx(np.abs(maps.values - 0.5).max())


def test_the_map_of_the_only_unit_of_the_last_layer_is_the_answer():
    sim = network(
        Dense(units=3, activation="relu", normalization="batch"), Dense(units=1, activation="sigmoid")
    )
    sim.step(5)
    before = sim.parameters["0.weight"].copy()
    maps, plane = unit_maps(sim, 1, 30, 20), decision(sim, 30, 20)
    assert isinstance(plane, Plane)
    np.testing.assert_array_equal(maps.values[0], plane.answer)
    np.testing.assert_array_equal(sim.parameters["0.weight"], before)


def test_a_wide_layer_has_maps_of_its_first_units():
    maps = unit_maps(
        network(Dense(units=MOST_UNITS + 9, activation="linear"), Dense(units=1, activation="sigmoid")),
        0,
        4,
        3,
    )
    assert (len(maps.values), maps.count) == (MOST_UNITS, MOST_UNITS + 9)
    assert maps.middle == 0


def test_there_is_no_map_without_a_plane_and_none_of_what_is_no_number():
    sim = network(Dense(units=3, activation="relu"), Dense(units=1, activation="sigmoid"))
    sim.set_parameters({"0.weight": np.full((3, 2), np.nan)})
    for found in (unit_maps(sim, 0, 4, 3), decision(sim, 4, 3)):
        assert isinstance(found, NoPicture)
        assert "number" in found.reason
    with pytest.raises(ValueError, match="inputs must be"):
        sim.hidden(np.zeros((3, 5)), 0)
    with pytest.raises(ValueError, match="there is no layer 2; layers go from 0 to 1"):
        sim.hidden(np.zeros((3, 2)), 2)


def test_new_data_are_other_samples_and_the_same_weights():
    sim = network(Dense(units=3, activation="relu"), Dense(units=1, activation="sigmoid"), noise=0.1)
    sim.step(4)
    weights, samples = sim.parameters["0.weight"].copy(), sim.train_data[0].copy()
    sim.apply(with_new_data(sim.scenario))
    np.testing.assert_array_equal(sim.parameters["0.weight"], weights)
    assert not np.isin(sim.train_data[0], samples).any()
