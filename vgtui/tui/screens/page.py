"""A long text to scroll through, of which only the rows that are seen are drawn."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

SIGN = 14
"""Columns before the text that a sign stands before."""


class Line(NamedTuple):
    """A text, wrapped where it is long; the sign or the keys before it; or a heading."""

    text: str = ""
    sign: str = ""
    heading: bool = False


class Page(ScrollView):
    """Lines one below the other."""

    COMPONENT_CLASSES = {"page--heading", "page--sign"}
    DEFAULT_CSS = """
    Page { overflow-x: hidden; overflow-y: scroll; }
    Page > .page--heading { color: $text-primary; text-style: bold; }
    Page > .page--sign { text-style: bold; }
    """

    def __init__(self, lines: Sequence[Line], *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._lines = lines
        self._rows: list[Line] = []

    def on_resize(self, event: Resize) -> None:
        """Another width wraps in other places."""
        width = self.scrollable_content_region.width
        self._rows = [row for line in self._lines for row in wrapped(line, width)]
        self.virtual_size = Size(width, len(self._rows))

    def render_line(self, y: int) -> Strip:
        """One row."""
        place = y + self.scroll_offset.y
        row = self._rows[place] if place < len(self._rows) else Line()
        text = self.get_component_rich_style("page--heading") if row.heading else self.rich_style
        sign = self.get_component_rich_style("page--sign")
        strip = Strip([Segment(row.sign, sign), Segment(row.text, text)])
        return strip.adjust_cell_length(self.size.width, self.rich_style)


def wrapped(line: Line, width: int) -> list[Line]:
    """The rows that a line takes, each padded sign and all: what is wrapped stands under the text's beginning."""
    sign = f"  {line.sign:<{SIGN - 4}}  " if line.sign else ""
    room = max(width - len(sign), 8)
    texts = [line.text] if len(line.text) <= room else textwrap.wrap(line.text, room)
    rest = " " * len(sign)
    return [Line(text, rest if number else sign, line.heading) for number, text in enumerate(texts)]
