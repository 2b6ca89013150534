"""What every dialog over the cockpit has in common: a titled box that escape closes."""

from __future__ import annotations

from typing import Generic, TypeVar

from textual.screen import ModalScreen

from vgtui.tui.keymap import bindings_for
from vgtui.tui.screens.behind import Overlay

Answer = TypeVar("Answer")


class Dialog(Overlay, ModalScreen[Answer | None], Generic[Answer]):
    """A box in the middle of the screen; its answer is None when it is closed."""

    BINDINGS = bindings_for("dialog")

    def action_close(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
