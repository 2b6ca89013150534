"""The screen behind a dialog, dimmed: as Textual shows it, past Rich's way of laying out text, which takes longer."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen
from textual.strip import Strip
from textual.visual import RenderOptions, Visual

from vgtui.tui.output import strips_of

if TYPE_CHECKING:
    from textual.css.styles import RulesMap
    from textual.style import Style as TextualStyle


class Behind(Visual):
    """All that a screen shows, tinted."""

    def __init__(self, behind: BackgroundScreen) -> None:
        self._behind = behind

    def render_strips(
        self, width: int, height: int | None, style: TextualStyle, options: RenderOptions
    ) -> list[Strip]:
        """Every row, in as few pieces as it is drawn in."""
        colour = self._behind.color
        return [
            Strip([Segment(text, dimmed(pen, colour)) for text, pen, _ in strip], strip.cell_length)
            for strip in strips_of(self._behind.screen)[:height]
        ]

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        """All there is."""
        return container_width

    def get_height(self, rules: RulesMap, width: int) -> int:
        """The screen's."""
        return self._behind.screen.size.height


@lru_cache(maxsize=4096)
def dimmed(style: Style | None, colour: Color) -> Style | None:
    """A style under the tint; what it tells of links and clicks is left out."""
    return next(iter(BackgroundScreen.process_segments([Segment("", style)], colour))).style
