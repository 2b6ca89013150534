"""What a scenario needs compiled is known before anything of it is, so that two processes can divide it."""

from __future__ import annotations

import vgtui
from vgtui import data
from vgtui.engine.door import Door
from vgtui.engine.faces import Face
from vgtui.engine.program import faces_of, lowered
from vgtui.engine.warm import all_faces, slowest_first


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
    assert set(needed("digits-deep-cnn")) <= set(known.values())


def test_two_processes_begin_with_what_takes_longest():
    names = [face.name for face in slowest_first(all_faces().values(), "float64")]
    assert names[0] == "operations.convolve.backward"
    assert names.index("machine._run") < names.index("machine._sweep")
    assert sorted(names) == sorted(all_faces())
