"""Faces: compiled where they are missing, loaded without numba where they are not."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vgtui
from vgtui.engine import store
from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face
from vgtui.engine.kernels import KERNEL
from vgtui.engine.signatures import ARENA, NUMBER, Signature

ROOT = Path(__file__).parents[2]
SUM = Signature((ARENA, NUMBER))


@pytest.fixture
def _apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A store of this test's own, and faces that nobody else knows."""
    monkeypatch.setattr(store, "folder", lambda: tmp_path / "kernels")
    monkeypatch.setattr(Face, "known", {})


def weighted(factor: float, name: str) -> Face:
    """factor * sum(values) + added."""

    @njit(**KERNEL)
    def total(values):
        found = 0.0
        for value in values:
            found += factor * value
        return found

    def face(values, added):
        return total(values) + added

    return Face(face, SUM, name)


@pytest.mark.usefixtures("_apart")
def test_faces_of_processes_that_number_their_functions_alike_do_not_meet(monkeypatch: pytest.MonkeyPatch):
    from numba.core.bytecode import FunctionIdentity  # not by every process that collects this

    values = np.arange(4.0)
    faces = [weighted(2.0, "double"), weighted(3.0, "triple")]
    for face in faces:
        monkeypatch.setattr(FunctionIdentity, "_unique_ids", itertools.count(7))
        face.address()
    assert [face(values, 1.0) for face in faces] == [13.0, 19.0]


@pytest.mark.usefixtures("_apart")
def test_a_damaged_face_is_compiled_anew(tmp_path: Path):
    weighted(2.0, "double").address()
    (kept,) = (tmp_path / "kernels").glob("*double*")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-100])
    assert weighted(2.0, "double")(np.ones(3), 0.0) == 6.0
    assert len(kept.read_bytes()) == len(whole)


@pytest.mark.usefixtures("_apart")
def test_a_face_takes_no_array_that_is_not_as_it_was_told():
    face = weighted(2.0, "double")
    for wrong in (np.ones((2, 2)), np.ones(6)[::2]):
        with pytest.raises(TypeError, match="was expected"):
            face(wrong, 0.0)
    with pytest.raises(AttributeError):
        face([1.0], 0.0)


def test_what_is_compiled_already_runs_without_numba():
    vgtui.Simulation(vgtui.load_scenario("zeros")).step()
    code = "import sys, vgtui; vgtui.Simulation(vgtui.load_scenario('zeros')).step(); print('numba' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout == "False\n"
