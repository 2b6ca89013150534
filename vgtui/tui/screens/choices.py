"""A list to choose from in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.events import Click
from textual.widgets import OptionList

if TYPE_CHECKING:
    from textual.geometry import Size


class Narrow:
    """Mixin of a list: Textual's own fails where it has no column for its lines.

    And at a click on a line that was drawn before the list became shorter: that is no choice.
    """

    def _update_lines(self: Any) -> None:
        if self.scrollable_content_region.width > self._around:
            super()._update_lines()  # type: ignore[misc]

    def get_content_height(self: Any, container: Size, viewport: Size, width: int) -> int:
        """Rows that the lines take in so many columns."""
        return int(super().get_content_height(container, viewport, max(width, self._around + 1)))  # type: ignore[misc]

    @property
    def _around(self: Any) -> int:
        """Columns that are none of the lines'."""
        padding = self.get_component_styles("option-list--option").padding
        return int(self._get_left_gutter_width() + padding.width)

    def _on_click(self: OptionList, event: Click) -> None:  # type: ignore[misc]
        clicked = event.style.meta.get("option")
        if clicked is not None and clicked >= self.option_count:
            event.prevent_default()


class Choices(Narrow, OptionList):
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
