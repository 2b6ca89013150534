"""`vgtui compare`: two networks beside each other on standard output."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario, save

RATE = ("--set-b", "training.learning_rate=0.5")


def test_the_table_lists_the_settings_that_differ_and_marks_the_numbers_that_do(command):
    code, out, _ = command("compare", "keras-moons", "relu-he", "--steps", "2")
    assert code == 0
    assert "activation of layers 0 to 7: sigmoid ≠ relu" in out
    assert "batch loss" in out
    rows = [line.split() for line in out.split("B/A\n")[-1].splitlines()]
    assert len(rows) == 9
    assert all(row[-1] == "≠" for row in rows)
    first = rows[0]
    assert first[:6] == ["0", "10", "sigmoid", "0", "10", "relu"]
    assert float(first[-2]) == pytest.approx(float(first[-3]) / float(first[-4]), rel=0.02)


def test_what_is_the_same_is_not_marked(command):
    code, out, _ = command("compare", "keras-moons", "--steps", "1", *RATE)
    assert code == 0
    assert "training.learning_rate: 0.001 ≠ 0.5" in out
    rows = out.split("B/A\n")[-1].splitlines()
    assert all(row.endswith("1.00e+00") for row in rows)
    assert "the same settings" in command("compare", "keras-moons", "--steps", "0")[1]


def test_json_holds_both_sides_as_run_tells_them(command):
    code, out, _ = command("compare", "keras-moons", "--steps", "3", "--format", "jsonl", *RATE)
    told = json.loads(out)
    assert code == 0
    assert told["differences"] == [{"setting": "training.learning_rate", "a": "0.001", "b": "0.5"}]
    record = Simulation(load_scenario("keras-moons")).step(3)
    assert told["a"]["loss"] == record.loss
    assert [layer["weight_grad_log10"] for layer in told["a"]["layers"]] == record.column(
        "weight_grad_log10"
    ).tolist()
    assert told["layers"][0]["ratio_log10"] == pytest.approx(
        told["b"]["layers"][0]["weight_grad_log10"] - told["a"]["layers"][0]["weight_grad_log10"]
    )


def test_csv_has_the_lines_of_both_sides(command):
    _, out, _ = command("compare", "keras-moons", "--steps", "1", "--format", "csv", *RATE)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["side"] for row in rows] == ["a"] * 9 + ["b"] * 9
    assert [row["index"] for row in rows] == [*map(str, range(9))] * 2
    assert command("run", "keras-moons", "--steps", "1", "--format", "csv")[1].splitlines()[1] == ",".join(
        [*rows[0].values()][1:]
    )


def test_b_has_the_seed_of_a_unless_it_is_given_one(command):
    own = command("compare", "keras-moons", "relu-he", "--steps", "0", "--set", "seed=5")[1]
    assert "seed" not in own
    assert "seed: 42 ≠ 7" in command("compare", "keras-moons", "--steps", "0", "--set-b", "seed=7")[1]


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["keras-moons", "--set-b", "training.x=1"], "--set-b: training.x: unknown key"),
        (["keras-moons", "nowhere"], "nowhere"),
        (["run.vgtui"], "run.vgtui: is a session; two scenarios are compared, each from its first draw"),
    ],
)
def test_what_cannot_be_compared_gets_one_line(command, args, said):
    code, out, err = command("compare", *args)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


def test_a_fault_is_said_of_the_file_that_it_is_in(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wrong = Path("wrong.toml")
    save(set_value(load_scenario("zeros"), "layers[0].skip", 1), wrong)
    for args in (("relu-he", wrong), (wrong, "relu-he")):
        code, out, err = command("compare", *args, "--steps", 1)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert err.startswith(f"vgtui: {wrong}: layers[0].skip: ")


def test_each_network_is_built_once(command, monkeypatch):
    built, build = [], Simulation.begin_again
    monkeypatch.setattr(Simulation, "begin_again", lambda sim, *how: (built.append(how), build(sim, *how))[1])
    assert command("compare", "zeros", "relu-he", "--steps", 1)[0] == 0
    assert len(built) == 2


def test_on_a_terminal_the_app_opens_with_both(command, monkeypatch):
    opened = []
    monkeypatch.setattr("vgtui.cli.compare.is_at_a_terminal", lambda: True)
    monkeypatch.setattr("vgtui.cli.compare.launch", lambda name, **wishes: opened.append((name, wishes)) or 0)
    code, out, _ = command("compare", "keras-moons", "relu-he", "--set-b", "training.learning_rate=0.1")
    assert (code, out) == (0, "")
    ((name, wishes),) = opened
    assert name == "keras-moons"
    assert wishes["start"] == load_scenario("keras-moons")
    assert (wishes["against"].title, wishes["against"].training.rate) == (load_scenario("relu-he").title, 0.1)
    assert command("compare", "keras-moons", "--steps", "0")[1].startswith("A  ")
    assert len(opened) == 1
