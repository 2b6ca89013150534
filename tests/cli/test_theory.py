"""`vgtui theory`: measured against predicted."""

from __future__ import annotations

import json

import pytest

from vgtui.cli import invoke


def test_a_table_has_prediction_and_quartiles_for_every_layer(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["theory", "keras-moons", "--seeds", "3"]) == 0
    out = capsys.readouterr().out
    rows = [line for line in out.splitlines() if "sigmoid" in line]
    assert len(rows) == 9
    assert all(row.count("±") == 2 and row.count("[") == 2 for row in rows)
    assert "ordered, chi_1 = 0.0557" in out
    assert "3 networks" in out
    assert "Assumed: many units a layer" in out


def test_json_lines_put_the_measured_quartiles_beside_the_prediction(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert invoke(["theory", "keras-moons", "--seeds", "5", "--format", "jsonl"]) == 0
    layers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [layer["layer"] for layer in layers] == list(range(9))
    for layer in layers:
        low, middle, high = layer["delta_log10_measured"]
        assert low <= middle <= high
        assert layer["delta_log10"] == pytest.approx(middle, abs=1.0)
    assert layers[1]["chi"] == pytest.approx(0.0557, abs=1e-3)


def test_what_has_no_theory_says_why_and_is_measured_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["theory", "keras-moons", "--set", "layers[0].init=constant"]) == 0
    out = capsys.readouterr().out
    assert "No prediction: weights that are all one constant are no random network." in out
    assert len([line for line in out.splitlines() if line.count("—") == 7]) == 9


def test_no_network_at_all_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["theory", "keras-moons", "--seeds", "0"]) == 2
    assert "--seeds" in capsys.readouterr().err
