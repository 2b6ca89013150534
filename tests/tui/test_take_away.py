"""What can be taken along: the screen, the run, the network, a line; and what is said in the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import vgtui
from tests.tui.driving import COCKPIT, Driver, running
from tests.tui.panes.frames import decaying, frame
from tests.tui.screens.test_dialogs import answer
from vgtui.scenario.share import unpack
from vgtui.tui.leaving import loss_line, report, run_line
from vgtui.tui.recording import Recording
from vgtui.tui.take_away import Once


async def exported(driver: Driver, path: Path) -> str:
    await answer(driver, "E", path)
    await driver.until(lambda: path in driver.app.saved and len(driver.app.screen_stack) == 1)
    return path.read_text()


async def test_screen_run_and_network_are_exported_and_the_report_tells_of_them(tmp_path: Path):
    async with running("relu-he", size=COCKPIT) as driver:
        await driver.press("S")
        await driver.until(lambda: driver.frame.record.step == 10)
        text = await exported(driver, tmp_path / "screen.txt")
        assert "The same depth in ReLU, drawn by He" in text.splitlines()[0]
        assert "─ Export ─" not in text, "the dialog should have gone before the screen is taken"
        drawing = await exported(driver, tmp_path / "screen.svg")
        assert drawing.startswith("<svg")
        assert "gradient" in drawing
        rows = (await exported(driver, tmp_path / "run.jsonl")).splitlines()
        assert [json.loads(row)["step"] for row in rows] == list(range(1, 11))
        assert "import torch" in await exported(driver, tmp_path / "network.py")
        await driver.press("Y")
        await driver.until_text("vgtui open LINE")
        line = driver.app.screen.query_one("TextArea").text
        assert unpack(line) == vgtui.load_scenario("relu-he")
    driver.app.runner.stop()
    lines = report(driver.app).splitlines()
    assert lines[0] == "The same depth in ReLU, drawn by He · seed 42 · 10 steps (1.4 epochs)"
    assert lines[1].startswith("training loss 1.601, 51.0% right")
    assert lines[2].count(str(tmp_path)) == 4
    assert lines[3].startswith("finding: ")


def test_a_run_of_no_step_and_of_regression_is_told_as_such():
    untouched = frame(decaying(3))
    assert "120 steps (17.1 epochs)" in run_line(untouched)
    assert loss_line(untouched) == "training loss 0.412, 86.0% right · test loss 0.437, 82.0% right"


def test_a_name_must_end_rightly_lie_in_a_folder_and_be_given_twice_to_replace_a_file(tmp_path: Path):
    taken: list[Path] = []
    once = Once((".svg",), "the name must end with .svg", taken.append)
    with pytest.raises(vgtui.UserError, match="must end with"):
        once(tmp_path / "screen.png")
    with pytest.raises(vgtui.UserError, match="no such folder"):
        once(tmp_path / "none" / "screen.svg")
    path = tmp_path / "screen.svg"
    path.touch()
    with pytest.raises(vgtui.UserError, match="enter again to replace it"):
        once(path)
    once(path)
    assert taken == [path]


def test_a_recording_is_made_anew_or_not_at_all_and_a_full_disk_ends_it(tmp_path: Path):
    path = tmp_path / "session.cast"
    recording = Recording(path, "Title")
    recording.output("a\x1b[2J▼")
    recording.resize(80, 24)
    header, first, second = map(json.loads, path.read_text().splitlines())
    assert (header["version"], header["title"]) == (2, "Title")
    assert first[1:] == ["o", "a\x1b[2J▼"]
    assert second[1:] == ["r", "80x24"]
    assert 0 <= first[0] <= second[0]
    with pytest.raises(vgtui.UserError, match="exists already; give another name to record to"):
        Recording(path, "Title")
    with pytest.raises(vgtui.UserError, match="No such file or directory"):
        Recording(tmp_path / "none" / "session.cast", "Title")
    full = Recording(tmp_path / "full.cast", "Title")
    full._file = open("/dev/full", "w", buffering=1)  # noqa: SIM115
    full.output("lost")
    assert "the recording ends early: " in full.failure
    assert full._file.closed, "or Python tries once more and complains on the terminal that is given back"
