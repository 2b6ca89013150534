"""What every dialog over the cockpit has in common: a titled box that escape closes."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from vgtui.tui.keymap import bindings_for
from vgtui.tui.screens.behind import Overlay

Answer = TypeVar("Answer")


class Dialog(Overlay, ModalScreen[Answer | None], Generic[Answer]):
    """A box in the middle of the screen; its answer is None when it is closed."""

    BINDINGS = bindings_for("dialog")

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close with an answer; once, however fast somebody presses enter."""
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()

    def action_close(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
