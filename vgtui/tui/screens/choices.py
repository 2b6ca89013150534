"""A list to choose from in a dialog."""

from __future__ import annotations

from textual.events import Click
from textual.widgets import OptionList


class Clicked:
    """Mixin of a list that may have become shorter since the line was drawn that is clicked: that is no choice."""

    def _on_click(self: OptionList, event: Click) -> None:  # type: ignore[misc]
        clicked = event.style.meta.get("option")
        if clicked is not None and clicked >= self.option_count:
            event.prevent_default()


class Choices(Clicked, OptionList):
    """Textual's own, which fails at a page up or down where it has no room for a line."""

    def action_page_up(self) -> None:
        """A page up."""
        if has_lines(self):
            super().action_page_up()

    def action_page_down(self) -> None:
        """A page down."""
        if has_lines(self):
            super().action_page_down()


def has_lines(options: OptionList) -> bool:
    """Whether a list has been laid out, so that its pages are known."""
    return bool(options._lines)
