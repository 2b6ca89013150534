"""A list to choose from in a dialog."""

from __future__ import annotations

from textual.widgets import OptionList


class Choices(OptionList):
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
