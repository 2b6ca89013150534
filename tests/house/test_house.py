"""The rules of the house: who may import whom, formatting, types, and what travels in an installation."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from threadpoolctl import threadpool_info

import vgtui

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(*command: str, cwd: Path = ROOT, **changes: str) -> subprocess.CompletedProcess[str]:
    """A program of this environment, run from `cwd` with `changes` to the environment."""
    environment = {**os.environ, **changes}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def module(name: str, *args: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", name, *args)


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter holds after `statement`."""
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    return set(run(sys.executable, "-c", code, PYTHONPATH=str(ROOT)).stdout.split())


def test_what_the_package_says_of_itself_can_be_typed_as_it_stands():
    tried = doctest.testmod(vgtui)
    assert tried.attempted > 9
    assert not tried.failed


def test_rooms_import_only_from_the_rooms_below_them():
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports(no_cache=True))"
    result = run(sys.executable, "-c", code, PYTHONPATH=str(ROOT))
    assert result.returncode == 0, result.stdout + result.stderr
    assert "3 kept, 0 broken" in result.stdout


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_the_code_is_linted_and_formatted(command):
    result = module("ruff", *command, "--no-cache", ".")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_types_hold():
    result = module("mypy")
    assert result.returncode == 0, result.stdout + result.stderr


def test_importing_vgtui_loads_neither_numpy_nor_a_screen():
    loaded = loaded_by("import vgtui; vgtui.load_scenario; vgtui.UserError; vgtui.__version__")
    assert "msgspec" in loaded
    assert not loaded & {"numpy", "numba", "llvmlite", "textual", "rich", "plotext", "click"}


def test_listing_and_showing_scenarios_loads_no_engine():
    code = "from vgtui.cli import invoke; invoke(['list']); invoke(['show', 'keras-moons'])"
    assert not loaded_by(code) & {"numpy", "numba", "textual"}


def test_the_app_is_loaded_without_tls_which_can_still_be_imported():
    load = "from vgtui.cli.launch import import_asyncio; import_asyncio(); import vgtui.tui.building"
    look = "print('asyncio' in sys.modules, {'ssl', '_ssl'}.isdisjoint(sys.modules))"
    use = "import ssl; print(ssl.create_default_context().check_hostname)"
    result = run(sys.executable, "-c", f"import sys; {load}; {look}; {use}", PYTHONPATH=str(ROOT))
    assert result.stdout == "True True\nTrue\n", "TLS is a fortieth of the start"


def test_the_program_trains_without_scipy_and_a_user_s_own_program_can_still_import_it(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS")
    program = "from vgtui.cli import main\ntry: main()\nexcept SystemExit: pass"
    train = f"sys.argv = ['vgtui', 'run', 'zeros', '--steps', '1']\n{program}"
    compile_anew = "import vgtui.engine.compiling"
    threads = "sum(library['num_threads'] for library in threadpoolctl.threadpool_info())"
    look = f"import threadpoolctl\nprint('numba' in sys.modules, sys.modules.get('scipy.linalg'), {threads})"
    result = run(sys.executable, "-c", f"import sys\n{train}\n{compile_anew}\n{look}", PYTHONPATH=str(ROOT))
    assert result.stdout.endswith("True None 1\n"), "numba, no SciPy, one thread of BLAS"
    assert "scipy" in loaded_by("import vgtui; vgtui.Simulation\nimport scipy.linalg")


def test_linear_algebra_in_the_tests_leaves_the_other_cores_to_other_tests():
    assert vgtui.Simulation
    threads = {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}
    assert threads == {1}


def test_every_public_name_is_there():
    for name in vgtui.__all__:
        assert getattr(vgtui, name) is not None
        assert name in dir(vgtui)
    with pytest.raises(AttributeError, match="no attribute 'simulate'"):
        vgtui.simulate  # noqa: B018


def test_the_presets_and_the_style_sheet_travel_in_the_wheel():
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"scenarios": "vgtui/presets"}
    assert wheel["packages"] == ["vgtui"]
    assert list((ROOT / "vgtui" / "tui").glob("*.tcss"))
    assert "/scenarios" in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]


def test_an_installed_vgtui_finds_its_presets_from_any_folder(tmp_path):
    result = run(sys.executable, "-I", "-m", "vgtui", "list", cwd=tmp_path)
    if "No module named vgtui" in result.stderr:
        pytest.skip("vgtui is not installed in this environment")
    lines = [line for line in result.stdout.splitlines() if ": " in line and not line.startswith(" ")]
    names = {line.split(":")[0] for line in lines}
    assert names == {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
