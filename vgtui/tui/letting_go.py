"""Lets go of what was on the screen once.

Textual remembers the colours of borders by the widget's cache of lines, and so keeps the lines of the last thousand
widgets: whatever was closed long ago. Garbage collection, for which the screen stands still, goes through all of them.
"""

from __future__ import annotations

from functools import lru_cache

from textual._styles_cache import StylesCache
from textual.color import Color
from textual.style import Style


@lru_cache(maxsize=1024)
def inner_and_outer(base: Color, background: Color) -> tuple[Style, Style]:
    """The styles within a border and around it: as Textual has them, remembered by the colours alone."""
    return Style(background=base + background), Style(background=base)


def let_go() -> None:
    """From now on, where this is a Textual that does so."""
    if hasattr(StylesCache, "get_inner_outer"):
        StylesCache.get_inner_outer = staticmethod(inner_and_outer)  # type: ignore[method-assign, assignment]
