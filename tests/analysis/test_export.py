"""Exports: a script that gives vgtui's gradients, and a run that holds every number of every step."""

from __future__ import annotations

import ast
import base64
import csv
import importlib.util
import io
import json
import os
import runpy
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vgtui
from vgtui.analysis.export import KINDS, export, kind_of, script
from vgtui.analysis.export.keras import LOSSES as KERAS_LOSSES
from vgtui.analysis.export.network import Network
from vgtui.analysis.export.pytorch import ACTIVATIONS, LOSSES
from vgtui.scenario.edit import set_from_text
from vgtui.scenario.library import parse
from vgtui.scenario.model import ACTIVATIONS as ALL_ACTIVATIONS

IMAGES = """
title = "Every kind \\"of\\" image layer\\\\"
[data]
source = "digits"
samples = 60
[[layers]]
type = "conv"
filters = 4
stride = 2
activation = "prelu"
normalization = "layer"
[[layers]]
type = "conv"
filters = 4
activation = "elu"
normalization = "batch"
skip = 1
skip_scale = 0.5
[[layers]]
type = "pool"
kind = "average"
[[layers]]
type = "dense"
units = 12
activation = "gelu"
normalization = "batch"
dropout = 0.3
[[layers]]
type = "dense"
units = 10
activation = "softmax"
[training]
loss = "cross_entropy"
l1 = 0.001
l2 = 0.01
optimizer = "rmsprop"
"""
DECAYED = """
[data]
source = "moons"
[[layers]]
type = "dense"
units = 8
normalization = "batch"
[[layers]]
type = "dense"
units = 8
activation = "tanh"
normalization = "layer"
skip = 1
dropout = 0.3
[[layers]]
type = "dense"
units = 1
activation = "sigmoid"
[training]
optimizer = "adagrad"
weight_decay = 0.1
"""
SEQUENCES = """
[data]
source = "wave"
samples = 40
[[layers]]
type = "rnn"
units = 5
activation = "sigmoid"
return_sequences = true
[[layers]]
type = "gru"
units = 6
return_sequences = true
[[layers]]
type = "lstm"
units = 4
truncate = 3
[[layers]]
type = "dense"
units = 1
activation = "linear"
[training]
loss = "mse"
optimizer = "sgd"
momentum = 0.9
nesterov = true
"""


VANISHED = """
[data]
source = "moons"
[[layers]]
type = "dense"
units = 2
activation = "sigmoid"
gain = 0.05
repeat = 190
[[layers]]
type = "dense"
units = 1
activation = "sigmoid"
"""
"""Its gradients go from what float64 holds through what it holds without all digits to what it does not hold."""


def every_activation() -> str:
    """A layer of each activation that a hidden layer may have."""
    hidden = [f'activation = "{name}"' for name in ALL_ACTIVATIONS if name != "softmax"]
    layers = "".join(f'[[layers]]\ntype = "dense"\nunits = 6\n{line}\n' for line in hidden)
    return (
        f'[data]\nsource = "moons"\n{layers}[[layers]]\ntype = "dense"\nunits = 1\nactivation = "sigmoid"\n'
    )


def trained(text: str, steps: int = 2) -> vgtui.Simulation:
    simulation = vgtui.Simulation(parse(text))
    simulation.step(steps)
    return simulation


def test_a_chaotic_network_is_given_the_leeway_that_its_rounding_needs():
    tame, wild = (Network.of(vgtui.Simulation(vgtui.load_scenario(name))) for name in ("relu-he", "chaos"))
    assert tame.tolerance == 1e-8 == Network.of(vgtui.Simulation(parse(VANISHED))).tolerance
    assert 1e-7 < wild.tolerance < 0.1


@pytest.mark.parametrize("kind", ["pytorch", "keras"])
def test_of_a_network_that_exploded_no_script_says_that_it_agrees(kind):
    simulation = vgtui.Simulation(vgtui.load_scenario("explodes"))
    simulation.step(20)
    with pytest.raises(vgtui.UserError, match="is no finite number any more; export an earlier step"):
        script(simulation, kind)


RUN_EACH = "import runpy, sys\nfor path in sys.argv[1:]: print(runpy.run_path(path)['main']())"


@pytest.mark.torch
def test_the_pytorch_script_of_every_kind_of_layer_gives_vgtuis_gradients(tmp_path, capsys):
    paths = []
    for number, text in enumerate((IMAGES, SEQUENCES, VANISHED, every_activation())):
        paths.append(tmp_path / f"network{number}.py")
        export(trained(text), "pytorch", paths[-1])
        ast.parse(paths[-1].read_text())
    if importlib.util.find_spec("torch") is None:  # where there is no torch, they are at least Python
        return
    torch = importlib.import_module("torch")
    before = torch.get_default_dtype()
    try:
        ended = [runpy.run_path(str(path))["main"]() for path in paths]
    finally:
        torch.set_default_dtype(before)
    told = capsys.readouterr().out
    assert ended == [0] * 4, told
    assert told.count("the gradients agree") == 4, told


def test_the_keras_script_of_every_kind_of_layer_gives_vgtuis_gradients(tmp_path):
    paths = []
    texts = (IMAGES, SEQUENCES.replace("truncate = 3\n", ""), every_activation(), DECAYED)
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"network{number}.keras.py")
        export(vgtui.Simulation(parse(text)), "keras", paths[-1])
        ast.parse(paths[-1].read_text())
    if not all(importlib.util.find_spec(name) for name in ("keras", "torch")):
        return  # they are at least Python
    command = [sys.executable, "-c", RUN_EACH, *paths]
    backend = {**os.environ, "KERAS_BACKEND": "torch"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=backend)
    assert done.stdout.count("the gradients agree") == len(texts), done.stdout + done.stderr


def carried(text: str) -> dict[str, np.ndarray]:
    """The arrays in a script."""
    tree = ast.parse(text)
    data = next(
        node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DATA"
    )
    return dict(np.load(io.BytesIO(base64.b64decode("".join(data.split())))))


def test_a_script_carries_the_weights_the_batch_and_the_gradients_that_the_engine_has():
    simulation = trained(IMAGES.replace("dropout = 0.3\n", ""))
    arrays = carried(script(simulation, "pytorch"))
    simulation.measure()
    for name, array in simulation.parameters.items():
        assert (arrays[f"parameters/{name}"] == array).all()
        assert (arrays[f"gradients/{name}"] == simulation.gradients[name]).all()
    assert (arrays["targets"] == simulation.batch[1]).all()
    assert arrays["inputs"].shape == (32, 1, 8, 8)


def test_exporting_leaves_the_run_as_it_was():
    simulation = trained(IMAGES)
    before = simulation.parameters
    script(simulation, "keras")
    assert simulation.step_index == 2
    assert all((before[name] == array).all() for name, array in simulation.parameters.items())
    assert simulation.step().loss == trained(IMAGES, 3).record.loss


def test_the_keras_script_has_every_layer_its_weights_turned_to_keras_ways():
    simulation = trained(IMAGES.replace("dropout = 0.3\n", ""))
    text = script(simulation, "keras")
    for line in (
        'layers.Conv2D(4, 3, strides=2, padding="same", name="layer0")',
        "PReLU(shared_axes=[1, 2, 3]",
        "x1 + 0.5 * a1",
        "layers.AveragePooling2D(2)",
        "layers.Permute((3, 1, 2))",
        "keras.activations.gelu(z3, approximate=False)",
        "CategoricalCrossentropy(from_logits=True)",
        "keras.optimizers.RMSprop(",
    ):
        assert line in text
    arrays, kernel = carried(text), simulation.parameters["0.weight"]
    assert arrays["parameters/layer0/kernel"].shape == (3, 3, 1, 4)
    assert arrays["parameters/layer0/kernel"][2, 1, 0, 3] == kernel[3, 0, 2, 1]
    assert arrays["inputs"].shape == (32, 8, 8, 1)


def test_a_gru_goes_to_keras_with_its_update_gate_first():
    simulation = vgtui.Simulation(vgtui.load_scenario("gru"))
    arrays = carried(script(simulation, "keras"))
    weight = simulation.parameters["0.weight_hh"]
    kernel = arrays["parameters/layer0/gru_cell/recurrent_kernel"]
    assert (kernel[:, :20] == weight[20:40].T).all()
    assert (kernel[:, 20:40] == weight[:20].T).all()
    assert (kernel[:, 40:] == weight[40:].T).all()
    assert arrays["parameters/layer0/gru_cell/bias"].shape == (2, 60)


@pytest.mark.parametrize(
    ("text", "kind", "line"),
    [
        (SEQUENCES, "keras", "layer 2: Keras cannot cut the gradient every so many steps; export to PyTorch"),
        ('precision = "float16"\n' + every_activation(), "pytorch", "float16 is emulated by rounding"),
        (IMAGES.replace("units = 12", "units = 30"), "pytorch", "parameters; a script carries at most 700"),
    ],
    ids=["truncate", "float16", "size"],
)
def test_what_a_framework_cannot_express_is_one_line(text, kind, line, monkeypatch):
    monkeypatch.setattr("vgtui.analysis.export.network.MAX_NUMBERS", 700)
    with pytest.raises(vgtui.UserError) as caught:
        script(vgtui.Simulation(parse(text)), kind)
    assert line in str(caught.value)


def test_every_activation_and_loss_has_its_name_in_both_frameworks():
    assert set(ACTIVATIONS) == set(ALL_ACTIVATIONS)
    assert set(LOSSES) == set(KERAS_LOSSES)
    assert "Plain(" in script(trained(SEQUENCES), "pytorch")


def run_of(tmp_path: Path, kind: str) -> Path:
    simulation = vgtui.Simulation(vgtui.load_scenario("gru"))
    simulation.step(4)
    simulation.back(1)
    path = tmp_path / f"run.{kind}"
    export(simulation, kind, path)
    return path


def test_a_run_is_exported_step_by_step_up_to_the_present(tmp_path):
    fresh = vgtui.Simulation(vgtui.load_scenario("gru"))
    records = [fresh.step() for _ in range(3)]
    rows = [json.loads(line) for line in run_of(tmp_path, "jsonl").read_text().splitlines()]
    assert [row["loss"] for row in rows] == [record.loss for record in records]
    table = list(csv.DictReader(run_of(tmp_path, "csv").open()))
    assert [(row["step"], row["index"]) for row in table] == [(s, i) for s in "123" for i in "01"]
    arrays = np.load(run_of(tmp_path, "npz"))
    assert arrays["loss"].tolist() == [record.loss for record in records]
    assert arrays["weight_grad_log10"].shape == (3, 2)
    assert arrays["weight_grad_log10"][1].tolist() == records[1].column("weight_grad_log10").tolist()
    assert (arrays["time_grad_log10_0"][2] == records[2].times[0].hidden_log10).all()
    assert parse(str(arrays["scenario"])) == vgtui.load_scenario("gru")


def test_the_ending_of_a_name_says_what_is_written():
    endings = {"a.csv": "csv", "a.jsonl": "jsonl", "a.npz": "npz", "a.py": "pytorch", "a.keras.py": "keras"}
    assert {name: kind_of(name) for name in endings} == endings
    assert set(endings.values()) == set(KINDS)
    assert kind_of("a.txt") is None


def test_an_edited_run_is_exported_with_the_settings_it_had(tmp_path):
    simulation = vgtui.Simulation(vgtui.load_scenario("relu-he"))
    simulation.step(2)
    simulation.apply(set_from_text(simulation.scenario, "training.optimizer=sgd"))
    simulation.step(2)
    export(simulation, "jsonl", tmp_path / "run.jsonl")
    losses = [json.loads(line)["loss"] for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert losses[3] == simulation.record.loss
