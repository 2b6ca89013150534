"""`vgtui export`."""

from __future__ import annotations

import ast
import json

import pytest


def test_a_script_is_written_or_printed(command, tmp_path):
    path = tmp_path / "network.keras.py"
    assert command("export", "zeros", "--out", path, "--steps", 3) == (0, "", "")
    assert "after 3 updates" in path.read_text()
    code, out, _ = command("export", "zeros", "--to", "pytorch", "--out", "-")
    assert code == 0
    assert "import torch" in ast.unparse(ast.parse(out))


def test_a_run_is_written(command, tmp_path):
    path = tmp_path / "run.jsonl"
    assert command("export", "zeros", "--out", path, "--steps", 3, "--set", "seed=7") == (0, "", "")
    assert [json.loads(line)["step"] for line in path.read_text().splitlines()] == [1, 2, 3]


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (["zeros", "--out", "a.txt"], "a.txt: say what to write by --to"),
        (["zeros"], "Missing option '--out'"),
        (["zeros", "--out", "a", "--to", "onnx"], "Invalid value for '--to'"),
        (["float16-underflow", "--out", "a.py"], "float16 is emulated by rounding"),
        (["zeros", "--out", "no/where.csv"], "no/where.csv: cannot be written"),
    ],
)
def test_what_cannot_be_exported_is_told_in_one_line(args, line, command):
    code, out, err = command("export", *args)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert line in err


@pytest.mark.parametrize("kind", ["csv", "jsonl", "npz"])
def test_numbers_are_not_written_to_a_file_that_is_called_like_standard_output(
    command, tmp_path, monkeypatch, kind
):
    monkeypatch.chdir(tmp_path)
    line = f"vgtui: --out: only a script is printed; name a file for {kind}, as in run.{kind}\n"
    assert command("export", "zeros", "--to", kind, "--out", "-") == (2, "", line)
    assert not any(tmp_path.iterdir())
