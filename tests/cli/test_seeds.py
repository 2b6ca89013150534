"""`vgtui run --seeds`: quartiles over networks that are each what its own seed trains to."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from msgspec.structs import replace

import vgtui

LINE = ("run", "width-1", "--seeds", "3", "--steps", "6", "--every", "4")


@pytest.fixture(scope="module")
def alone():
    """The records of the three networks, each trained by itself, after 4 and 6 updates."""
    found = {}
    for seed in range(3):
        scenario = vgtui.load_scenario("width-1")
        data = replace(scenario.data, seed=scenario.data_seed)
        sim = vgtui.Simulation(replace(scenario, seed=scenario.seed + seed, data=data))
        for step in (4, 6):
            found[step, seed] = (sim.step(step - sim.step_index), sim.evaluate())
    return found


def test_of_three_networks_the_median_is_the_middle_one_of_those_trained_alone(command, alone):
    code, out, err = command(*LINE, "--format", "jsonl")
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["step"], row["seeds"]) for row in rows] == [(4, 3), (6, 3)]
    for row in rows:
        records = [alone[row["step"], seed] for seed in range(3)]
        assert row["loss"][1] == sorted(record.loss for record, _ in records)[1]
        assert row["test_loss"][1] == sorted(evaluation.test_loss for _, evaluation in records)[1]
        gradients = [record.column("weight_grad_log10")[2] for record, _ in records]
        told = row["layers"][2]["weight_grad_log10"]
        assert told[1] == sorted(gradients)[1]
        assert min(gradients) <= told[0] <= told[1] <= told[2] <= max(gradients)


def test_csv_and_table_tell_the_same(command, alone):
    median = np.sort([alone[6, seed][0].loss for seed in range(3)])[1]
    _, out, _ = command(*LINE, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 2 * len(alone[4, 0][0].names)
    assert float(rows[-1]["loss_median"]) == median
    code, out, _ = command(*LINE)
    assert code == 0
    assert out.startswith("3 networks: median [quartiles]")
    assert f"{median:.4g} [" in out.splitlines()[3]


def test_one_session_cannot_hold_several_networks(command, tmp_path):
    code, _, err = command(*LINE, "--save", tmp_path / "all.vgtui")
    assert code == 2
    assert "--save keeps one network" in err
