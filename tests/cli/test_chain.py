"""`vgtui chain`: the factors of one weight, whose product is its gradient."""

from __future__ import annotations

import json
import math

import pytest

import vgtui
from vgtui.scenario.library import load_scenario


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


def test_a_recurrent_weight_is_addressed_over_inputs_and_state(command):
    code, out, err = command("chain", "gru", "--weight", "0,59,25")
    assert (code, err) == (0, "")
    assert "20 gru" in out
    assert "layer 0 has no output neuron 60" in command("chain", "gru", "--weight", "0,60,0")[2]


def test_chain_tells_the_same_product_as_a_line_of_json(command):
    code, out, _ = command("chain", "keras-moons", "--weight", "0,3,1", "--steps", 2, "--format", "jsonl")
    told = json.loads(out)
    simulation = vgtui.Simulation(load_scenario("keras-moons"))
    simulation.step(2)
    assert code == 0
    assert (told["step"], told["layer"], told["row"], told["column"]) == (2, 0, 3, 1)
    assert told["product"] == told["gradient"] == pytest.approx(simulation.gradients["0.weight"][3, 1])
    gains = math.prod(factor["gain"] for factor in told["factors"])
    assert told["activation"] * gains * told["loss_slope"] == pytest.approx(told["product"])
