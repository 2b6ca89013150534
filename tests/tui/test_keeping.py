"""Whose a session is, what is offered, and what is thrown away."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from vgtui.scenario.errors import SessionError
from vgtui.scenario.library import load_scenario
from vgtui.tui import unfinished
from vgtui.tui.experiment import Experiment
from vgtui.tui.keeping import Keeper


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "vgtui" / "unfinished"


def complaints() -> tuple[list[str], Keeper]:
    told: list[str] = []
    return told, Keeper(lambda error: told.append(str(error)))


def cut_off(text: str = "a session", age: float = 0.0) -> Path:
    """A session whose process is gone."""
    claim = unfinished.claim_new()
    claim.path.write_text(text)
    os.utime(claim.path, (time.time() - age,) * 2)
    claim.give_up()
    return claim.path


def test_what_a_living_process_has_is_offered_to_nobody() -> None:
    claim = unfinished.claim_new()
    claim.path.write_text("mine")
    assert unfinished.claim_newest() is None
    assert unfinished.age_of_newest() is None
    claim.give_up()
    taken = unfinished.claim_newest()
    assert taken is not None
    assert taken.path == claim.path
    taken.discard()
    assert not list(claim.path.parent.iterdir())


def test_the_newest_is_taken_first() -> None:
    paths = [cut_off(age=age) for age in (50, 10, 30)]
    first, second = unfinished.claim_newest(), unfinished.claim_newest()
    assert first is not None
    assert second is not None
    assert [first.path, second.path] == [paths[1], paths[2]]


def test_of_many_the_oldest_are_thrown_away(folder: Path) -> None:
    paths = [cut_off(age=1000 - place) for place in range(unfinished.KEPT + 3)]
    (folder / f".{paths[-unfinished.KEPT - 1].name}-12345678").touch()
    unfinished.claim_new()
    assert sorted(folder.glob("*.vgtui")) == sorted(paths[-unfinished.KEPT :])
    assert not list(folder.glob(".*-12345678")), "what was left of writing one goes with it"


def test_a_damaged_session_is_refused_in_one_line_and_not_offered_again() -> None:
    path = cut_off("no session at all")
    _, keeper = complaints()
    assert "R goes on with it" in keeper.offer()
    with pytest.raises(SessionError) as error:
        keeper.adopt(lambda path: Experiment.resumed(path) and None)
    assert "\n" not in str(error.value)
    assert keeper.offer() == ""
    assert path.with_suffix(".damaged").exists()


def test_a_run_that_has_not_changed_is_not_written(folder: Path) -> None:
    told, keeper = complaints()
    run = Experiment.opened(load_scenario("width-1"))
    keeper.begin(run)
    keeper.look(run)
    keeper.finish()
    assert not folder.exists()
    run.step(3)
    assert keeper.due_in(run) == 0.0
    keeper.look(run)
    keeper.finish()
    assert len(list(folder.glob("*.vgtui"))) == 1
    assert keeper.due_in(run) == math.inf
    keeper.end(discard=True)
    assert not list(folder.iterdir())
    assert told == []


def test_what_cannot_be_written_is_told_once(folder: Path) -> None:
    folder.parent.mkdir()
    folder.touch()
    told, keeper = complaints()
    run = Experiment.opened(load_scenario("width-1"))
    for _ in range(2):
        run.step(1)
        keeper.rescue(run)
    assert len(told) == 1
    assert str(folder) in told[0]


def test_where_nothing_is_to_be_kept_nothing_is_touched(folder: Path) -> None:
    path = cut_off()
    keeper = Keeper(lambda error: None, active=False)
    run = Experiment.opened(load_scenario("width-1"))
    run.step(1)
    keeper.rescue(run)
    assert keeper.offer() == ""
    assert [found for found in folder.iterdir() if found.suffix == ".vgtui"] == [path]


def test_of_many_that_are_damaged_the_oldest_are_thrown_away(folder: Path) -> None:
    folder.mkdir(parents=True)
    paths = [folder / f"{place}.damaged" for place in range(unfinished.KEPT + 2)]
    for place, path in enumerate(paths):
        path.touch()
        os.utime(path, (time.time() - 1000 + place,) * 2)
    unfinished.claim_new()
    assert sorted(folder.glob("*.damaged")) == paths[2:]
