"""Opens the app: a line on the screen first, and only then what takes long to import.

So nothing is imported here, but where it is used, that a bare interpreter has not loaded already.
"""

from __future__ import annotations

import gc
import os
import sys

from vgtui.scenario import presets
from vgtui.tui.capabilities import characters, original, refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from vgtui.tui.beginning import Beginning
    from vgtui.tui.wishes import Features, Wishes

SESSION = ".vgtui"
"""How the name of a saved session ends."""

FILES = (SESSION, ".toml")

STANDARD_OUTPUT, STANDARD_ERROR = 1, 2

ERASE = "\r\x1b[2K"


def can_open_at_once(args: Sequence[str]) -> bool:
    """Whether `args`, on a terminal, are nothing but a preset or a file, for which no command line is needed."""
    if len(args) > 1 or not (os.isatty(0) and os.isatty(1)):
        return False
    return not args or presets.exists(args[0]) or (args[0].endswith(FILES) and os.path.isfile(args[0]))


def open_at_once(scenario: str | None = None) -> int:
    """Open the app and return the exit code; what went wrong is one line on standard error."""
    try:
        return launch(scenario)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from vgtui.scenario.errors import UserError

        if not isinstance(error, UserError):
            raise
        sys.stderr.write(f"vgtui: {error}\n")
        return 2


def launch(scenario: str | None = None, *, ascii_only: bool | None = None, **wishes: Any) -> int:
    """Open the app and return the exit code; `wishes` as `vgtui.tui.wishes` has them.

    Raises UserError where that cannot be done: then the screen is clean. Until the engine is loaded nothing
    becomes garbage, so nothing is collected: the runner starts that again.
    """
    why_not = refusal(os.environ)
    if why_not:
        from vgtui.scenario.errors import UserError

        raise UserError(why_not)
    if wishes.get("kiosk"):
        _close_doors()
    if _screen() != STANDARD_ERROR:
        sys.__stderr__ = sys.__stdout__  # type: ignore[misc]  # that is where Textual draws
    gc.disable()
    plain = characters(original())[0] != "utf-8" if ascii_only is None else ascii_only
    title = title_line(scenario, plain=plain)
    _answer_signals(ERASE, title)
    try:
        _write(title)
        from vgtui.tui.beginning import begin
        from vgtui.tui.wishes import Wishes, features_at_hand

        wanted, terminal = Wishes(keep=True, **wishes), features_at_hand(ascii_only)
        beginning = begin(scenario, wanted)
    finally:
        _write(ERASE)
    return _run(beginning, wanted, terminal)


def _run(beginning: Beginning, wishes: Wishes, terminal: Features) -> int:
    """Run the app; until it is there its sketch is on the screen, and goes where nothing follows it."""
    from msgspec.structs import replace

    from vgtui.tui import sketch

    drawn = sketch.of_first_frame(beginning.scenario, beginning.memory.kept, plain=terminal.is_plain)
    end = sketch.END if drawn else ""
    _answer_signals(end, drawn)
    try:
        _write(drawn)
        import_asyncio()
        from vgtui.tui.building import build
        from vgtui.tui.guardian import run_guarded

        app = build(beginning, replace(wishes, terminal=terminal.terminal()))
    except BaseException:
        _write(end)
        raise
    return run_guarded(app)


def import_asyncio() -> None:
    """As a Python that was built without TLS does it: the app has no use for that, and starts in a fortieth less."""
    if "ssl" in sys.modules:
        return
    sys.modules["ssl"] = None  # type: ignore[assignment]
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]


def _answer_signals(end: str, again: str) -> None:
    """Until the guardian and the driver take over: whatever ends or stops the program leaves the terminal in order.

    Nothing is raised: Python drops what a signal raises where it meets it in a callback, as there are many in an
    import. `again` is written when the program goes on.
    """
    import _signal as signal  # type: ignore[import-not-found]  # the module around it imports what takes long

    def leave(number: int, _: object) -> None:
        _write(end)
        os._exit(128 + number)

    def pause(number: int, _: object) -> None:
        _write(end)
        os.kill(os.getpid(), signal.SIGSTOP)
        _write(again)

    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, leave)
    if signal.getsignal(signal.SIGTSTP) != signal.SIG_IGN:
        signal.signal(signal.SIGTSTP, pause)


def _close_doors() -> None:
    """Before Textual is imported: nothing that its environment could have it do, and no way to the background."""
    import signal

    signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    for name in [name for name in os.environ if name.startswith("TEXTUAL")]:
        if name != "TEXTUAL_FPS":
            del os.environ[name]


def title_line(scenario: str | None, *, plain: bool = False) -> str:
    """What there is to say at once, no wider than the terminal: the program's name, and what it opens.

    `plain` is for a terminal that knows ASCII only.
    """
    name = "" if scenario is None else f" · {os.path.basename(scenario)[:60]}"
    text = "".join(character for character in f" vgtui{name} …" if character.isprintable())
    if plain:
        text = text.replace("·", "-").replace("…", "...").encode("ascii", "replace").decode()
    try:
        width = os.get_terminal_size(_screen()).columns
    except OSError:
        width = 0
    return f"\x1b[1m{text[: max(width - 1, 0)]}\x1b[m"


def _write(text: str) -> None:
    """To the terminal that the app is going to be drawn on."""
    if os.isatty(_screen()):
        os.write(_screen(), text.encode(errors="replace"))


def _screen() -> int:
    """What the app is drawn on: standard error, or standard output where the former goes into a file."""
    return STANDARD_OUTPUT if os.isatty(STANDARD_OUTPUT) and not os.isatty(STANDARD_ERROR) else STANDARD_ERROR
