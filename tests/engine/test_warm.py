"""What a scenario needs compiled is known before anything of it is, so that two processes can divide it."""

from __future__ import annotations

import vgtui
from vgtui import data
from vgtui.engine.door import Door
from vgtui.engine.faces import Face
from vgtui.engine.program import faces_of, lowered
from vgtui.engine.warm import SLOW, all_faces


def needed(name: str) -> tuple[Face, ...]:
    scenario = vgtui.load_scenario(name)
    shape = Door(data.describe(scenario.data).input_shape).shape(scenario)
    return faces_of(scenario, lowered(scenario, shape))


def test_the_faces_that_a_scenario_needs_are_those_of_its_layers_loss_and_optimiser():
    names = {face.name for face in needed("keras-moons")}
    assert {"operations.dense.forward", "operations.dense.backward", "machine._run"} <= names
    assert {"kernels.activations.sigmoid_pair", "kernels.optimizers._adam"} <= names
    assert not any("recurrent" in name or "convolve" in name or "pool" in name for name in names)


def test_a_scenario_needs_no_face_that_a_process_which_compiles_them_all_does_not_know():
    known = all_faces()
    assert {face.name for face in needed("digits-deep-cnn")} <= set(known)
    assert list(known)[: len(SLOW)] == list(SLOW)
