"""From what is wanted to an app that is ready to run."""

from __future__ import annotations

from pathlib import Path

from vgtui.scenario import library
from vgtui.scenario.errors import UserError
from vgtui.tui import unfinished
from vgtui.tui.app import VgtuiApp
from vgtui.tui.configuration import read_configuration
from vgtui.tui.configuration import usual_path as configuration_path
from vgtui.tui.keymap import CHOSEN
from vgtui.tui.memory import Memory, usual_path
from vgtui.tui.pace import REFRESH
from vgtui.tui.take_away import SESSION
from vgtui.tui.wishes import Terminal, Wishes

THEME = "textual-dark"
"""Where nothing is known of the terminal."""


def build_app(scenario: str | None = None, wishes: Wishes | None = None) -> VgtuiApp:
    """The app on a preset, a scenario file, a saved session or the one that was cut off last, ready to run.

    Raises UserError where there is no such thing.
    """
    wishes = wishes or Wishes()
    session = Path(scenario) if scenario is not None and scenario.endswith(SESSION) else None
    if session is not None and not session.is_file():
        raise UserError("no such file", source=str(session))
    if wishes.resume and unfinished.age_of_newest() is None:
        raise UserError("there is no session that was cut off, so there is nothing to resume")
    start = library.DEFAULT_PRESET if scenario is None or session is not None else scenario
    if wishes.kiosk:
        from vgtui.tui.kiosk import build_kiosk

        return build_kiosk(start, wishes)
    configuration = read_configuration(configuration_path())
    CHOSEN.update(configuration.keys)
    first = wishes.start or library.load_scenario(start)
    terminal, recording = wishes.terminal, None
    if wishes.record is not None:
        from vgtui.tui.recording import Recording, recorded

        recording = Recording(wishes.record, first.title)
        terminal = Terminal(
            recorded(terminal and terminal.driver, recording), terminal.theme if terminal else THEME
        )
    app = VgtuiApp(
        first,
        session,
        resume=wishes.resume,
        keep=wishes.keep,
        history_megabytes=wishes.history_megabytes,
        terminal=terminal,
        against=wishes.against,
        memory=Memory(usual_path()),
    )
    app.runner.pace.refresh = wishes.refresh or configuration.refresh or REFRESH
    app.recording = recording
    return app
