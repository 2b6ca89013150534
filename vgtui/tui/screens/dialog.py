"""What every dialog over the cockpit has in common: a titled box that escape closes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen

from vgtui.tui.keymap import bindings_for

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.visual import Visual

Answer = TypeVar("Answer")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A box in the middle of the screen; its answer is None when it is closed."""

    BINDINGS = bindings_for("dialog")

    def render(self) -> RenderableType | Visual:
        """What is behind the box."""
        behind = super().render()
        if not isinstance(behind, BackgroundScreen):
            return behind
        from vgtui.tui.screens.behind import Behind

        return Behind(behind)

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close with an answer; once, however fast somebody presses enter."""
        return super().dismiss(result) if self.is_current else AwaitComplete.nothing()

    def action_close(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)
