"""A saved session where a command takes a scenario: the network as it was left, or a line that says what to give."""

from __future__ import annotations

import json

import pytest

import vgtui
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario, parse


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Seven updates of a small network; its path."""
    path = tmp_path_factory.mktemp("session") / "left.vgtui"
    simulation = vgtui.Simulation(load_scenario("zeros"))
    simulation.step(7)
    simulation.save(path)
    return path


def continued(steps):
    simulation = vgtui.Simulation(load_scenario("zeros"))
    simulation.step(7 + steps)
    return simulation


def test_a_saved_session_goes_on_where_the_run_ended(command, tmp_path):
    path = tmp_path / "trained.vgtui"
    assert command("run", "relu-he", "--steps", 5, "--save", path)[0] == 0
    session, simulation = vgtui.Simulation.load(path), vgtui.Simulation(load_scenario("relu-he"))
    simulation.step(5)
    assert session.step_index == 5
    assert session.step().loss == simulation.step().loss


def test_run_goes_on_where_a_session_was_left(command, session):
    code, out, err = command("run", session, "--steps", 3, "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [row["step"] for row in rows] == [8, 9, 10]
    assert rows[-1]["loss"] == continued(3).record.loss


def test_run_of_a_session_ends_where_its_epochs_end(command, session):
    updates = continued(0).updates_per_epoch
    out = command("run", session, "--format", "jsonl", "--set", "training.epochs=2")[1]
    assert [json.loads(line)["step"] for line in out.splitlines()] == list(range(8, 2 * updates + 1))


def test_a_session_is_edited_as_it_stands(command, session):
    rate = ("--set", "training.learning_rate=0.5")
    out = command("run", session, "--steps", 2, "--format", "jsonl", *rate)[1]
    edited = continued(0)
    edited.apply(set_value(edited.scenario, "training.learning_rate", 0.5))
    assert json.loads(out.splitlines()[-1])["loss"] == edited.step(2).loss != continued(2).record.loss


def test_what_was_run_on_from_a_session_is_saved_whole(command, session, tmp_path):
    assert command("run", session, "--steps", 2, "--save", tmp_path / "on.vgtui")[0] == 0
    further = vgtui.Simulation.load(tmp_path / "on.vgtui")
    assert further.step_index == 9
    assert further.seek(3).loss == continued(0).seek(3).loss


def test_a_name_under_which_no_session_is_opened_is_refused_before_anything_is_trained(command, tmp_path):
    code, out, err = command("run", "zeros", "--steps", 1, "--save", tmp_path / "kept")
    assert (code, out) == (2, "")
    assert err.startswith(f"vgtui: {tmp_path / 'kept'}: the name of a session must end with .vgtui")
    assert not any(tmp_path.iterdir())


def test_show_prints_the_scenario_in_a_session(command, session):
    code, out, err = command("show", session)
    assert (code, err) == (0, "")
    assert parse(out) == load_scenario("zeros")


@pytest.mark.parametrize(
    "words",
    [
        ["chain", "--weight", "2,0,0"],
        ["diagnose"],
        ["slope", "--points", "3"],
        ["paths"],
        ["spectrum"],
        ["lost"],
    ],
    ids=lambda words: words[0],
)
def test_what_looks_into_one_network_sees_it_as_the_session_left_it(command, session, words):
    name, *options = words
    seen = command(name, session, *options)
    assert seen[0] == 0
    assert seen == command(name, "zeros", *options, "--steps", 7)


def test_precision_compares_formats_on_the_weights_of_a_session(command, session):
    out = command("precision", session, "--format", "jsonl")[1]
    beginning = vgtui.Simulation(load_scenario("zeros"))
    beginning.set_parameters(continued(0).parameters)
    assert json.loads(out.splitlines()[0])["loss"] == beginning.measure().loss


def test_export_writes_the_weights_of_a_session(command, session):
    assert command("export", session, "--to", "pytorch", "--out", "-") == command(
        "export", "zeros", "--steps", 7, "--to", "pytorch", "--out", "-"
    )


@pytest.mark.parametrize("words", [["share"], ["theory"], ["cells"], ["run", "--seeds", "3"]])
def test_where_only_a_scenario_will_do_a_session_is_named_as_one(command, session, words):
    code, out, err = command(words[0], session, *words[1:])
    assert (code, out) == (2, "")
    assert err.startswith(f"vgtui: {session}: is a session")
    assert err.count("\n") == 1


def test_a_session_that_is_none_or_is_called_something_else_is_told(command, session, tmp_path):
    (tmp_path / "other.toml").write_bytes(session.read_bytes())
    (tmp_path / "broken.vgtui").write_bytes(session.read_bytes()[:500])
    line = f"vgtui: {tmp_path / 'other.toml'}: is a saved session or another archive, not a scenario\n"
    assert command("run", tmp_path / "other.toml") == (2, "", line)
    for name in ("broken.vgtui", "gone.vgtui"):
        code, out, err = command("run", tmp_path / name)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"vgtui: {tmp_path / name}: ")
