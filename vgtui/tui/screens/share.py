"""The scenario as one line, to be copied."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label, TextArea

from vgtui.tui.keymap import key_of
from vgtui.tui.screens.dialog import Dialog


class ShareScreen(Dialog[None]):
    """The line, selected; in terminals with a clipboard it is there already."""

    BINDINGS = [("enter,q", "close", "Close")]

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = line

    def compose(self) -> ComposeResult:
        with Vertical(classes="box share") as box:
            box.border_title = "Share"
            box.border_subtitle = f"{key_of('close', 'dialog')} close"
            yield Label(
                "This network, its data and its training in one line. It was sent to the terminal's clipboard;"
                " whoever has it opens it by  vgtui open LINE",
                classes="note",
            )
            yield TextArea(self._line, read_only=True, soft_wrap=True, compact=True)
