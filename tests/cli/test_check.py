"""`vgtui check`: what is wrong with a scenario and the data that it names, before anything runs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

import vgtui
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario


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
    assert ": ok, 1 layer, 2 parameters, " in command("check", "course-01-gradient")[1]


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
