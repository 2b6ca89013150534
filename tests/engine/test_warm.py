"""What a scenario needs compiled is known before anything of it is, so that two processes can divide it."""

from __future__ import annotations

import vgtui
from vgtui import data
from vgtui.engine.door import Door
from vgtui.engine.faces import addressed_by
from vgtui.engine.program import compile_program
from vgtui.engine.warm import _claim


def needed(name: str) -> dict[str, object]:
    scenario = vgtui.load_scenario(name)
    shape = Door(data.describe(scenario.data).input_shape).shape(scenario)
    return {face.name: face for face in addressed_by(lambda: compile_program(scenario, shape))}


def test_the_faces_that_a_scenario_needs_are_those_of_its_layers_loss_and_optimiser():
    names = {name.removeprefix("vgtui.engine.operations.") for name in needed("keras-moons")}
    assert {"dense.forward", "dense.backward", "dense.push", "activate.sigmoid", "update.adam"} <= names
    assert not any(name.startswith(("convolve", "pool", "recurrent", "normalize")) for name in names)


def test_a_face_that_was_only_listed_is_compiled_when_it_is_called():
    for face in needed("keras-moons").values():
        assert face.address() != 0


def test_a_piece_is_claimed_once(tmp_path):
    assert _claim(tmp_path / "piece")
    assert not _claim(tmp_path / "piece")
