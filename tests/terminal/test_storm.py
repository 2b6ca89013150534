"""Whatever is typed, clicked and dragged, the program goes on; the long run is tests/benchmarks/storm.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.storm import Storm
from tests.terminal.training import FIRST_NUMBERS


def test_some_hundred_random_events_end_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkout = Path.cwd()
    monkeypatch.chdir(tmp_path)
    environment = {"PYTHONPATH": str(checkout)}
    with PseudoTerminal("vgtui", "relu-he", width=120, height=40, environment=environment) as terminal:
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        storm = Storm(1, terminal)
        storm.blow(200)
        storm.is_answered()
        assert terminal.process.poll() is None
