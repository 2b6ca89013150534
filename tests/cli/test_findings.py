"""`vgtui lost`, `paths`, `spectrum` and `slope`: the findings of the analysis, in full and in a table."""

from __future__ import annotations

import json
import math

import pytest

import vgtui
from vgtui.scenario.edit import set_from_text

SMALL = ("--set", "layers[0].repeat=3")


@pytest.fixture
def rows(command):
    """Run a command that prints JSON lines, and read them."""

    def run(*args):
        code, out, err = command(*args, "--format", "jsonl")
        assert (code, err) == (0, "")
        return [json.loads(line) for line in out.splitlines()]

    return run


def trained(steps, *changes):
    """The default preset after some updates."""
    sim = vgtui.Simulation(set_from_text(vgtui.load_scenario("keras-moons"), *changes))
    sim.step(steps)
    return sim


def test_lost_has_a_line_for_every_layer_whose_parts_add_up(rows, command):
    found = rows("lost", "keras-moons", "--steps", 2)
    deltas = trained(2).record.column("delta_log10")
    assert [row["layer"] for row in found] == list(range(9))
    parts = ("weights", "slopes", "normalization", "dropout", "skip", "memory", "alignment")
    for row in found:
        assert math.isclose(sum(row[part] for part in parts), row["total"], abs_tol=1e-12)
        assert math.isclose(row["delta_log10"], deltas[row["layer"]], abs_tol=1e-12)
    assert found[0]["cause"] == "slopes"
    table = command("lost", "keras-moons", "--steps", 2)[1].splitlines()
    assert len(table) == 11
    assert table[1].startswith("layer 1 to 0 10 sigmoid")
    assert sum("<- the culprit" in line for line in table) == 1
    assert table[-1].split()[2] == f"{deltas[0] - deltas[-1]:.4f}"


def test_lost_follows_a_recurrent_layer_through_time(rows, command):
    found = rows("lost", "lstm-forget-0", "--set", "data.length=6")
    assert [row["time"] for row in found if row["time"] is not None] == list(range(5))
    assert "layer 0 through time" in command("lost", "lstm-forget-0", "--set", "data.length=6")[1]
    assert "-0.0000" not in command("lost", "gru", "--set", "data.length=6")[1]


def test_paths_add_up_to_the_gradient(rows, command):
    whole, *strongest = rows("paths", "keras-moons", "--weight", "0,3,1", "--steps", 2, "--strongest", 3)
    sim = trained(2)
    assert whole["count"] == 32 * 10**7
    assert math.isclose(whole["total"], sim.gradients["0.weight"][3, 1], rel_tol=1e-9)
    assert len(strongest) == 3
    first = strongest[0]
    factors = [step[-1] for step in first["steps"]]
    assert math.isclose(math.prod(factors) * first["loss_slope"], first["contribution"], rel_tol=1e-12)
    code, out, _ = command("paths", "keras-moons", "--weight", "0,3,1", "--sample", 4)
    assert code == 0
    assert "over sample 4 of the batch" in out
    assert "10,000,000" in out


def test_a_count_that_json_cannot_hold_is_written_out(rows, command):
    deep = ("--set", "layers[0].repeat=60")
    whole = rows("paths", "keras-moons", *deep, "--strongest", 0)
    assert whole[0]["count"] == str(32 * 10**59)
    out = command("paths", "keras-moons", *deep)[1]
    assert "3.20e+60" in out
    assert " ... " in out


def test_spectrum_has_the_singular_values_of_every_layer_and_of_the_whole(rows, command):
    found = rows("spectrum", "keras-moons", *SMALL, "--sample", 1)
    assert [row["layer"] for row in found] == [0, 1, 2, 3, None]
    assert [len(row["singular_log10"]) for row in found] == [2, 10, 10, 1, 1]
    told = vgtui.spectrum(vgtui.Simulation(set_from_text(vgtui.load_scenario("keras-moons"), SMALL[1])), 1)
    assert found[-1]["singular_log10"] == told.whole.log10.tolist()
    table = command("spectrum", "keras-moons", *SMALL)[1].splitlines()
    assert len(table) == 7
    assert table[5].startswith("input to output")
    assert "█" in table[2]


def test_slope_has_the_curve_the_tangent_and_the_step(rows, command):
    (found,) = rows("slope", "keras-moons", "--weight", "8,0,3", "--points", 9, "--steps", 2)
    sim = trained(2)
    before = sim.parameters["8.weight"][0, 3]
    record = sim.step()
    assert found["weight"] == before
    assert found["loss"] == record.loss
    assert found["gradient"] == sim.gradients["8.weight"][0, 3]
    assert found["step"] == sim.parameters["8.weight"][0, 3] - before
    assert len(found["values"]) == len(found["losses"]) == len(found["tangent"]) == 9
    table = command("slope", "keras-moons", "--points", 9)[1].splitlines()
    assert table[0].startswith("weight[0, 1] of layer 0 = ")
    assert sum(line.endswith("<- now") for line in table) == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["paths", "zeros", "--weight", "0,0"], "'0,0' is not layer,row,column such as 0,0,1"),
        (["paths", "zeros", "--weight", "9,0,0"], "there is no layer 9; layers go from 0 to 2"),
        (["paths", "zeros", "--sample", "32"], "the batch has no sample 32"),
        (["slope", "zeros", "--weight", "0,0,2"], "no input neuron 2"),
        (["spectrum", "zeros", "--sample", "32"], "the batch has no sample 32"),
        (["lost", "nowhere"], "nowhere"),
    ],
)
def test_what_is_not_there_is_one_line(command, args, said):
    code, out, err = command(*args)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", ["lost", "paths", "spectrum", "slope"])
def test_a_network_that_is_not_finite_is_told_as_it_is(command, name):
    changes = ("training.optimizer=sgd", "training.learning_rate=1000", "layers[0].gain=1000")
    args = [word for change in changes for word in ("--set", change)]
    code, out, err = command(name, "explodes", *args, "--steps", 40, "--format", "jsonl")
    assert (code, err) == (0, "")
    assert '"nan"' in out
    for line in out.splitlines():
        json.loads(line, parse_constant=pytest.fail)


def test_no_path_asked_for_leaves_no_heading_behind(command):
    code, out, _ = command("paths", "width-1", "--strongest", 0)
    assert code == 0
    assert "contribution" not in out
    assert "contribution" in command("paths", "width-1", "--strongest", 1)[1]
