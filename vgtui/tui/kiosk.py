"""The app for strangers: presets and their edits, and no way from there to the machine that it runs on.

For a shared account that is reached by SSH, in sshd_config:

    Match User demo
        ForceCommand /usr/local/bin/vgtui --kiosk
        PermitTTY yes
        DisableForwarding yes
        PermitUserRC no
        AcceptEnv LANG LC_*

What the account asks for (SSH_ORIGINAL_COMMAND) is passed over. The kernels are compiled beforehand, as that
account, by `vgtui warmup`; where they are not, the program writes its own cache, and nothing else.
"""

from __future__ import annotations

import signal
from time import monotonic
from typing import Any

from textual import events

from vgtui.data import allowance
from vgtui.scenario import library
from vgtui.tui.app import VgtuiApp
from vgtui.tui.keymap import ACTIONS, Action
from vgtui.tui.wishes import Wishes

MEGABYTES = 256
"""For one network and its data, unless --memory says otherwise."""

HISTORY = 64
"""Megabytes for going back."""

BOUNDS = {"units": 512, "layers": 1200, "steps": 200_000, "files": False}

IDLE = 600.0
"""Seconds without a key or a click after which the session ends."""

LOOK = 1.0
"""Seconds from one look to the next at whether it is idle."""

TEXTUAL_S_OWN = frozenset({"quit", "command_palette", "change_theme", "help_quit", "simulate_key", "bell"})
"""Of the actions that Textual brings, those that touch nothing but the screen."""

ALLOWED = TEXTUAL_S_OWN | {
    action.action.partition("(")[0].rpartition(".")[2] for action in ACTIONS if not action.host
}


class KioskApp(VgtuiApp):
    """Every action that is not allowed by name is none."""

    REPORTS_CRASHES = False
    TAKES_FILES = False
    idle_seconds = IDLE

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._used = monotonic()

    def on_mount(self) -> None:
        """Keep an eye on the clock, and stay in the foreground, which Textual's driver would leave when told."""
        signal.signal(signal.SIGTSTP, signal.SIG_IGN)
        self.set_interval(LOOK, self._leave_if_idle)

    async def on_event(self, event: events.Event) -> None:
        """Somebody is there."""
        if isinstance(event, events.InputEvent):
            self._used = monotonic()
        await super().on_event(event)

    def _leave_if_idle(self) -> None:
        if monotonic() - self._used > self.idle_seconds:
            self.exit(message="vgtui: nobody was there for a while, so the session ended.")

    def offers(self, action: Action) -> bool:
        """All but what reads or writes files."""
        return not action.host

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action is allowed, wherever it is asked for: a key, the palette, a link in a text."""
        return action in ALLOWED and super().check_action(action, parameters)

    def open_url(self, url: str, *, new_tab: bool = True) -> None:
        """A browser would be a program of the host."""
        self.notify(url, title="Links are not opened here", markup=False)

    def deliver_text(self, *arguments: Any, **settings: Any) -> None:  # type: ignore[override]
        """Nothing is written: no screenshot, no download."""

    def deliver_binary(self, *arguments: Any, **settings: Any) -> None:  # type: ignore[override]
        """Nothing is written."""


def build_kiosk(preset: str, wishes: Wishes) -> KioskApp:
    """The app for strangers, its bounds in force for the whole process. Raises UserError."""
    told = allowance.current()
    allowance.allow(told.memory / 2**20 if told.told else MEGABYTES, **BOUNDS)
    scenario = library.load_scenario(preset)
    return KioskApp(
        scenario, history_megabytes=min(HISTORY, wishes.history_megabytes), terminal=wishes.terminal
    )
