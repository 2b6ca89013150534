"""From what is wanted to an app that is ready to run."""

from __future__ import annotations

from vgtui.tui.app import VgtuiApp
from vgtui.tui.beginning import Beginning, begin
from vgtui.tui.pace import REFRESH
from vgtui.tui.wishes import Terminal, Wishes

THEME = "textual-dark"
"""Where nothing is known of the terminal."""


def build_app(scenario: str | None = None, wishes: Wishes | None = None) -> VgtuiApp:
    """The app on a preset, a scenario file, a saved session or the one that was cut off last, ready to run.

    Raises UserError where there is no such thing.
    """
    wishes = wishes or Wishes()
    return build(begin(scenario, wishes), wishes)


def build(beginning: Beginning, wishes: Wishes) -> VgtuiApp:
    """The app on what was read already."""
    if wishes.kiosk:
        from vgtui.tui.kiosk import build_kiosk

        return build_kiosk(beginning.name, wishes)
    terminal, recording = wishes.terminal, None
    if wishes.record is not None:
        from vgtui.tui.recording import Recording, recorded

        recording = Recording(wishes.record, beginning.scenario.title)
        terminal = Terminal(
            recorded(terminal and terminal.driver, recording), terminal.theme if terminal else THEME
        )
    app = VgtuiApp(
        beginning.scenario,
        beginning.session,
        resume=wishes.resume,
        keep=wishes.keep,
        history_megabytes=wishes.history_megabytes,
        terminal=terminal,
        against=wishes.against,
        memory=beginning.memory,
    )
    app.runner.pace.refresh = wishes.refresh or beginning.configuration.refresh or REFRESH
    app.runner.first_name = beginning.name
    app.recording = recording
    return app
