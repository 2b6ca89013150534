"""What is left of a crash: a report in a file, one line that says where, and the terminal as it was before."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from pathlib import Path
from time import strftime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vgtui.scenario.model import Scenario

KEPT = 20
"""Reports that are kept: the newest."""

APOLOGY = "vgtui: something went wrong in the program itself"


class CrashKept:
    """Mixin for an App: an error that nothing has caught ends it, and is kept instead of printed.

    Textual would print pages over the terminal, with the values of all variables.
    """

    crash = ""
    REPORTS_CRASHES = True

    def _fatal_error(self: Any) -> None:
        """Textual's own way out, but for what it prints; in a test the error is raised again there."""
        self.crash = traceback.format_exc()
        if self.is_headless:
            super()._fatal_error()  # type: ignore[misc]
            return
        self._close_messages_no_wait()


def last_words(crash: str, scenario: Scenario, *, keep: bool) -> str:
    """The lines for a person after a crash, the report written or, where it cannot be, among them."""
    if not keep:
        return f"{APOLOGY}.\n"
    report = f"{_circumstances(scenario)}\n{crash}"
    try:
        path = _written(report)
    except OSError as error:
        return f"{report}\n{APOLOGY}; the report above could not be written: {error.strerror or error}\n"
    return f"{APOLOGY}; the report is in {path}\n"


def _written(report: str) -> Path:
    from vgtui.scenario.folders import user_folder

    state = user_folder("state")
    if state is None:
        raise OSError("there is no home folder")
    path = state / "crashes" / f"{strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(report, encoding="utf-8", errors="replace")
    for old in sorted(path.parent.glob("*.txt"))[:-KEPT]:  # their names begin with the time
        old.unlink(missing_ok=True)
    return path


def _circumstances(scenario: Scenario) -> str:
    from vgtui import __version__
    from vgtui.scenario.library import dump

    program = f"vgtui {__version__}, Python {sys.version.split()[0]}, {platform.platform()}"
    terminal = {name: os.environ.get(name, "") for name in ("TERM", "COLORTERM", "LANG", "LC_ALL")}
    return f"{program}\n{terminal}\n\n{dump(scenario)}"
