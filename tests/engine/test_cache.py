"""What the name of the kernels' folder depends on."""

from __future__ import annotations

import ast
from pathlib import Path

from vgtui.engine import cache

ENGINE = Path(cache.__file__).parent
APART = {"vgtui.engine", "vgtui.engine.cache"}
"""What compiled modules import and no compiled function reads."""


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
    hashed = set(cache.sources())
    assert ENGINE / "machine.py" in hashed
    for source in hashed:
        for name in imported(source) - APART:
            assert file_of(name) in hashed | {None}, f"{source.name} imports {name}"


def test_an_edit_of_what_is_not_compiled_leaves_the_kernels_as_they_are():
    assert not {ENGINE / "simulation.py", ENGINE / "history.py"} & set(cache.sources())
