"""Branches: what an edit in the past leaves behind, and the way back to it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, bits
from tests.engine.networks import scenario as described
from vgtui.engine import history
from vgtui.engine.history import MOST_COURSES, SHORTEST_STRIDE, History, Segment, Snapshot
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.model import Dense


@pytest.fixture(autouse=True)
def _near_keyframes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As large networks have them, so that some hundred steps hold several."""
    monkeypatch.setattr(history, "LONGEST_STRIDE", history.SHORTEST_STRIDE)


def simulation(megabytes: float = 256) -> Simulation:
    layers = (Dense(units=3, activation="tanh", normalization="batch"), LINEAR_OUT)
    return Simulation(described(*layers, batch_size=5, optimizer="adam"), history_megabytes=megabytes)


def rate(sim: Simulation, value: float) -> None:
    sim.apply(set_value(sim.scenario, "training.learning_rate", value))


def at(sim: Simulation, step: int) -> tuple[object, ...]:
    sim.seek(step)
    return bits(sim)


def forked() -> tuple[Simulation, tuple[object, ...], tuple[object, ...]]:
    """Two branches, 500 steps with an edit at 200, and 300 with one at 130; and the bits at the end of each."""
    sim = simulation()
    sim.step(200)
    rate(sim, 0.02)
    sim.step(300)
    first = bits(sim)
    sim.seek(130)
    rate(sim, 0.3)
    sim.step(170)
    return sim, first, bits(sim)


def test_an_edit_in_the_past_starts_a_branch_and_both_are_returned_to_bit_for_bit() -> None:
    sim, first, second = forked()
    assert (sim.branch, sim.last_step) == (2, 300)
    sim.return_to(1)
    assert (sim.branch, sim.step_index, sim.scenario.training.learning_rate) == (1, 500, 0.02)
    assert bits(sim) == first
    sim.seek(131)
    sim.return_to(2)
    assert bits(sim) == second
    plain = simulation()
    plain.step(130)
    assert at(sim, 130) != bits(plain), "from the edit on it is in force"
    assert at(sim, 129) == at(plain, 129)


def test_an_edit_at_the_end_goes_on_with_the_same_branch() -> None:
    sim = simulation()
    sim.step(20)
    rate(sim, 0.02)
    rate(sim, 0.03)
    sim.step(1)
    assert [branch.last_step for branch in sim.branches] == [21]


def test_a_branch_tells_where_it_left_which_settings_were_in_force_and_how_far_it_came() -> None:
    sim, *_ = forked()
    one, two = sim.branches
    assert (one.number, one.parent, one.start, one.last_step) == (1, 0, 0, 500)
    assert (two.number, two.parent, two.start, two.last_step) == (2, 1, 130, 300)
    assert [(start, s.training.learning_rate) for start, s in one.scenarios][1:] == [(200, 0.02)]
    assert [(start, s.training.learning_rate) for start, s in two.scenarios][1:] == [(130, 0.3)]
    sim.back(1)
    assert sim.step().loss == two.loss != one.loss


def test_beginning_again_keeps_the_run_that_was() -> None:
    sim, _, second = forked()
    sim.begin_again(set_value(sim.scenario, "seed", 7))
    assert (sim.branch, sim.step_index) == (3, 0)
    assert bits(sim) == bits(Simulation(sim.scenario))
    sim.step(70)
    sim.return_to(2)
    assert bits(sim) == second


def test_leaving_the_edits_that_lie_ahead_is_a_branch_without_them() -> None:
    sim, first, _ = forked()
    sim.return_to(1)
    sim.seek(150)
    assert sim.leave()
    assert not sim.leave()
    sim.step(100)
    plain = simulation()
    plain.step(250)
    assert bits(sim) == bits(plain)
    sim.return_to(1)
    assert bits(sim) == first


def test_branches_stay_within_the_one_budget_and_the_oldest_are_forgotten_first() -> None:
    sim, whole = simulation(0.02), simulation()
    for run in (sim, whole):
        run.step(90)
        for number in range(60):
            run.seek(40)
            rate(run, 0.001 * (number + 1))
            run.step(90)
    assert sim._history.nbytes <= 0.02 * 2**20 < whole._history.nbytes
    numbers = [branch.number for branch in sim.branches]
    assert numbers == sorted(numbers)[-len(numbers) :]
    assert sim.branch == numbers[-1] == 61
    assert 1 < len(numbers) < 61
    for run in (sim, whole):
        run.return_to(numbers[0])
    assert bits(sim) == bits(whole)
    assert at(sim, 77) == at(whole, 77)


def test_there_are_never_more_branches_than_anybody_looks_through() -> None:
    nothing = np.zeros(0)
    history = History()
    for number in range(MOST_COURSES + 20):
        segment = Segment(described(LINEAR_OUT), 0, 0, 0.0, nothing, SHORTEST_STRIDE)
        history.begin(segment, Snapshot(nothing, nothing, nothing, nothing, 0))
        history.reached(1, float(number))
    assert [branch.number for branch in history.branches] == [*range(21, MOST_COURSES + 21)]
    assert history.branches[-1].loss == MOST_COURSES + 19


def test_a_branch_that_is_forgotten_takes_along_what_no_other_needs_and_nothing_else() -> None:
    sim, _, second = forked()
    before = sim._history.nbytes
    sim._history._forget(sim._history.courses[0])
    assert [branch.number for branch in sim.branches] == [2]
    assert max(sim._history.segments[0].keyframes) == 128
    assert sim._history.nbytes < before
    sim.seek(0)
    assert at(sim, 300) == second


def test_a_session_keeps_the_branches(tmp_path: Path) -> None:
    sim, first, second = forked()
    sim.seek(140)
    sim.save(tmp_path / "run.vgtui")
    loaded = Simulation.load(tmp_path / "run.vgtui")
    assert loaded.branches == sim.branches
    assert (loaded.branch, loaded.step_index, loaded.last_step) == (2, 140, 300)
    loaded.return_to(1)
    assert bits(loaded) == first
    loaded.return_to(2)
    assert bits(loaded) == second


def test_a_branch_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match="there is no branch 3; there are 1, 2"):
        forked()[0].return_to(3)
