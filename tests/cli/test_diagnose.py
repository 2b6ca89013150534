"""`vgtui diagnose`."""

from __future__ import annotations

import json

from vgtui.cli import invoke


def test_a_vanishing_gradient_is_told_with_its_numbers(capsys):
    assert invoke(["diagnose", "width-1", "--steps", "20"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("vanishing (slopes): layer 0, step 0\n")
    assert "decades lost = 4." in out
    assert "held against 3" in out


def test_a_sound_network_gets_a_clean_bill(capsys):
    assert invoke(["diagnose", "relu-he", "--steps", "0"]) == 0
    assert capsys.readouterr().out == "after 0 updates: nothing wrong was found\n"


def test_findings_and_trials_are_one_object_a_line(capsys):
    assert invoke(["diagnose", "explodes", "--steps", "30", "--remedies", "--format", "jsonl"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert told[0]["kind"] == "exploding"
    assert any("gave" in sentence for sentence in told[0]["consequences"])
    assert [row["name"] for row in told[1:3]] == ["(now)", "(unchanged)"]
    assert told[2]["loss"] == "nan"


def test_a_bad_edit_is_one_line(capsys):
    assert invoke(["diagnose", "relu-he", "--set", "training.rate=1"]) == 2
    assert capsys.readouterr().err.startswith("vgtui: --set: training.rate: ")
