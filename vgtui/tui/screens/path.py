"""Ask for a path: what to open, and where to save."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.suggester import Suggester
from textual.widgets import Input, Label

from vgtui.scenario.errors import UserError
from vgtui.tui.keymap import key_of
from vgtui.tui.screens.dialog import Dialog

ENDINGS = (".toml", ".vgtui")


class PathScreen(Dialog[Path]):
    """One line for a path. What is wrong with it is said under it, and the dialog stays."""

    def __init__(self, title: str, note: str, accept: Callable[[Path], None], value: str = "") -> None:
        """`accept` does what the dialog is for, and raises a UserError where it cannot."""
        super().__init__()
        self._heading = title
        self._note = note
        self._accept = accept
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="box") as box:
            box.border_title = self._heading
            box.border_subtitle = f"enter accept · → complete · {key_of('close', 'dialog')} close"
            yield Label(self._note, classes="note")
            yield Input(self._value, placeholder="path", suggester=Paths(), compact=True)
            yield Label("", classes="error", markup=False)

    @on(Input.Changed)
    def _edited(self) -> None:
        self.query_one(".error", Label).update("")

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        if not event.value.strip():
            return
        path = Path(os.path.expanduser(event.value.strip()))
        try:
            self._accept(path)
        except UserError as error:
            self.query_one(".error", Label).update(str(error))
        else:
            self.dismiss(path)


class Paths(Suggester):
    """Completes a path to the first folder, scenario or session in its folder that begins so."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The whole path, or None."""
        head, tail = os.path.split(value)
        try:
            entries = sorted(os.scandir(os.path.expanduser(head or ".")), key=lambda entry: entry.name)
        except (OSError, ValueError):
            return None
        for entry in entries:
            fits = entry.name.startswith(tail) and (tail or not entry.name.startswith("."))
            if fits and (entry.is_dir() or entry.name.endswith(ENDINGS)):
                return os.path.join(head, entry.name) + (os.sep if entry.is_dir() else "")
        return None
