"""`vgtui share` and `vgtui open`."""

from __future__ import annotations

from vgtui.scenario.library import load_scenario
from vgtui.scenario.share import pack


def test_a_shared_scenario_is_one_line_that_every_command_takes(command):
    code, out, _ = command("share", "relu-he", "--set", "training.learning_rate=0.1")
    assert (code, out.count("\n")) == (0, 1)
    assert load_scenario(out.strip()).training.rate == 0.1
    assert command("show", out)[1] == command("show", out.strip())[1]
    assert "learning_rate = 0.1" in command("show", out.strip())[1]


def test_open_opens_the_app_on_what_was_shared(command):
    line = pack(load_scenario("zeros"))
    assert command("open", line)[1].startswith("Everything starts at zero · 3 layers\n")
    wrong = {
        "zeros": "is no line that was shared; `vgtui zeros` opens it",
        "zeross": "is no shared scenario: those begin with vgtui1_",
    }
    for string, said in wrong.items():
        code, _, err = command("open", string)
        assert (code, err) == (2, f"vgtui: {string}: {said}\n")
