"""The arrangement that is found again: written whole, read strictly, and never in the way."""

from __future__ import annotations

import pytest

from vgtui.scenario.view import Column, Place
from vgtui.tui.memory import Kept, Memory

OWN = (Column((Place("loss", 2), Place("chain")), 3), Column((Place("network"),)))


@pytest.mark.parametrize("kept", [Kept(), Kept(arrangement="tune"), Kept(columns=OWN)])
def test_what_is_kept_is_found_again(tmp_path, kept):
    path = tmp_path / "new" / "folder" / "cockpit.toml"
    memory = Memory(path)
    assert (memory.kept, memory.notice) == (Kept(), "")
    memory.keep(Kept(arrangement="inspect"))
    memory.keep(kept)
    assert Memory(path).kept == kept
    assert [file.name for file in path.parent.iterdir()] == ["cockpit.toml"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"arrangement = ", "not valid TOML"),
        (b"\xff\x00", "binary"),
        (b'arrangement = "tech"', "did you mean 'teach'?"),
        (b'[[columns]]\npanes = [{ pane = "los" }]', "columns[0].panes[0].pane"),
        (b'[[columns]]\npanes = [{ pane = "loss" }, { pane = "loss" }]', "2 times"),
        (b"[[columns]]\npanes = []", "panes"),
    ],
)
def test_a_damaged_file_is_told_of_in_one_line_and_replaced(tmp_path, content, said):
    path = tmp_path / "cockpit.toml"
    path.write_bytes(content)
    memory = Memory(path)
    assert memory.kept == Kept()
    assert said in memory.notice
    assert str(path) in memory.notice
    assert "\n" not in memory.notice
    memory.keep(Kept(columns=OWN))
    assert Memory(path).kept == Kept(columns=OWN)


def test_a_folder_that_cannot_be_made_is_no_obstacle(tmp_path):
    (tmp_path / "file").write_text("")
    memory = Memory(tmp_path / "file" / "cockpit.toml")
    memory.keep(Kept(columns=OWN))
    assert memory.kept == Kept(columns=OWN)
