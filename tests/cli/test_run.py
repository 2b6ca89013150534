"""`vgtui run`: the numbers of the engine as lines of JSON or CSV, or as a table for people."""

from __future__ import annotations

import csv
import io
import json
import math

import pytest

import vgtui
from vgtui.cli.rows import scientific
from vgtui.scenario.library import load_scenario

LAYER_KEYS = [
    "index",
    "name",
    "weight_grad_norm",
    "delta_norm",
    "activation_mean",
    "activation_std",
    "saturated",
    "dead",
    "update_ratio",
    "weight_norm",
    "weight_grad_log10",
    "delta_log10",
]


@pytest.fixture
def rows(command):
    """Run `vgtui run` and read its JSON lines."""

    def run(*args):
        code, out, err = command("run", *args, "--format", "jsonl")
        assert (code, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    return run


def test_a_json_line_a_step_holds_the_numbers_of_the_simulation(rows):
    told = rows("relu-he", "--steps", 3)
    simulation = vgtui.Simulation(load_scenario("relu-he"))
    assert len(told) == 3
    for row in told:
        record, evaluation = simulation.step(), simulation.evaluate()
        assert list(row) == ["step", "epoch", "loss", "test_loss", "accuracy", "layers"]
        assert (row["step"], row["epoch"], row["loss"]) == (record.step, record.epoch, record.loss)
        assert (row["test_loss"], row["accuracy"]) == (evaluation.test_loss, record.accuracy)
        for layer, measured in zip(row["layers"], record.layers, strict=True):
            assert layer == {key: getattr(measured, key) for key in LAYER_KEYS}


def test_every_tells_only_those_steps_and_the_last_and_changes_no_number(rows):
    sparse, dense = rows("relu-he", "--steps", 10, "--every", 4), rows("relu-he", "--steps", 10)
    assert [row["step"] for row in sparse] == [4, 8, 10]
    assert sparse == [dense[3], dense[7], dense[9]]


def test_how_long_it_runs_is_said_in_steps_or_epochs_or_by_the_scenario(rows):
    assert rows("zeros", "--epochs", 2)[-1]["step"] == 14
    assert rows("zeros", "--set", "training.epochs=3")[-1]["step"] == 21
    full = rows("zeros", "--epochs", 3, "--set", "training.batch_size=full")
    assert [row["epoch"] for row in full] == [1.0, 2.0, 3.0]


def test_no_steps_at_all_measure_the_untrained_network(rows):
    (row,) = rows("keras-moons", "--steps", 0)
    assert row["step"] == 0
    assert row["loss"] == vgtui.Simulation(load_scenario("keras-moons")).measure().loss


def test_nan_and_infinity_are_strings_that_every_json_reader_takes(command):
    code, out, _ = command("run", "explodes", "--steps", 20, "--format", "jsonl")

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    told = [json.loads(line, parse_constant=refuse) for line in out.splitlines()]
    assert code == 0
    assert told[-1]["loss"] == "nan"
    assert rows_of("width-1", command)[0]["accuracy"] == "nan"
    assert rows_of("zeros", command)[0]["layers"][0]["weight_grad_log10"] == "-inf"


def rows_of(name, command):
    return [
        json.loads(line) for line in command("run", name, "--steps", 1, "--format", "jsonl")[1].splitlines()
    ]


def test_set_changes_the_scenario_that_is_run(rows):
    (row,) = rows(
        "zeros", "--steps", 0, "--set", "layers[0].repeat=1", "--set", "layers[0].init=xavier_normal"
    )
    assert len(row["layers"]) == 2
    assert row["layers"][0]["weight_norm"] > 0


def test_csv_has_a_line_for_every_layer_of_every_row(command):
    code, out, _ = command("run", "zeros", "--steps", 4, "--every", 2, "--format", "csv")
    table = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert list(table[0]) == ["step", "epoch", "loss", "test_loss", "accuracy", *LAYER_KEYS]
    assert [(row["step"], row["index"]) for row in table] == [(s, i) for s in "24" for i in "012"]


def test_a_table_has_about_twenty_rows_and_tells_every_layer_at_the_end(command):
    code, out, err = command("run", "keras-moons", "--steps", 200)
    head, tail = out.split("\n\n")
    assert (code, err) == (0, "")
    assert len(head.splitlines()) == 21
    assert len(tail.splitlines()) == 1 + 9
    assert len({len(line) for line in head.splitlines()}) == 1


@pytest.mark.parametrize(
    ("log10", "text"),
    [
        (0.0, "1.00e+00"),
        (-5.4855, "3.27e-06"),
        (-900.3, "5.01e-901"),
        (2.99999999, "1.00e+03"),
        (-math.inf, "0"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_outside_the_range_of_floats_are_still_told(log10, text):
    assert scientific(log10) == text


def test_a_file_is_written_whole_in_the_format_of_its_name(command, rows, tmp_path):
    path = tmp_path / "steps.jsonl"
    assert command("run", "zeros", "--steps", 3, "--out", path) == (0, "", "")
    assert [json.loads(line) for line in path.read_text().splitlines()] == rows("zeros", "--steps", 3)
    assert [entry.name for entry in tmp_path.iterdir()] == ["steps.jsonl"]


def test_standard_output_has_the_name_that_it_has_everywhere(command, rows, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    code, out, err = command("run", "zeros", "--steps", 3, "--out", "-", "--format", "jsonl")
    assert (code, err, [*tmp_path.iterdir()]) == (0, "", [])
    assert [json.loads(line) for line in out.splitlines()] == rows("zeros", "--steps", 3)


def test_a_recurrent_layers_gradient_is_told_for_every_time_step(rows):
    (row,) = rows("rnn-forgets", "--steps", 1)
    measured = vgtui.Simulation(load_scenario("rnn-forgets")).step().times[0].hidden_log10
    assert row["layers"][0]["time_grad_log10"] == measured.tolist()
    assert len(measured) == 40
    assert "time_grad_log10" not in row["layers"][1]


@pytest.mark.parametrize("seeds", [1, 2])
def test_a_table_has_no_nan_where_there_is_no_such_number(command, seeds):
    """No accuracy in a regression, and no test loss without test data."""
    line = ("run", "course-01-gradient", "--set", "data.test_fraction=0", "--steps", 2, "--seeds", seeds)
    code, out, _ = command(*line)
    assert code == 0
    assert "nan" not in out
    assert out.splitlines()[-4 if seeds == 1 else 2].count("—") == 2


@pytest.mark.parametrize("name", ["run", "lost", "chain", "theory", "precision"])
def test_a_layers_name_that_is_cut_short_in_a_table_has_a_mark(command, name):
    changes = ("layers[0].units=1024", "layers[0].activation=hard_sigmoid", "layers[0].repeat=2")
    long = [word for change in changes for word in ("--set", change)]
    code, out, _ = command(name, "width-1", *long, *(("--steps", 1) if name == "run" else ()))
    rows = [line for line in out.splitlines() if "1024" in line]
    assert code == 0
    assert rows
    assert all("hard_sigmoid" in row or "…" in row for row in rows)


@pytest.mark.parametrize("name", ["run.npz", "RUN.NPZ", "net.py"])
def test_a_file_that_export_writes_is_not_filled_with_a_table(command, tmp_path, name):
    code, _, err = command("run", "zeros", "--steps", 1, "--out", tmp_path / name)
    assert code == 2
    assert "`vgtui export`" in err
    assert not list(tmp_path.iterdir())
