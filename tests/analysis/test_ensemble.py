"""Many seeds: each network is its own simulation, the data is shared, and the order of threads does not show."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tests.engine.networks import SIGMOID_OUT, scenario
from vgtui.analysis.ensemble import Ensemble, ensemble
from vgtui.analysis.stopping import StoppedError
from vgtui.engine.record import MEASURES
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense

NETWORK = scenario(Dense(units=4, activation="tanh", repeat=2), SIGMOID_OUT, source="moons")


def alone(seed: int) -> Simulation:
    data = msgspec.structs.replace(NETWORK.data, seed=NETWORK.seed)
    return Simulation(msgspec.structs.replace(NETWORK, seed=seed, data=data))


@pytest.mark.parametrize("steps", [0, 7])
def test_each_network_is_the_one_that_its_seed_draws(steps: int) -> None:
    found = ensemble(NETWORK, 5, steps)
    assert found.seeds == tuple(range(NETWORK.seed, NETWORK.seed + 5))
    assert found.names == ("4 tanh", "4 tanh", "1 sigmoid")
    for place, seed in enumerate(found.seeds):
        simulation = alone(seed)
        record = simulation.step(steps) if steps else simulation.measure()
        np.testing.assert_array_equal(found.measures[place], record.measures)
    assert len(np.unique(found.column("delta_log10")[:, 0])) == 5


def test_all_learn_from_the_data_of_the_scenario_itself() -> None:
    np.testing.assert_array_equal(alone(77).train_data[0], Simulation(NETWORK).train_data[0])


def test_quartiles_part_the_networks() -> None:
    found = ensemble(NETWORK, 9)
    low, median, high = found.quartiles("weight_grad_log10")
    values = found.column("weight_grad_log10")
    np.testing.assert_array_equal(median, np.sort(values, axis=0)[4])
    assert ((low <= median) & (median <= high)).all()
    assert (((values <= low).sum(axis=0) >= 2) & ((values >= high).sum(axis=0) >= 2)).all()


def test_quartiles_of_what_is_infinite_are_infinite_and_of_what_is_no_number_none() -> None:
    every = {"nothing arrives": [-np.inf] * 3, "one overflows": [1, 2, np.inf], "one is none": [1, np.nan, 3]}
    measures = np.repeat(np.array([*every.values()]).T[:, :, None], len(MEASURES), axis=2)
    low, median, high = Ensemble((1, 2, 3), 0, tuple(every), measures).quartiles("weight_grad_log10")
    np.testing.assert_array_equal(low[[0, 2]], [-np.inf, np.nan])
    assert 1 < low[1] < 2
    np.testing.assert_array_equal(median, [-np.inf, 2, np.nan])
    np.testing.assert_array_equal(high, [-np.inf, np.inf, np.nan])


def test_it_stops_when_it_is_told_to_and_says_how_far_it_was() -> None:
    told: list[int] = []

    def go_on(done: int) -> bool:
        told.append(done)
        return done < 2

    with pytest.raises(StoppedError):
        ensemble(NETWORK, 50, go_on=go_on)
    assert 2 <= max(told) <= 4


def test_an_ensemble_of_nobody_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        ensemble(NETWORK, 0)
