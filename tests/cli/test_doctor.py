"""The doctor tells what was found and what is made of it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal


def test_the_doctor_tells_what_will_be_used_and_why_and_how_fast_it_is(command, monkeypatch, tmp_path):  # type: ignore[no-untyped-def]
    (tmp_path / "file").touch()
    for name, value in {"TERM": "screen", "LC_ALL": "C", "XDG_STATE_HOME": str(tmp_path / "file")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("COLORTERM", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    code, out, err = command("doctor")
    assert (code, err) == (0, "")
    assert "16 colours, because TERM is screen" in out
    assert "ASCII, because LC_ALL is C" in out
    assert "none: standard output is no terminal" in out
    assert re.search(r"sessions +.*cannot be written", out)
    speed = re.search(r"([\d,]+) steps a second", out)
    assert speed is not None
    assert int(speed[1].replace(",", "")) > 10
    assert re.search(r"a frame +\d+\.\d ms", out)


def test_in_a_terminal_it_measures_the_way_there_and_back(tmp_path: Path) -> None:
    with PseudoTerminal("vgtui", "doctor", width=160, height=40) as terminal:
        before = terminal.settings
        terminal.wait_for_text("round trip")
        terminal.wait_for_text("ms; a frame leaves when")
        assert terminal.ended() == 0
        assert terminal.settings == before
        assert any("160x40" in line for line in terminal.screen.display)
