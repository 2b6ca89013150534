"""The command line: what it lists and tells of itself, and one line for whatever is wrong."""

from __future__ import annotations

import pytest

import vgtui
from vgtui.cli.commands import command_line
from vgtui.scenario.library import load_scenario, parse, preset_names


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
    changed = command("show", "skips", "--set", "training.learning_rate=0.5")[1]
    assert parse(changed).training.learning_rate == 0.5


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
        (["zeros", "ones"], "Got unexpected extra argument (ones) (see vgtui SCENARIO --help)"),
        (["--loud"], "No such option"),
        (["run"], "Missing argument 'SCENARIO' (see vgtui run --help)"),
        (["run", "zeross"], "zeross: no such preset or file; did you mean 'zeros'?"),
        (["run", "zeros", "--steps", "-1"], "Invalid value for '--steps': must be an integer from 0 to "),
        (["run", "zeros", "--steps", "1e3"], "not '1e3' (see vgtui run --help)"),
        (["run", "zeros", "--steps"], "Option '--steps' requires an argument (see vgtui run --help)"),
        (["slope", "zeros", "--points", "2"], "must be an integer from 3 to 10001, not '2'"),
        (["zeros", "--memory", "nan"], "must be a number above 0 and at most 1e+09, not 'nan'"),
        (["RUN"], "RUN: no such command, preset or file; did you mean 'run'?"),
        (["show", ""], "vgtui: the name of the scenario is empty"),
        (["zeros", "--refresh", "0"], "must be a number from 0.1 to 60, not '0' (see vgtui SCENARIO --help)"),
        (["run", "zeros", "--steps", "1", "--epochs", "1"], "--steps and --epochs exclude each other"),
        (["run", "zeros", "--format", "xml"], "Invalid value for '--format'"),
        (["run", "zeros", "--set", "seed"], "--set: 'seed' is not written key=value"),
        (["run", "zeros", "--set", "trainin.lr=1"], "--set: trainin: unknown key; did you mean 'training'?"),
        (["run", "zeros", "--set", "lr=1"], "lr: unknown key; did you mean 'training.learning_rate'?"),
        (
            ["run", "zeros", "--set", "data.lr=1"],
            "data.lr: unknown key; did you mean 'training.learning_rate'?",
        ),
        (["run", "zeros", "--set", "units=1"], "units: unknown key; did you mean 'layers[0].units'?"),
        (["run", "zeros", "--set", "layers.0.units=1"], "layers.0: which entry? write layers[0]"),
        (["run", "zeros", "--set", "layers.units=1"], "layers.units: which entry? write layers[0].units"),
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


@pytest.mark.parametrize("args", [["check"], ["run"], ["zeros"], ["show"]], ids=" ".join)
def test_a_name_that_a_terminal_would_obey_is_written_out(args, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    err = command(*args, "\x1b[2J\x07\udcff.toml")[2]
    assert err.rstrip("\n").isprintable()
    assert "\\x1b[2J\\x07\\udcff.toml" in err
    (tmp_path / "\x1b[2J\x07.toml").write_text(
        '[[layers]]\ntype = "dense"\nunits = 1\nactivation = "sigmoid"\n'
    )
    assert command("check", "\x1b[2J\x07.toml")[1].startswith("\\x1b[2J\\x07.toml: ok, ")


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
    assert f"must be an integer from {int('epochs' in args[-1] or 'every' in args[-1])} to " in err
    assert "9" * 20 in err
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
