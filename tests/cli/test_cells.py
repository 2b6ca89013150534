"""`vgtui cells`: three kinds of cell in one network, on standard output."""

from __future__ import annotations

import json
import math

import pytest

from vgtui.cli import invoke
from vgtui.engine.simulation import Simulation
from vgtui.scenario.library import load_scenario


def test_a_row_for_every_kind_and_a_star_at_the_scenarios_own(capsys):
    assert invoke(["cells", "lstm-forget-1"]) == 0
    heading, *rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert heading[-2:] == ["decades/step", "loss"]
    assert [row[1] for row in rows] == ["rnn", "lstm", "gru"]
    assert ["*" in row for row in rows] == [False, True, False]
    for row in rows:
        last, first, quotient, decades = map(float, row[-5:-1])
        assert quotient == pytest.approx(first / last, rel=0.02)
        assert decades == pytest.approx(math.log10(first / last) / 39, abs=2e-4)


def test_json_lines_hold_the_gradient_at_every_step_of_every_layer(capsys):
    changes = ("layers[0].repeat=2", "layers[0].return_sequences=true", "data.length=7")
    settings = [word for change in changes for word in ("--set", change)]
    assert invoke(["cells", "gru", "--steps", "3", "--format", "jsonl", *settings]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["cell"], row["layer"], row["own"]) for row in rows] == [
        (kind, layer, kind == "gru") for kind in ("rnn", "lstm", "gru") for layer in (0, 1)
    ]
    assert {(row["step"], len(row["time_grad_log10"])) for row in rows} == {(3, 7)}


def test_what_no_gradient_reaches_is_minus_infinity_as_text(capsys):
    assert invoke(["cells", "gru", "--format", "jsonl", "--set", "layers[0].truncate=2"]) == 0
    for line in capsys.readouterr().out.splitlines():
        row = json.loads(line)
        assert row["time_grad_log10"][:-2] == ["-inf"] * 38
        assert row["decades_per_step"] == pytest.approx(
            row["time_grad_log10"][-2] - row["time_grad_log10"][-1]
        )


def test_the_own_kinds_numbers_are_those_of_the_run(capsys):
    assert invoke(["cells", "gru", "--steps", "5", "--format", "jsonl"]) == 0
    own = json.loads(capsys.readouterr().out.splitlines()[2])
    record = Simulation(load_scenario("gru")).step(5)
    assert own["loss"] == record.loss
    assert own["time_grad_log10"] == record.times[0].hidden_log10.tolist()


@pytest.mark.parametrize("args", [["cells", "keras-moons"], ["cells", "zeros", "--steps", "3"]])
def test_a_network_without_recurrent_layers_gets_one_line(capsys, args):
    assert invoke(args) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        err
        == f"vgtui: {args[1]}: layers: there is no recurrent layer (rnn, lstm or gru) whose cells could be compared\n"
    )
