"""What would not fit is refused, with the numbers, before anything of its size is allocated."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from tests.engine.networks import SIGMOID_OUT, scenario
from vgtui.data import allowance
from vgtui.engine.simulation import Simulation
from vgtui.scenario.errors import SessionError, UserError
from vgtui.scenario.model import Dense

WIDE = scenario(Dense(units=4096, activation="tanh", repeat=9000), SIGMOID_OUT)


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = allowance._current
    yield
    allowance._current = before


def refused(wanted: object) -> str:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UserError) as error:
        Simulation(wanted)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "kilobytes"
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_network_that_is_too_large_is_refused_with_the_numbers() -> None:
    """9000 x 4096 x 4096 weights of 8 bytes come to 1.1 TB, and there are moments and copies of them."""
    line = refused(WIDE)
    assert line.startswith("layers: the network would need about 14")
    assert " TB of memory" in line
    assert "a quarter of what is free" in line


def test_the_limit_is_as_told() -> None:
    small = scenario(Dense(units=64, activation="tanh", repeat=20), SIGMOID_OUT)
    allowance.allow(1)
    assert "1.0 MB are allowed (as told)" in refused(small)
    allowance.allow(100)
    assert Simulation(small).memory_bytes < 100 * 2**20


def test_data_is_refused_before_it_is_drawn() -> None:
    allowance.allow(10)
    many = msgspec.structs.replace(WIDE.data, samples=1_000_000)
    line = refused(msgspec.structs.replace(WIDE, layers=(SIGMOID_OUT,), data=many))
    assert line.startswith("data.samples: the data would need about 61.0 MB")


def test_a_file_is_refused_by_what_it_claims(tmp_path: Path) -> None:
    allowance.allow(1)
    path = tmp_path / "samples.npz"
    np.savez_compressed(path, inputs=np.zeros((100_000, 5)), targets=np.zeros(100_000))
    own = msgspec.structs.replace(WIDE.data, source="file", file=str(path), samples=250, noise=0.0)
    assert "100,000 rows would need about" in refused(msgspec.structs.replace(WIDE, data=own))


def test_a_session_of_a_network_that_is_too_large_is_refused(tmp_path: Path) -> None:
    Simulation(scenario(Dense(units=64, activation="tanh", repeat=20), SIGMOID_OUT)).save(
        tmp_path / "a.vgtui"
    )
    allowance.allow(1)
    with pytest.raises(SessionError, match="would need about"):
        Simulation.load(tmp_path / "a.vgtui")


def test_many_small_arrays_that_unpack_to_more_than_is_allowed_are_refused(tmp_path: Path) -> None:
    """Each edit of a network that is allowed has arrays of its own."""
    path = tmp_path / "a.vgtui"
    sim = Simulation(scenario(Dense(units=16, activation="tanh", repeat=10), SIGMOID_OUT))
    for rate in range(40):
        training = msgspec.structs.replace(sim.scenario.training, learning_rate=1e-3 + rate)
        sim.step()
        sim.apply(msgspec.structs.replace(sim.scenario, training=training))
    sim.save(path)
    allowance.allow(2)
    Simulation(sim.scenario)
    with pytest.raises(SessionError, match=r"would need more than the 2\.0 MB"):
        Simulation.load(path)


def test_edits_of_one_run_keep_no_more_than_is_allowed() -> None:
    allowance.allow(2)
    sim = Simulation(
        scenario(Dense(units=16, activation="tanh", repeat=10), SIGMOID_OUT), history_megabytes=1
    )

    def edit_often() -> None:
        for turn in range(200):
            sim.step()
            training = msgspec.structs.replace(sim.scenario.training, learning_rate=1e-3 + turn)
            sim.apply(msgspec.structs.replace(sim.scenario, training=training))

    with pytest.raises(UserError, match="what the edits so far keep for going back"):
        edit_often()
    assert sim._history.fixed_bytes < 3 * 2**20
    sim.step()


def test_depth_and_width_can_be_bounded() -> None:
    allowance.allow(1000, units=64, layers=20)
    assert "layer 1 has 65 units; at most 64" in refused(scenario(SIGMOID_OUT, Dense(units=65), SIGMOID_OUT))
    assert "come to 21; at most 20" in refused(scenario(Dense(units=2, repeat=20), SIGMOID_OUT))
    Simulation(scenario(Dense(units=64, repeat=19), SIGMOID_OUT))


def test_what_the_system_has_free_is_told() -> None:
    """No machine that this runs on has less than 100 MB or more than 100 TB."""
    assert 10**8 < allowance.free_bytes() < 10**14
