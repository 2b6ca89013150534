"""What is kept of crashes."""

from __future__ import annotations

from pathlib import Path

import pytest

from vgtui.scenario.library import load_scenario
from vgtui.tui import crash


def test_of_many_reports_the_newest_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "vgtui" / "crashes"
    folder.mkdir(parents=True)
    for number in range(crash.KEPT + 5):
        (folder / f"20200101-0000{number:02}-1.txt").touch()
    line = crash.last_words("it broke", load_scenario("width-1"), keep=True)
    kept = sorted(folder.iterdir())
    assert len(kept) == crash.KEPT
    assert str(kept[-1]) in line
    assert "it broke" in kept[-1].read_text()
    assert kept[0].name == "20200101-000006-1.txt"
