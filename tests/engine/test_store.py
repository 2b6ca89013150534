"""What is kept of compiled code: by what it is found again, and that nothing damaged is ever run."""

from __future__ import annotations

import ast
import resource
from pathlib import Path

import pytest

from vgtui.engine import store

ENGINE = Path(store.__file__).parent
APART = {"vgtui.engine", "vgtui.engine.bitcode", "vgtui.engine.store"}
"""What compiled modules import and no compiled function reads."""


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(store, "folder", lambda: tmp_path / "kernels")
    return tmp_path / "kernels"


def imported(source: Path) -> set[str]:
    """The modules of this program that a file imports."""
    names = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return {name for name in names if name.startswith("vgtui.")}


def file_of(module: str) -> Path | None:
    """None for a name that is none of a module."""
    path = ENGINE.parents[1].joinpath(*module.split("."))
    found = [path.with_suffix(".py"), path / "__init__.py"]
    return next((file for file in found if file.is_file()), None)


def test_whatever_a_compiled_module_imports_is_hashed_with_it():
    hashed = set(store.sources())
    assert ENGINE / "machine.py" in hashed
    for source in hashed:
        for name in imported(source) - APART:
            assert file_of(name) in hashed | {None}, f"{source.name} imports {name}"


def test_an_edit_of_what_is_not_compiled_leaves_the_kernels_as_they_are():
    assert not {ENGINE / "simulation.py", ENGINE / "history.py"} & set(store.sources())


def test_what_is_kept_is_found_and_nothing_else_stands_beside_it(folder: Path):
    assert store.read("face") is None
    store.write("face", b"code")
    assert store.read("face") == b"code"
    assert [file.name for file in folder.iterdir() if file.is_file()] == ["face"]


@pytest.mark.parametrize("damage", [lambda kept: kept[:-1], lambda kept: kept[:-1] + b"!", lambda kept: b""])
def test_what_is_damaged_is_as_good_as_none(folder: Path, damage):
    store.write("face", b"code")
    (folder / "face").write_bytes(damage((folder / "face").read_bytes()))
    assert store.read("face") is None


def test_a_file_under_another_name_is_not_taken_for_that(folder: Path):
    store.write("face", b"code")
    (folder / "face").rename(folder / "other")
    assert store.read("other") is None


def test_where_nothing_can_be_kept_nothing_breaks(folder: Path):
    folder.write_text("a file where the folder would be")
    store.write("face", b"code")
    assert store.read("face") is None


def test_what_there_is_no_room_for_leaves_nothing_behind(folder: Path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        store.write("face", bytes(10_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert store.read("face") is None
    assert not any(folder.iterdir())


def test_what_one_process_compiles_another_leaves_alone_until_it_is_done(folder: Path):
    with store.claim("face", wait=False) as mine, store.claim("face", wait=False) as theirs:
        assert (mine, theirs) == (True, False)
    with store.claim("face", wait=False) as mine, store.claim("other", wait=False) as theirs:
        assert (mine, theirs) == (True, True)


def test_where_nothing_can_be_claimed_nobody_waits(folder: Path):
    folder.write_text("a file where the folder would be")
    with store.claim("face", wait=True) as mine:
        assert mine
