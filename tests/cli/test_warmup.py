"""What `vgtui warmup` says where everything is compiled, and where nothing can be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from vgtui.cli import invoke
from vgtui.engine import store, warm


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Of a version that has nothing to compile."""
    monkeypatch.setattr(warm, "all_faces", dict)
    monkeypatch.setattr(store, "folder", lambda: tmp_path / "kernels")
    return tmp_path / "kernels"


def test_it_says_where_and_how_much(folder: Path, capsys: pytest.CaptureFixture[str]):
    store.write("face", b"0" * 250_000)
    assert invoke(["warmup"]) == 0
    assert capsys.readouterr().out.startswith(f"{folder}: 1 functions, 0.3 MB, after ")


def test_where_nothing_can_be_kept_it_says_so_in_a_line(folder: Path, capsys: pytest.CaptureFixture[str]):
    folder.write_text("a file where the folder would be")
    assert invoke(["warmup"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == f"vgtui: {folder}: nothing can be kept there"
