"""Strangers at a shared account: whatever they try, they stay in the program and leave no trace."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import platformdirs
import pytest

import vgtui
from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.tui.driving import Driver
from vgtui.data import allowance
from vgtui.scenario.edit import set_value, set_values
from vgtui.tui.keymap import ACTIONS
from vgtui.tui.kiosk import BOUNDS, KioskApp, build_kiosk
from vgtui.tui.wishes import Wishes

FIRST_NUMBERS = 240.0
CHECKOUT = Path(vgtui.__file__).parent.parent
CACHE = platformdirs.user_cache_dir("vgtui")
OWN = (
    sys.prefix,
    sys.base_prefix,
    str(CHECKOUT),
    CACHE,
    "/proc/",
    "/sys/fs/cgroup/",
    "/usr/",
    "/lib",
    "/etc/ld",
)


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = allowance._current
    yield
    allowance._current = before


def strange(log: Path, claims: Path) -> list[str]:
    """What was asked of the system that is not the program's own: its files, its kernels and their compilation."""
    kept = (CACHE, str(claims), "/dev/null")
    strange = []
    for line in log.read_text().splitlines():
        what, _, rest = line.partition(" ")
        is_read = what in ("read", "os.listdir", "os.scandir") and rest.removeprefix("('").startswith(OWN)
        is_compilation = what == "subprocess.Popen" and "vgtui.engine.warm" in rest
        if not (is_read or is_compilation or any(place in rest for place in kept)):
            strange.append(line)
    return strange


def shown(terminal: PseudoTerminal) -> str:
    """The screen's text; wide signs, which the emulator's own reading stumbles over, included."""
    return "\n".join("".join(cell[0] for cell in row) for row in terminal.cells())


def test_every_key_and_every_command_stays_within(tmp_path: Path) -> None:
    log, claims = tmp_path / "log", tmp_path / "tmp"
    claims.mkdir()
    wanted = {"TEXTUAL_SCREENSHOT": "0", "TEXTUAL_LOG": str(tmp_path / "textual"), "TMPDIR": str(claims)}
    with PseudoTerminal(
        "tests.terminal.audited", str(log), "--kiosk", "relu-he", width=120, height=40, environment=wanted
    ) as terminal:
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.wait_for_text("‖dL/dW‖")
        for key in ("o", "w", "\x13", "R", "\x1a", "\x1c", "\x0f"):
            terminal.write(key)
        terminal.write(" ")
        terminal.wait_for(lambda: "running" in terminal.screen.display[0])
        for words in ("save", "open", "screenshot", "shell"):
            terminal.write("\x10")
            terminal.wait_for(lambda: "Search for commands" in shown(terminal))
            terminal.write(words)
            terminal.wait_for(lambda words=words: words in shown(terminal))
            terminal.read_for(0.2)
            assert "(.toml)" not in shown(terminal)
            terminal.write("\x1b")
            terminal.wait_for(lambda words=words: words not in shown(terminal))
        assert "path" not in shown(terminal)
        terminal.write("q")
        assert terminal.ended() == 0
    assert strange(log, claims) == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["log", "tmp"]


@pytest.mark.parametrize("scenario", ["/etc/passwd", "./relu-he", "run", "x.vgtui"])
def test_only_presets_are_opened(scenario: str) -> None:
    with PseudoTerminal("vgtui", "--kiosk", scenario, width=200) as terminal:
        assert terminal.ended() == 2
        assert "--kiosk opens presets and nothing else" in terminal.screen.display[0]


async def test_whatever_action_is_asked_for_by_name_touches_no_file(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A link in a text, a binding of Textual's own: actions are also asked for by their names."""
    monkeypatch.chdir(tmp_path)
    app = build_kiosk("relu-he", Wishes())
    own = {name.removeprefix("action_") for name in dir(KioskApp) if name.startswith("action_")}
    assert {"screenshot", "suspend_process", "open", "save", "resume"} <= own
    async with app.run_test(size=(120, 40)) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: driver.frame.record is not None, 60)
        for name in ("screenshot", "suspend_process", "open", "save", "resume", "push_screen", "toggle_dark"):
            assert not await app.run_action(name), name
        for action in ACTIONS:
            assert app.offers(action) != action.host
        app.open_url("https://example.org")
        app.deliver_screenshot("shot.svg", str(tmp_path))
        app.runner.edit(lambda scenario: set_value(scenario, "layers[0].units", BOUNDS["units"] + 1))
        await driver.until(lambda: "at most 512 are allowed here" in driver.frame.message)
        (tmp_path / "own.csv").write_text("a,b,y\n" + "1,2,0\n2,1,1\n" * 9)
        own_data = [("data.file", str(tmp_path / "own.csv")), ("data.source", "file"), ("data.target", "y")]
        app.runner.edit(lambda scenario: set_values(scenario, own_data))
        await driver.until(lambda: "no files are read here" in driver.frame.message)
        app.runner.ask(lambda experiment: experiment.step(BOUNDS["steps"] + 1))
        await driver.until(lambda: "a run ends at step 200,000 here" in driver.frame.message)
    assert [path.name for path in tmp_path.iterdir()] == ["own.csv"]


async def test_who_leaves_the_seat_leaves_the_session() -> None:
    app = build_kiosk("width-1", Wishes())
    app.idle_seconds = 0.1
    async with app.run_test() as pilot:
        await Driver(app, pilot).until(lambda: app._exit)
