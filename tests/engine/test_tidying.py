"""What is removed of the code of other versions, and what never is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vgtui.engine import tidying
from vgtui.engine.tidying import DAY, last_used, remove_old, use


def version(cache: Path, name: str, *, days: float = 0.0, size: int = 10) -> Path:
    """A version that was used so long ago."""
    folder = cache / f"kernels-{name}"
    (folder / "claims").mkdir(parents=True)
    (folder / "face").write_bytes(b"x" * size)
    used = use(folder)
    assert used is not None
    used.close()
    for path in (folder / "claims" / "used", folder):
        os.utime(path, (time.time() - days * DAY,) * 2)
    return folder


def test_what_was_not_used_for_a_month_goes_and_nothing_else(tmp_path: Path) -> None:
    mine, recent = version(tmp_path, "mine", days=99), version(tmp_path, "recent", days=29)
    version(tmp_path, "old", days=31)
    (tmp_path / "something-else").mkdir()
    os.utime(tmp_path / "something-else", (0, 0))
    remove_old(mine)
    assert sorted(tmp_path.iterdir()) == sorted([mine, recent, tmp_path / "something-else"])


def test_beyond_a_size_those_go_that_were_used_least_lately(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "KEPT_BYTES", 350)
    mine, *others = [version(tmp_path, str(days), days=days, size=100) for days in range(6)]
    remove_old(mine)
    assert sorted(tmp_path.iterdir()) == [mine, *others[:2]]


def test_what_a_process_uses_stays_however_it_ends_and_then_goes(tmp_path: Path) -> None:
    mine, theirs = version(tmp_path, "mine"), version(tmp_path, "theirs", days=40)
    code = "import sys, time; from pathlib import Path; from vgtui.engine.tidying import use;"
    code += "kept = use(Path(sys.argv[1])); print('.', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(theirs)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert time.time() - last_used(theirs) < 60, "it is young again"
        os.utime(theirs / "claims" / "used", (0, 0))
        os.utime(theirs, (0, 0))
        remove_old(mine)
        assert theirs.is_dir()
        process.send_signal(signal.SIGKILL)
    remove_old(mine)
    assert not theirs.exists()


def test_what_was_left_of_writing_and_removing_goes_too(tmp_path: Path) -> None:
    mine = version(tmp_path, "mine")
    (tmp_path / ".removed-kernels-old-1234" / "claims").mkdir(parents=True)
    for name, days in (("tmpold", 2), ("tmpnew", 0)):
        (mine / name).touch()
        os.utime(mine / name, (time.time() - days * DAY,) * 2)
    remove_old(mine)
    assert [path.name for path in tmp_path.iterdir()] == ["kernels-mine"]
    assert sorted(path.name for path in mine.iterdir()) == ["claims", "face", "tmpnew"]


def test_where_nothing_can_be_written_nothing_goes_wrong(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert use(tmp_path / "file" / "kernels-mine") is None
    remove_old(tmp_path / "file" / "kernels-mine")
    remove_old(tmp_path / "nowhere" / "kernels-mine")
