"""The app's own command where there is no terminal: lines instead of a screen, or one screen as text."""

from __future__ import annotations

from pathlib import Path

import vgtui


def test_without_a_terminal_the_scenario_is_trained_to_the_end_of_its_epochs(command):
    code, out, err = command("zeros")
    lines = out.splitlines()
    simulation = vgtui.Simulation(vgtui.load_scenario("zeros"))
    simulation.step(700)
    assert (code, err) == (0, "")
    assert lines[0] == "Everything starts at zero · 3 layers"
    steps = [int(line.split()[0]) for line in lines[2:] if line.strip()[:1].isdigit()]
    assert steps[:20] == list(range(35, 701, 35))
    assert f"{simulation.record.loss:.5g}" in lines[21]


def test_without_a_terminal_a_session_goes_on_to_the_end_of_its_epochs(command, tmp_path):
    path = tmp_path / "late.vgtui"
    command("run", "zeros", "--steps", 690, "--save", path)
    code, out, _ = command(path)
    assert code == 0
    assert out.splitlines()[2].split()[0] == "691"
    assert "     700 " in out


def test_one_screen_is_printed_as_text_with_the_numbers_of_the_run(command):
    code, out, err = command("relu-he", "--once", "80x24", "--steps", 40)
    simulation = vgtui.Simulation(vgtui.load_scenario("relu-he"))
    record = simulation.step(40)
    rows = out.splitlines()
    assert (code, err) == (0, "")
    assert len(rows) == 24
    assert max(map(len, rows)) == 80
    assert "step 40 " in rows[0]
    for layer in record.layers:
        assert any(
            f" {layer.index} {layer.name}" in row and f"{layer.weight_grad_norm:.3g}" in row for row in rows
        )


def test_the_network_of_a_screen_that_is_printed_must_be_one_that_runs(command, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    text = vgtui.scenario.library.dump(vgtui.load_scenario("skips"))
    path = Path("wide.toml")
    path.write_text(text.replace("units = 10", "units = 11", 1))
    code, out, err = command(path, "--once", "80x24")
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert err.startswith(f"vgtui: {path}: layers[1].skip: ")
