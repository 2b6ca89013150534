"""The command line: data on standard output, one line for whatever is wrong, and the numbers of the engine."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import numpy as np
import pytest

import vgtui
from vgtui.cli.commands import command_line
from vgtui.cli.rows import scientific
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario, parse, preset_names

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


def test_list_names_every_preset_with_its_title(command):
    code, out, _ = command("list")
    titles = [line for line in out.splitlines() if ": " in line and not line.startswith(" ")]
    assert code == 0
    assert out.index("\nCourse:\n") < out.index("course-01-gradient: ")
    assert titles == [f"{name}: {load_scenario(name).title}" for name in preset_names()]


def test_show_prints_toml_that_is_the_scenario(command):
    code, out, _ = command("show", "skips")
    assert code == 0
    assert parse(out) == load_scenario("skips")


def test_the_list_of_commands_cuts_no_line_short(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = command("--help")
    lines = out.partition("Commands:\n")[2].splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == sorted(command_line.commands)
    assert all(line.endswith(".") and not line.endswith("...") for line in lines)


def test_version_and_help_are_told_for_every_command(command):
    assert command("--version") == (0, f"vgtui, version {vgtui.__version__}\n", "")
    for word in ("", "run", "list", "show", "check", "chain", "zeros"):
        code, out, err = command(*word.split(), "--help")
        told = "vgtui" if word in ("", "zeros") else f"vgtui {word}"
        assert (code, err) == (0, "")
        assert out.startswith(f"Usage: {told} [OPTIONS]")


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["zeross"], "zeross: no such command, preset or file; did you mean 'zeros'?"),
        (["chek"], "chek: no such command, preset or file; did you mean 'check'?"),
        (["no.toml"], "no.toml: no such file"),
        (["run.toml"], "run.toml: no such file"),
        (["zeros", "ones"], "Got unexpected extra argument (ones) (see vgtui --help)"),
        (["--loud"], "No such option"),
        (["run"], "Missing argument 'SCENARIO' (see vgtui run --help)"),
        (["run", "zeross"], "zeross: no such preset or file; did you mean 'zeros'?"),
        (["run", "zeros", "--steps", "-1"], "Invalid value for '--steps'"),
        (["run", "zeros", "--steps", "1", "--epochs", "1"], "--steps and --epochs exclude each other"),
        (["run", "zeros", "--format", "xml"], "Invalid value for '--format'"),
        (["run", "zeros", "--set", "seed"], "--set: 'seed' is not written key=value"),
        (["run", "zeros", "--set", "trainin.lr=1"], "--set: trainin: unknown key; did you mean 'training'?"),
        (["run", "zeros", "--set", "layers[0].skip=1"], "vgtui: zeros: layers[0].skip: "),
        (["theory", "zeros", "--set", "layers[0].skip=1"], "vgtui: zeros: layers[0].skip: "),
        (["compare", "zeros", "--set-b", "layers[0].skip=1"], "vgtui: zeros: layers[0].skip: "),
        (
            ["run", "zeros", "--out", "no/where.csv"],
            "no/where.csv: cannot be written: No such file or directory",
        ),
        (["run", "zeros", "--save", "no/where.vgtui"], "no/where.vgtui: no such folder to save into"),
        (["show", "/dev/zero"], "/dev/zero: is not a regular file"),
        (["check"], "Missing argument 'FILE...'"),
        (["zeros", "--once", "80"], "'80' is not WIDTHxHEIGHT such as 120x40"),
        (["zeros", "--once", "80x9999"], "'80x9999' is not within 1x1 and 500x300"),
        (["zeros", "--steps", "3"], "--steps goes with --once"),
        (["chain", "zeros", "--weight", "0,0"], "'0,0' is not layer,row,column such as 0,0,1"),
        (["chain", "zeros", "--weight", "9,0,0"], "vgtui: zeros: there is no layer 9; layers go from 0 to 2"),
        (["chain", "zeros", "--weight", "0,0,2"], "no input neuron 2"),
        (
            ["chain", "gru", "--place", "40"],
            "vgtui: gru: layer 0 has no time step 40; time steps go from 0 to 39",
        ),
        (["chain", "zeros", "--sample", "32"], "the batch has no sample 32"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_a_person_gets_wrong_is_answered_in_one_line_and_exit_code_2(args, line, command):
    code, out, err = command(*args)
    assert (code, out) == (2, "")
    assert err.startswith("vgtui: ")
    assert err.count("\n") == 1
    assert line in err


@pytest.mark.parametrize(
    "args",
    [
        *(["run", "zeros", option] for option in ("--steps", "--epochs", "--every")),
        *([word, "zeros", "--steps"] for word in ("diagnose", "chain", "compare")),
        ["zeros", "--once", "80x24", "--steps"],
    ],
    ids=" ".join,
)
def test_nothing_is_begun_that_could_never_end(args, command):
    code, out, err = command(*args, "9" * 20)
    assert (code, out) == (2, "")
    assert f"{'9' * 20} is not in the range" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "opened"),
    [
        ([], ("keras-moons", 256)),
        (["zeros"], ("zeros", 256)),
        (["./run"], ("./run", 256)),
        (["a.vgtui"], ("a.vgtui", 256)),
        (["zeros", "--history-megabytes", "1.5"], ("zeros", 1.5)),
    ],
)
def test_any_other_first_word_is_the_scenario_that_the_app_opens(
    args, opened, command, monkeypatch, tmp_path
):
    asked = []
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run").write_text('[[layers]]\ntype = "dense"\nunits = 1\nactivation = "sigmoid"\n')
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    def launch(scenario, *, history_megabytes, **wishes):
        asked.append((scenario, history_megabytes))
        return 0

    monkeypatch.setattr("vgtui.cli.open.launch", launch)
    assert command(*args)[0] == 0
    assert asked == [opened]


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


def test_a_file_is_written_whole_in_the_format_of_its_name(command, rows, tmp_path):
    path = tmp_path / "steps.jsonl"
    assert command("run", "zeros", "--steps", 3, "--out", path) == (0, "", "")
    assert [json.loads(line) for line in path.read_text().splitlines()] == rows("zeros", "--steps", 3)
    assert [entry.name for entry in tmp_path.iterdir()] == ["steps.jsonl"]


def test_a_saved_session_goes_on_where_the_run_ended(command, tmp_path):
    path = tmp_path / "trained.vgtui"
    assert command("run", "relu-he", "--steps", 5, "--save", path)[0] == 0
    session, simulation = vgtui.Simulation.load(path), vgtui.Simulation(load_scenario("relu-he"))
    simulation.step(5)
    assert session.step_index == 5
    assert session.step().loss == simulation.step().loss


def test_check_answers_for_each_file_and_fails_if_one_does(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    wide = set_value(load_scenario("skips"), "layers[0].units", 7)
    paths = {name: Path(f"{name}.toml") for name in ("good", "wide", "torn", "far")}
    vgtui.scenario.library.save(load_scenario("skips"), paths["good"])
    vgtui.scenario.library.save(wide, paths["wide"])
    paths["torn"].write_text("title = ")
    vgtui.scenario.library.save(set_value(load_scenario("zeros"), "view.weight.column", 1), paths["far"])
    paths["far"].write_text(paths["far"].read_text().replace("column = 1", "column = 2"))
    code, out, err = command("check", *paths.values())
    assert code == 2
    assert out.startswith(
        f"{paths['good']}: ok, 9 layers, 811 parameters, 200 training and 50 test samples of 2 numbers, "
    )
    assert re.search(r", \d+ KB of memory\n$", out)
    wrong = err.splitlines()
    assert wrong[0].startswith(f"vgtui: {paths['wide']}: layers[1].skip: ")
    assert wrong[1].startswith(f"vgtui: {paths['torn']}: not valid TOML")
    assert (
        wrong[2]
        == f"vgtui: {paths['far']}: view.weight: layer 0 has no input neuron 2; columns go from 0 to 1"
    )
    assert command("check", paths["good"], "keras-moons")[0] == 0


def test_check_reads_the_data_file_beside_the_scenario(command, tmp_path):
    text = '[data]\nsource = "file"\nfile = "n.csv"\ntarget = "y"\n[[layers]]\ntype = "dense"\nunits = 1\n'
    (tmp_path / "mine.toml").write_text(text + 'activation = "linear"\n[training]\nloss = "mse"\n')
    code, out, err = command("check", tmp_path / "mine.toml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "n.csv" in err
    (tmp_path / "n.csv").write_text("x,y\n" + "".join(f"{x},{x * x + 0.5}\n" for x in range(20)))
    assert command("check", tmp_path / "mine.toml")[0] == 0


IMAGES = """[data]
source = "file"
file = "images.npz"
[[layers]]
type = "conv"
filters = 2
kernel = 2
[[layers]]
type = "dense"
units = 3
activation = "softmax"
[training]
loss = "cross_entropy"
"""


def test_rgb_images_with_their_channels_last_and_one_hot_targets_are_learned_from(command, tmp_path):
    path = tmp_path / "images.toml"
    path.write_text(IMAGES)
    classes = np.arange(20) % 3
    np.savez(tmp_path / "images.npz", x=np.random.default_rng(1).random((20, 6, 5, 3)), y=np.eye(3)[classes])
    code, out, err = command("check", path)
    assert (code, err) == (0, "")
    assert "16 training and 4 test samples of 3 channels of 6 x 5 numbers" in out
    simulation = vgtui.Simulation(load_scenario(path))
    assert simulation.parameters["0.weight"].shape == (2, 3, 2, 2)
    data = zip(simulation.train_data, simulation.test_data, strict=True)
    inputs, targets = map(np.concatenate, data)
    with np.load(tmp_path / "images.npz") as archive:
        images = archive["x"].transpose(0, 3, 1, 2).reshape(20, -1)
        assert {*map(bytes, np.hstack([images, archive["y"]]))} == {*map(bytes, np.hstack([inputs, targets]))}


def test_columns_that_are_not_one_hot_are_told_where_classes_are_needed(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = Path("images.toml")
    path.write_text(IMAGES)
    np.savez(tmp_path / "images.npz", x=np.ones((20, 6, 5, 3)), y=np.ones((20, 3)))
    assert command("check", path) == (
        2,
        "",
        f"vgtui: {path}: training.loss: cross_entropy needs classes, and the 3 target columns, not one-hot (one 1"
        " and else 0 in a row), are for regression; use mean_squared_error\n",
    )


def test_chain_prints_factors_whose_product_is_the_weights_gradient(command):
    code, out, _ = command("chain", "keras-moons", "--weight", "0,3,1", "--steps", 2)
    lines = [line.split() for line in out.splitlines()]
    entries = [float(line[-1]) for line in lines if line[:1] in (["activation"], ["slope"])]
    gains = [float(line[8]) for line in lines if line[:1] == ["layer"]]
    last = {line[0]: float(line[-1]) for line in lines if line and line[0] in ("product", "gradient")}
    simulation = vgtui.Simulation(load_scenario("keras-moons"))
    simulation.step(2)
    assert code == 0
    assert len(gains) == 9
    assert math.prod(gains) * math.prod(entries) == pytest.approx(last["product"], rel=1e-4)
    assert (
        last["product"] == last["gradient"] == pytest.approx(simulation.gradients["0.weight"][3, 1], rel=1e-8)
    )
    assert out.count("the culprit") == 1


def test_chain_tells_what_dropout_and_penalties_do_only_where_there_are_any(command):
    plain = command("chain", "keras-moons")[1]
    assert "dropout" not in plain
    assert "penalty" not in plain
    changed = ("--set", "layers[0].dropout=0.5", "--set", "training.l2=0.01")
    code, out, _ = command("chain", "keras-moons", *changed)
    last = {line.rsplit(None, 1)[0]: float(line.rsplit(None, 1)[1]) for line in out.splitlines()[-4:]}
    assert code == 0
    assert "dropout gain" in out
    assert last["penalty on the weight"] == pytest.approx(0.02 * float(out.split()[6].rstrip(",")), rel=1e-4)
    assert last["product and penalty"] == last["gradient entry"]


def test_chain_takes_the_scenarios_own_weight_and_one_sample_where_asked(command):
    assert "weight[0, 1] of layer 0" in command("chain", "keras-moons")[1]
    assert "over sample 3 of the batch" in command("chain", "keras-moons", "--sample", 3)[1]


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


def test_a_recurrent_layers_gradient_is_told_for_every_time_step(rows):
    (row,) = rows("rnn-forgets", "--steps", 1)
    measured = vgtui.Simulation(load_scenario("rnn-forgets")).step().times[0].hidden_log10
    assert row["layers"][0]["time_grad_log10"] == measured.tolist()
    assert len(measured) == 40
    assert "time_grad_log10" not in row["layers"][1]


def test_a_recurrent_weight_is_addressed_over_inputs_and_state(command):
    code, out, err = command("chain", "gru", "--weight", "0,59,25")
    assert (code, err) == (0, "")
    assert "20 gru" in out
    assert "layer 0 has no output neuron 60" in command("chain", "gru", "--weight", "0,60,0")[2]


@pytest.mark.parametrize("megabytes", ["nan", "inf", "1e308", "0", "-1"])
def test_an_amount_of_memory_that_is_none_is_refused(command, megabytes):
    for args in (("run", "zeros", "--memory", megabytes), ("zeros", "--history-megabytes", megabytes)):
        code, out, err = command(*args)
        assert (code, out, err.count("\n")) == (2, "", 1)
        assert args[-2] in err
    assert command("zeros", "--refresh", "nan")[0] == 2


def test_memory_that_was_allowed_and_is_not_there_is_one_line(command, monkeypatch):
    def take(count):
        raise MemoryError(f"Unable to allocate {count} bytes")

    monkeypatch.setattr("vgtui.engine.memory._aligned", take)
    code, out, err = command("run", "zeros", "--steps", "1")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("vgtui: out of memory: Unable to allocate ")
