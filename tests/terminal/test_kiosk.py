"""Strangers at a shared account: whatever they try, they stay in the program and leave no trace."""

from __future__ import annotations

import signal
import string
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import platformdirs
import pytest
from textual.events import Paste
from textual.keys import _character_to_key
from textual.widgets import Input

import vgtui
from tests.terminal.audited import told
from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.training import FIRST_NUMBERS
from tests.tui.driving import Driver, driven
from vgtui.cli import invoke
from vgtui.data import allowance
from vgtui.scenario.edit import set_value, set_values
from vgtui.tui.keymap import ACTIONS
from vgtui.tui.kiosk import BOUNDS, KioskApp, build_kiosk
from vgtui.tui.palette import Actions
from vgtui.tui.screens.help import page
from vgtui.tui.wishes import Wishes

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
    """A kiosk limits its process and ignores control-Z; programs that later tests start would inherit that."""
    before, stopping = allowance._current, signal.getsignal(signal.SIGTSTP)
    yield
    allowance._current = before
    signal.signal(signal.SIGTSTP, stopping)


def strange(lines: Iterable[str], claims: Path, terminal: str = "") -> list[str]:
    """What was asked of the system that is not the program's own: terminal, files, kernels, their compilation."""
    kept = (CACHE, str(claims), "/dev/null")
    strange = []
    for line in lines:
        what, _, rest = line.partition(" ")
        is_read = what in ("read", "os.listdir", "os.scandir") and rest.removeprefix("('").startswith(OWN)
        is_compilation = what == "subprocess.Popen" and "vgtui.engine.warm" in rest
        is_shown = line == f"write {terminal}"
        if not (is_read or is_compilation or is_shown or any(place in rest for place in kept)):
            strange.append(line)
    return strange


def test_every_key_and_every_command_stays_within(tmp_path: Path) -> None:
    log, claims = tmp_path / "log", tmp_path / "tmp"
    claims.mkdir()
    wanted = {"TEXTUAL_SCREENSHOT": "0", "TEXTUAL_LOG": str(tmp_path / "textual"), "TMPDIR": str(claims)}
    with PseudoTerminal(
        "tests.terminal.audited", str(log), "--kiosk", "relu-he", width=80, height=24, environment=wanted
    ) as terminal:
        terminal.wait_for_text("step 0 ", FIRST_NUMBERS)
        terminal.wait_for_text("‖dL/dW‖")
        for key in ("o", "w", "\x13", "R", "\x1a", "\x1c", "\x0f"):
            terminal.write(key)
        for words in ("save", "open", "screenshot", "shell"):
            terminal.write("\x10")
            terminal.wait_for(lambda: "Search for commands" in terminal.text())
            terminal.write(words)
            terminal.wait_for(lambda words=words: words in terminal.text())
            terminal.read_for(0.2)
            assert "(.toml)" not in terminal.text()
            terminal.write("\x1b")
            terminal.wait_for(lambda words=words: words not in terminal.text())
        assert "path" not in terminal.text()
        terminal.write(" ")
        terminal.wait_for(lambda: "running" in terminal.screen.display[0])
        terminal.write("q")
        assert terminal.ended() == 0
    assert strange(log.read_text().splitlines(), claims, terminal.name) == []
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["log", "tmp"]


class Heard:
    """What this process asks of the system from now on; such an ear cannot be taken off, only closed."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.listens = True
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        line = told(event, arguments) if self.listens else None
        if line is not None:
            self.lines.append(line)


OFFERED = {key for action in ACTIONS if not action.host for key in action.keys.split(",")}
LEAVING = {"ctrl+c", "ctrl+q"}
OTHERS = [
    *(key for key in string.printable.strip() if _character_to_key(key) not in OFFERED),
    *(f"ctrl+{letter}" for letter in string.ascii_lowercase if f"ctrl+{letter}" not in OFFERED | LEAVING),
    *(f"f{number}" for number in range(2, 13)),
    *("shift+tab", "backspace", "insert", "ctrl+at"),
]
"""Keys that a kiosk does not speak of; what the others do is done by name."""


async def test_no_key_no_command_and_no_path_leads_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # of modules that this imports first
    app = build_kiosk("width-1", Wishes())

    async def and_a_path() -> None:
        if isinstance(app.focused, Input):
            app.post_message(Paste("/etc/hostname"))
            await driver.press("enter")
            app.focused.value = "/etc/passwd"
            await driver.press("enter")
        while len(app.screen_stack) > 1 or isinstance(app.focused, Input):
            await driver.press("escape")

    async with driven(app) as driver:
        heard = Heard()
        await driver.type(*OTHERS)
        await driver.press("escape")
        await and_a_path()
        commands = [*Actions(app.cockpit)._commands()]
        for _, action, run in commands:
            if action.id != "quit":
                run()
                await driver.pilot.pause(0.01)
                await and_a_path()
        heard.listens = False
        assert not app._exit
    assert strange(heard.lines, tmp_path) == []
    assert [*tmp_path.iterdir()] == []
    assert not any(action.host for _, action, _ in commands)


async def test_what_cannot_be_done_is_not_told_of() -> None:
    app = build_kiosk("width-1", Wishes())
    barred = [action for action in ACTIONS if action.host]
    assert {"open", "save", "suspend"} <= {action.id for action in barred}
    told = {line.text for line in page("gradient", app.offers)}
    assert not [action.tooltip for action in barred if action.tooltip in told]
    assert {action.tooltip for action in barred} <= {line.text for line in page("gradient", lambda _: True)}
    async with driven(app, (120, 60)):
        ledger = app.cockpit.panes["network"].ledger
        assert "source" in [row.label for row in ledger._rows]
        for place in [row.place for row in ledger._rows if row.kind == "more"]:
            ledger._fold(place, full=frozenset({"data"}))
        labels = [row.label for row in ledger._rows]
        assert "factor" in labels or "features" in labels
        assert "own file" not in labels


@pytest.mark.parametrize("scenario", ["/etc/passwd", "./relu-he", "run", "x.vgtui"])
def test_only_presets_are_opened(scenario: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoke(["--kiosk", scenario]) == 2
    assert capsys.readouterr().err == f"vgtui: {scenario}: --kiosk opens presets and nothing else\n"


async def test_whatever_action_is_asked_for_by_name_touches_no_file(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A link in a text, a binding of Textual's own: actions are also asked for by their names."""
    monkeypatch.chdir(tmp_path)
    app = build_kiosk("relu-he", Wishes())
    own = {name.removeprefix("action_") for name in dir(KioskApp) if name.startswith("action_")}
    assert {"screenshot", "suspend_process", "open", "save", "resume"} <= own
    async with driven(app) as driver:
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
