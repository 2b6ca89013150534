"""`vgtui precision`: the table for people and the lines for programs."""

from __future__ import annotations

import json

import pytest

from vgtui.cli import invoke

FORMATS = ["float64", "float32", "float16", "bfloat16", "float16"]


def test_the_table_has_a_column_for_every_format_and_a_line_for_every_layer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["precision", "float16-underflow"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[1:] == [*FORMATS, "x65536"]
    assert lines[1].startswith("24 1 sigmoid")
    assert lines[25].startswith("0 16 tanh")
    assert lines[25].count("100% 0") == 1
    assert lines[26].split()[:3] == ["first", "loses", "at"]


def test_lines_of_json_say_what_the_comparison_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["precision", "keras-moons", "--steps", "3", "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["precision"] for row in rows] == FORMATS
    assert {row["step"] for row in rows} == {3}
    assert all(len(row["zero_gradient"]) == len(row["weight_grad_log10"]) == 9 for row in rows)
    assert [row["underflows_at"] is None for row in rows] == [True, True, False, True, True]


def test_a_wrong_scale_is_one_line_with_the_nearest_right_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["precision", "keras-moons", "--set", "training.loss_scale=1000"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "power of two" in said.err
    assert "1024" in said.err
