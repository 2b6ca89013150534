"""What comes back with a session, beside the network: edits to undo, what was chosen, how the screen stood."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vgtui
from tests.tui.driving import COCKPIT, running
from vgtui.scenario.edit import set_value
from vgtui.scenario.errors import SessionError
from vgtui.scenario.lesson import stops
from vgtui.scenario.model import Weight
from vgtui.tui.bringing_back import bring_back, bring_back_other, capture
from vgtui.tui.experiment import Experiment
from vgtui.tui.floor_plan import arranged
from vgtui.tui.keeping import Keeper
from vgtui.tui.lockstep import Lockstep
from vgtui.tui.looks import Looks
from vgtui.tui.memory import Kept
from vgtui.tui.panes.network import NetworkPane
from vgtui.tui.teaching import Teaching


def edited() -> Experiment:
    """A run with two edits behind it and one ahead, and a weight that was typed."""
    run = Experiment.opened(vgtui.load_scenario("width-1"))
    run.step(3)
    run.edit(lambda scenario: set_value(scenario, "training.learning_rate", 0.02))
    run.step(2)
    run.set_weight(Weight(layer=1), 0.5)
    run.edit(lambda scenario: set_value(scenario, "training.l2", 0.1))
    run.undo()
    run.choose(Weight(layer=2), 4)
    return run


def brought_back(path: Path, run: Experiment, looks: Looks | None = None) -> tuple[Experiment, Looks]:
    capture(run, looks or Looks())(path)
    again = Experiment.resumed(path)
    return again, bring_back(again, path)


def test_edits_are_undone_and_redone_as_if_nothing_had_been(tmp_path: Path) -> None:
    run = edited()
    again, _ = brought_back(tmp_path / "run.vgtui", run)
    for one in (run, again):
        assert one.redo()
        assert one.undo()
        assert one.undo()
        one.step(5)
    assert again.scenario == run.scenario
    assert again.simulation.parameters["1.weight"] == run.simulation.parameters["1.weight"]
    for one in (run, again):
        assert one.undo()
        assert not one.undo()
        assert one.scenario.training.learning_rate == vgtui.load_scenario("width-1").training.learning_rate


def test_the_next_cure_is_the_one_that_was_next(tmp_path: Path) -> None:
    run = Experiment.opened(vgtui.load_scenario("keras-moons"))
    run.cure()
    again, _ = brought_back(tmp_path / "run.vgtui", run)
    assert again.cure() == run.cure()
    assert again.scenario == run.scenario


def test_the_chosen_weight_and_the_looks_come_back(tmp_path: Path) -> None:
    looks = Looks(pane="loss", layer=3, speed=None, stop=2, maximised=True)
    again, found = brought_back(tmp_path / "run.vgtui", edited(), looks)
    assert found == looks
    assert (again.choice.weight, again.choice.sample) == (Weight(layer=2), 4)


def test_the_chosen_time_step_of_a_shared_weight_comes_back(tmp_path: Path) -> None:
    run = Experiment.opened(vgtui.load_scenario("rnn-forgets"))
    run.choose(Weight(column=12), place=7)
    again, _ = brought_back(tmp_path / "run.vgtui", run)
    assert again.choice.place == 7
    assert again.chain().product == run.chain().product


def test_every_branch_has_its_curve_again(tmp_path: Path) -> None:
    run = Experiment.opened(vgtui.load_scenario("width-1"))
    for goal in (10, 20, 30, 40):
        run.train_to(goal)
    run.seek(20)
    run.edit(lambda scenario: set_value(scenario, "training.learning_rate", 0.02))
    run.train_to(50)
    again, _ = brought_back(tmp_path / "run.vgtui", run)
    for branch in (2, 1):
        for one in (run, again):
            one.return_to(branch)
        mine, its = run.curve(), again.curve()
        assert len(mine.step) > 2
        for name in ("step", "train_loss", "test_accuracy", "gradients"):
            assert np.array_equal(getattr(mine, name), getattr(its, name), equal_nan=True)
        assert mine.layers == its.layers
    before = len(again.curve().step)
    again.train_to(60)
    assert np.array_equal(again.curve().train_loss[:before], run.curve().train_loss)
    assert again.curve().step[-1] == 60


def test_both_networks_of_a_lockstep_go_on_bit_for_bit(tmp_path: Path) -> None:
    mine, lockstep = edited(), Lockstep()
    lockstep.begin(mine.copy(), "B", mine)
    mine.edit(lambda scenario: set_value(scenario, "training.optimizer", "adam"))
    lockstep.step(mine, 4)
    capture(mine, Looks(), lockstep.kept(mine))(tmp_path / "both.vgtui")
    again = Experiment.resumed(tmp_path / "both.vgtui")
    beside = bring_back_other(again, tmp_path / "both.vgtui", 64.0)
    bring_back(again, tmp_path / "both.vgtui")
    assert beside is not None
    assert (beside.mine, beside.same_seed) == ("B", True)
    resumed = Lockstep()
    resumed.take_up(beside, again)
    for steps, one in ((lockstep, mine), (resumed, again)):
        one.seek(3)
        steps.follow(one)
        one.seek(one.simulation.last_step)
        steps.step(one, 3)
    others = [steps.exchange(one) for steps, one in ((lockstep, mine), (resumed, again))]
    for before, after in ((mine, again), others):
        assert before.scenario == after.scenario
        for name, array in before.simulation.parameters.items():
            assert np.array_equal(array, after.simulation.parameters[name])
    assert others[0].scenario != mine.scenario
    assert [one.undo() for one in others] == [True, True], "the other network's edits are there too"


def test_a_curve_that_is_none_is_told(tmp_path: Path) -> None:
    run = edited()
    capture(run, Looks())(tmp_path / "run.vgtui")
    again = Experiment.resumed(tmp_path / "run.vgtui")
    noted = again.simulation.noted
    noted["app.curve.1"] = noted["app.curve.1"][::-1].copy()
    with pytest.raises(SessionError, match=r"run\.vgtui.*holds notes that cannot be used"):
        bring_back(again, tmp_path / "run.vgtui")


def test_a_session_without_notes_begins_as_its_scenario_says(tmp_path: Path) -> None:
    vgtui.Simulation(vgtui.load_scenario("width-1")).save(tmp_path / "run.vgtui")
    again = Experiment.resumed(tmp_path / "run.vgtui")
    assert bring_back(again, tmp_path / "run.vgtui") == Looks()
    assert not again.undo()


@pytest.mark.parametrize(
    "notes",
    [
        [],
        {"undo": "everything"},
        {"undo": ["no = scenario"]},
        {"undo": [""] * 1000},
        {"undo": [{"weight": {"layer": -1}, "value": 0.0, "step": 0}]},
        {"weight": {"layer": 1e300}},
        {"looks": {"speed": 10**9}},
        {"looks": {"pane": "../../etc/passwd"}},
        {"looks": {"columns": [{"panes": [{"pane": "loss"}, {"pane": "loss"}]}]}},
        {"unheard": "of"},
    ],
)
def test_notes_that_are_none_are_refused_in_one_line(notes: Any, tmp_path: Path) -> None:
    simulation = vgtui.Simulation(vgtui.load_scenario("width-1"))
    simulation.notes["app"] = notes
    simulation.save(tmp_path / "run.vgtui")
    again = Experiment.resumed(tmp_path / "run.vgtui")
    with pytest.raises(SessionError) as error:
        bring_back(again, tmp_path / "run.vgtui")
    assert str(error.value).startswith(str(tmp_path))
    assert "\n" not in str(error.value)


def test_what_was_only_looked_at_is_kept_with_a_run_but_makes_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    keeper, run = Keeper(lambda error: None), edited()
    keeper.begin(run)
    run.choose(Weight(layer=3))
    assert keeper.due_in(run) == math.inf
    run.set_weight(Weight(layer=3), 0.25)
    assert keeper.due_in(run) == 0.0
    keeper.rescue(run)
    assert keeper.has_kept
    keeper.end(discard=True)


def test_a_lesson_is_gone_on_with_where_it_was_left_and_none_of_it_is_done_again(tmp_path: Path) -> None:
    run, lesson = Experiment.opened(vgtui.load_scenario("course-02-chain-rule")), Teaching()
    last = len(stops(run.scenario.lesson)) - 1
    lesson.go_to(run, last)
    run.step(7)
    again, _ = brought_back(tmp_path / "run.vgtui", run)
    later = Teaching()
    later.take_up(again, last)
    before = again.simulation.parameters
    for stop in (last, 0):
        assert later.go_to(again, stop) is None
        assert again.step_index == run.step_index
        assert all((before[name] == value).all() for name, value in again.simulation.parameters.items())


async def test_the_app_shows_a_session_as_it_was_left(tmp_path: Path) -> None:
    run = edited()
    columns = arranged(run.scenario, Kept())[::-1]
    looks = Looks(columns=columns, pane="network", layer=1, speed=30)
    capture(run, looks)(tmp_path / "run.vgtui")
    async with running("width-1", session=tmp_path / "run.vgtui", size=COCKPIT) as driver:
        cockpit = driver.app.cockpit
        await driver.until(lambda: cockpit.looks == looks)
        assert "speed 30/s" in driver.text()
        assert isinstance(cockpit.panes["network"], NetworkPane)
        assert cockpit.focused is cockpit.panes["network"].ledger
        await driver.press("u")
        await driver.until(lambda: driver.frame.scenario.training.l2 == run.scenario.training.l2)
        assert driver.frame.chain is not None
        assert driver.frame.chain.layer == 2
