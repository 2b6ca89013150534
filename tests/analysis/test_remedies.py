"""Remedies are ranked by what they did, and what is told of them is what one finds by hand."""

from __future__ import annotations

import numpy as np
import pytest

from vgtui.analysis.remedies import try_remedies
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario, preset_names
from vgtui.scenario.model import Data, Gru, Lstm, Scenario
from vgtui.scenario.remedies import REMEDIES, fitting

BEFORE, STEPS = 20, 150


@pytest.fixture(scope="module")
def ill() -> Simulation:
    simulation = Simulation(load_scenario("keras-moons"))
    simulation.step(BEFORE)
    return simulation


@pytest.fixture(scope="module")
def done() -> list[float]:
    return []


@pytest.fixture(scope="module")
def trials(ill, done):
    return try_remedies(ill, STEPS, progress=done.append)


def by_hand(scenario: Scenario | None) -> Simulation:
    simulation = Simulation(load_scenario("keras-moons"))
    simulation.step(BEFORE)
    if scenario is not None:
        simulation.apply(scenario)
    simulation.step(STEPS)
    return simulation


def test_the_first_remedy_did_what_it_does_by_hand_and_it_helps(trials):
    first = trials.trials[0]
    treated, untreated = by_hand(first.scenario), by_hand(None)
    assert first.after.loss == treated.evaluate().train_loss
    assert first.after.accuracy == treated.evaluate().train_accuracy
    assert trials.unchanged.loss == untreated.evaluate().train_loss
    deltas = treated.measure().column("delta_log10")
    assert first.after.decades_lost == deltas[-1] - deltas[0]
    assert treated.evaluate().train_loss < 0.5 * untreated.evaluate().train_loss
    assert abs(first.after.decades_lost) < 2.0 < trials.unchanged.decades_lost
    assert trials.helps(first)


def test_the_time_to_half_the_loss_of_guessing_is_when_it_was_first_seen(trials):
    first = trials.trials[0]
    assert trials.target_loss == pytest.approx(np.log(2) / 2, rel=1e-2)
    simulation = Simulation(load_scenario("keras-moons"))
    simulation.step(BEFORE)
    simulation.apply(first.scenario)
    simulation.step(first.after.reached)
    assert simulation.evaluate().train_loss <= trials.target_loss
    simulation.back(STEPS // 10)
    assert simulation.evaluate().train_loss > trials.target_loss
    assert trials.unchanged.reached is None


def test_they_are_ranked_by_the_loss_that_they_reached(trials):
    losses = [trial.after.loss for trial in trials.trials]
    assert losses == sorted(losses)
    assert {trial.name for trial in trials.trials} == {
        remedy.name for remedy, _ in fitting(load_scenario("keras-moons"))
    }


def test_progress_goes_to_the_end_and_the_simulation_stays_as_it_was(trials, ill, done):
    assert done == sorted(done)
    assert done[-1] == pytest.approx(1.0)
    twin = Simulation(load_scenario("keras-moons"))
    twin.step(BEFORE)
    assert ill.step_index == BEFORE
    assert all(np.array_equal(values, ill.parameters[name]) for name, values in twin.parameters.items())


def test_cancelled_trials_give_back_what_is_done(ill):
    assert try_remedies(ill, STEPS, cancelled=lambda: True).trials == ()
    looks = iter(range(10**6))
    few = try_remedies(ill, STEPS, cancelled=lambda: next(looks) > 60).trials
    assert 0 < len(few) < len(fitting(ill.scenario))


def test_what_overflows_comes_last():
    simulation = Simulation(load_scenario("explodes"))
    trials = try_remedies(simulation, 40)
    assert np.isnan(trials.unchanged.loss)
    finite = [bool(np.isfinite(trial.after.loss)) for trial in trials.trials]
    assert finite == sorted(finite, reverse=True)
    assert finite[0]


def test_every_remedy_fits_some_network_and_changes_it():
    scenarios = [load_scenario(name) for name in preset_names()]
    scenarios.append(set_value(scenarios[0], "training.l2", 0.1))
    recall = Data(source="recall", length=5)
    scenarios.append(load_scenario("gru"))
    scenarios += [
        Scenario(
            data=recall,
            layers=(layer, *load_scenario("gru").layers[1:]),
            training=load_scenario("gru").training,
        )
        for layer in (Lstm(units=3), Gru(units=3))
    ]
    for remedy in REMEDIES:
        made = [remedy.applied(scenario) for scenario in scenarios]
        unlike = [new for old, new in zip(scenarios, made, strict=True) if new is not None and new != old]
        if remedy.name != "a constant learning rate":  # no preset has another
            assert unlike, remedy.name


def test_skips_are_laid_around_convolutions_that_keep_their_shape():
    edited = {remedy.name: made for remedy, made in fitting(load_scenario("digits-deep-cnn"))}["skips"]
    assert [getattr(layer, "skip", None) for _, layer in edited.expanded()] == [
        None,
        *[1] * 7,
        None,
        *[1] * 8,
        None,
    ]
    Simulation(edited).step()
