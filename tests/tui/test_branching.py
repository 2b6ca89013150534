"""Time in the engine's thread: scrubbing, stepping on from the past, branches and the way back to them."""

from __future__ import annotations

import numpy as np
import pytest

import vgtui
from tests.tui.panes.frames import scenario
from vgtui.scenario.edit import set_value
from vgtui.scenario.model import Scenario
from vgtui.tui.experiment import Experiment
from vgtui.tui.frame import Curve
from vgtui.tui.requests import Seek, superseded
from vgtui.tui.screens.branches import branch_items


def to_tanh(before: Scenario) -> Scenario:
    return set_value(before, "layers[0].activation", "tanh")


def slower(before: Scenario) -> Scenario:
    return set_value(before, "training.learning_rate", 0.0005)


@pytest.fixture
def experiment() -> Experiment:
    return Experiment.opened(scenario(3))


def seen(experiment: Experiment) -> tuple[object, ...]:
    """Everything that the panes show."""
    record = experiment.record
    return (
        record.step,
        record.loss,
        record.measures.tobytes(),
        experiment.evaluation(),
        experiment.chain(),
        experiment.weights(),
        points(experiment.curve()),
    )


def points(curve: Curve) -> bytes:
    return np.stack([curve.step, curve.train_loss, curve.test_loss, curve.train_accuracy]).tobytes()


def test_every_pane_is_as_it_was_wherever_time_is_moved_to(experiment):
    was = {}
    for _ in range(12):
        experiment.move(1)
        was[experiment.step_index] = seen(experiment)
    experiment.move(60)
    for step in (3, 11, 1, 12):
        experiment.seek(step)
        assert seen(experiment) == was[step]


def test_from_the_past_steps_lead_no_further_than_what_has_been(experiment):
    experiment.move(30)
    experiment.move(-10)
    for count, reached in ((100, 30), (1, 31), (-1000, 0), (10, 10), (21, 31)):
        experiment.move(count)
        assert (experiment.step_index, experiment.simulation.last_step >= 30) == (reached, True)


def test_an_edit_in_the_past_is_a_branch_with_a_curve_of_its_own(experiment):
    experiment.move(40)
    experiment.move(10)
    whole = seen(experiment)
    experiment.seek(20)
    experiment.edit(to_tanh)
    experiment.move(5)
    branched = seen(experiment)
    assert experiment.curve().step.tolist()[-2:] == [20, 25]
    experiment.return_to(1)
    assert seen(experiment) == whole
    experiment.return_to(2)
    assert seen(experiment) == branched


def test_a_run_from_before_an_edit_is_a_branch_without_it(experiment):
    experiment.move(10)
    experiment.edit(slower)
    experiment.move(10)
    assert not experiment.leave(), "nothing lies ahead"
    experiment.seek(5)
    assert experiment.leave()
    experiment.move(15)
    assert (experiment.simulation.branch, experiment.scenario) == (2, scenario(3))
    experiment.return_to(1)
    assert (experiment.step_index, experiment.scenario) == (20, slower(scenario(3)))


def test_restarting_loses_nothing(experiment):
    experiment.move(15)
    whole = seen(experiment)
    experiment.restart()
    experiment.next_seed()
    experiment.move(2)
    assert experiment.curve().step.tolist() == [0, 2]
    experiment.return_to(1)
    assert seen(experiment) == whole


def test_undo_before_the_edit_that_it_would_take_back_changes_nothing(experiment):
    experiment.move(10)
    experiment.edit(to_tanh)
    experiment.move(10)
    experiment.seek(4)
    assert not experiment.undo()
    assert (experiment.step_index, len(experiment.simulation.branches)) == (4, 1)


def test_a_branch_that_memory_did_not_hold_is_told(experiment):
    with pytest.raises(vgtui.UserError, match="branch 7 is no longer held"):
        experiment.return_to(7)


def test_the_list_says_where_a_branch_began_what_was_edited_and_how_far_it_came(experiment):
    experiment.move(10)
    experiment.edit(slower)
    experiment.move(10)
    experiment.seek(7)
    experiment.edit(to_tanh)
    experiment.move(3)
    experiment.edit(slower)
    experiment.restart()
    restarted, edited, first = branch_items(experiment.simulation.branches)
    assert first.title.startswith("Branch 1, to step 20, loss 0.")
    assert first.summary == "The first run; at step 10 training.learning_rate: 0.001 → 0.0005"
    assert edited.title.startswith("Branch 2, to step 10, loss 0.")
    assert edited.summary == (
        "From step 7 of branch 1: activation of layers 0 to 1: sigmoid → tanh; "
        "at step 10 training.learning_rate: 0.001 → 0.0005"
    )
    assert (restarted.title, restarted.summary) == (
        "Branch 3, to step 0",
        "From step 0 of branch 2: the same settings.",
    )


def test_of_seeks_in_a_row_only_the_last_is_done_and_nothing_else_is_passed_over():
    seeks = [Seek(lambda work: None, step) for step in (1, 2)]
    assert superseded(seeks[0], seeks[1:])
    assert not superseded(seeks[0], [print, seeks[1]])
    assert not superseded(print, seeks)
    assert not superseded(seeks[1], [])
