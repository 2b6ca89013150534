"""Findings for the panes: of the present state, only where wanted, only when something changed, and sparingly."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import msgspec
import pytest

import vgtui
from vgtui.analysis.attenuation import where_lost
from vgtui.scenario.edit import set_value
from vgtui.scenario.model import Weight
from vgtui.tui import findings
from vgtui.tui.experiment import Experiment
from vgtui.tui.findings import FINDERS, Finder, Findings


class Watched:
    """Findings of an experiment, looked at as the runner does."""

    def __init__(self) -> None:
        self.experiment = Experiment.opened(vgtui.load_scenario("keras-moons"))
        self.news = threading.Event()
        self.complaints: list[str] = []
        self.findings = Findings(self.news.set, self.complaints.append)

    def known(self, *names: str, training: bool = False) -> dict:
        """What there is once nothing is due or under way any more."""
        self.findings.want(frozenset(names))
        for _ in range(2000):
            found = dict(self.findings.look(self.experiment, training))
            is_fresh = all(each.step == self.experiment.step_index for each in found.values())
            is_due = self.findings.until_due(self.experiment, training) < float("inf")
            if set(found) == set(names) and is_fresh and not is_due:
                return found
            time.sleep(0.005)
        raise AssertionError(found)


@pytest.fixture
def watched() -> Iterator[Watched]:
    made = Watched()
    yield made
    assert not made.complaints


@pytest.fixture
def calls(monkeypatch) -> list[tuple[str, int]]:
    """A finder that only notes in which thread and at which step it was asked."""
    noted: list[tuple[str, int]] = []

    def find(sim, choice):
        noted.append((threading.current_thread().name, sim.step_index))
        return sim.step_index

    monkeypatch.setitem(FINDERS, "lost", Finder(find))
    return noted


def test_a_finding_is_that_of_the_analysis_and_says_of_which_step(watched):
    watched.experiment.step(3)
    found = watched.known("lost")["lost"]
    sim = vgtui.Simulation(vgtui.load_scenario("keras-moons"))
    sim.step(3)
    assert found.value == where_lost(sim)
    assert (found.step, found.scenario) == (3, sim.scenario)


def test_nothing_is_found_that_is_not_wanted_or_has_not_changed(watched, calls):
    assert watched.known() == {}
    assert not calls
    first = watched.known("lost")["lost"]
    assert watched.known("lost")["lost"] is first
    assert len(calls) == 1
    watched.experiment.step(1)
    assert watched.known("lost")["lost"].value == 1
    assert len(calls) == 2


def test_the_first_is_made_beside_the_run_and_a_light_one_then_in_its_thread(watched, calls):
    watched.known("lost")
    watched.experiment.step(1)
    watched.known("lost")
    here = threading.current_thread().name
    assert [name == here for name, _ in calls] == [False, True]


def test_what_takes_long_stays_beside_the_run(watched, calls, monkeypatch):
    monkeypatch.setattr(findings, "LIGHT", -1.0)
    watched.known("lost")
    watched.experiment.step(1)
    watched.known("lost")
    assert {name for name, _ in calls} == {"findings"}


def test_what_makes_networks_of_its_own_stays_beside_the_run_however_light(watched, calls, monkeypatch):
    monkeypatch.setitem(FINDERS, "lost", msgspec.structs.replace(FINDERS["lost"], apart=True))
    watched.known("lost")
    watched.experiment.step(1)
    watched.known("lost")
    assert [name for name, _ in calls] == ["findings", "findings"]


def test_no_finding_is_made_twice_within_the_interval(watched, calls, monkeypatch):
    monkeypatch.setattr(findings, "INTERVAL", 1e9)
    watched.known("lost")
    watched.experiment.step(1)
    found = watched.findings.look(watched.experiment, training=False)["lost"]
    assert (found.value, len(calls)) == (0, 1), "the older one stays, with its step"
    assert watched.findings.until_due(watched.experiment, training=False) > 1e8


def test_while_it_trains_findings_take_a_twentieth_of_the_time_at_most(watched, monkeypatch):
    monkeypatch.setattr(findings, "INTERVAL", 0.0)
    monkeypatch.setitem(FINDERS, "lost", Finder(lambda sim, choice: time.sleep(0.01)))
    watched.known("lost")
    watched.experiment.step(1)
    watched.known("lost")
    watched.experiment.step(1)
    assert watched.findings.until_due(watched.experiment, training=True) > 0.1
    assert watched.findings.until_due(watched.experiment, training=False) == 0.0


def test_what_takes_many_seconds_ends_when_another_network_is_opened(watched, monkeypatch):
    began, ended = threading.Event(), threading.Event()

    def find(sim, choice, go_on):
        began.set()
        while go_on():
            time.sleep(0.001)
        ended.set()

    monkeypatch.setitem(FINDERS, "theory", msgspec.structs.replace(FINDERS["theory"], find=find))
    watched.findings.want(frozenset({"theory"}))
    watched.findings.look(watched.experiment, training=False)
    assert began.wait(10)
    watched.experiment = Experiment.opened(vgtui.load_scenario("width-1"))
    watched.findings.look(watched.experiment, training=False)
    assert ended.wait(10)


def test_another_weight_is_told_of_at_once_where_it_matters(watched, monkeypatch):
    monkeypatch.setattr(findings, "INTERVAL", 1e9)
    places = []
    monkeypatch.setitem(
        FINDERS, "slope", Finder(lambda sim, choice: places.append(choice.weight), of=("weight",))
    )
    watched.known("slope", "lost")
    before = watched.findings.look(watched.experiment, training=False)["lost"]
    watched.experiment.choose(Weight(layer=2, row=1, column=4))
    after = watched.known("slope", "lost")
    assert places[-1] == Weight(layer=2, row=1, column=4)
    assert after["lost"] is before


def test_an_edit_keeps_the_older_finding_until_the_newer_is_there_and_another_network_none(watched):
    before = watched.known("lost")["lost"]
    watched.experiment.edit(lambda scenario: set_value(scenario, "layers[0].activation", "tanh"))
    kept = watched.findings.look(watched.experiment, training=False)["lost"]
    assert kept is before
    after = watched.known("lost")["lost"]
    assert after.scenario == watched.experiment.scenario != before.scenario
    watched.experiment = Experiment.opened(vgtui.load_scenario("width-1"))
    assert "lost" not in watched.findings.look(watched.experiment, training=False)


def test_what_cannot_be_found_says_why(watched, monkeypatch):
    def find(sim, choice):
        raise ValueError("no\nsuch thing")

    monkeypatch.setitem(FINDERS, "lost", Finder(find))
    found = watched.known("lost")["lost"]
    assert (found.value, found.failure) == (None, "ValueError: no such thing")


def test_what_is_quick_is_found_in_the_engine_s_thread_from_the_first_time_on(watched, calls, monkeypatch):
    monkeypatch.setitem(FINDERS, "lost", msgspec.structs.replace(FINDERS["lost"], quick=True))
    watched.known("lost")
    assert calls == [(threading.current_thread().name, 0)]
