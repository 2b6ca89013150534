"""Ask for one number: what is wrong with it is said under it, and the dialog stays."""

from __future__ import annotations

import math

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Label

from vgtui.tui.keymap import key_of
from vgtui.tui.screens.dialog import Dialog


class ValueScreen(Dialog[float]):
    """Its answer is a finite number."""

    def __init__(self, title: str, value: float) -> None:
        super().__init__()
        self._heading = title
        self._value = value

    def compose(self) -> ComposeResult:
        with Vertical(classes="box narrow") as box:
            box.border_title = self._heading
            box.border_subtitle = f"enter set · {key_of('close', 'dialog')} close"
            yield Label("Any finite number, as 0.25 or -1e-3.", classes="note")
            yield Input(f"{self._value:.12g}", select_on_focus=True, compact=True)
            yield Label("", classes="error", markup=False)

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        try:
            value = float(event.value)
        except ValueError:
            value = math.nan
        if math.isfinite(value):
            self.dismiss(value)
        else:
            self.query_one(".error", Label).update(f"must be a finite number, not {event.value.strip()!r}")
