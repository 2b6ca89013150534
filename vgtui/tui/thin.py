"""Textual's own repaints in fewer bytes: it ends every piece of text by a reset and begins the next in full colour."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.console import Console
from textual._compositor import ChopsUpdate, LayoutUpdate

PEN = re.compile(r"\x1b\[([\d;]*)m")
"""A change of pen, and what to."""

MOVES = re.compile(r"(?:\x1b\[\d*(?:;\d*)?[A-DH]|[\r\n])*")
"""Of the cursor, which no pen has a part in."""

PARTS = re.compile(r"(?:3|4)8;(?:2;\d+;\d+;\d+|5;\d+)|\d+")
"""The parameters of a pen: colours whole, and the rest one by one."""


class ThinLayout(LayoutUpdate):
    """A whole screen."""

    def render_segments(self, console: Console) -> str:
        """What the terminal is sent."""
        return thinned(super().render_segments(console))


class ThinChops(ChopsUpdate):
    """Parts of a screen."""

    def render_segments(self, console: Console) -> str:
        """What the terminal is sent."""
        return thinned(super().render_segments(console))


def thinned(sequence: str) -> str:
    """The same on the screen; each pen in `sequence` is that of the text behind it alone, and is reset after it."""
    first, *rest = PEN.split(sequence)
    out, held = [first], ""
    for pen, text in zip(rest[::2], rest[1::2], strict=True):
        wanted = "" if pen == "0" else pen
        if not MOVES.fullmatch(text):
            out.append(change_of_pen(held, wanted))
            held = wanted
        out.append(text)
    out.append(change_of_pen(held, ""))
    return "".join(out)


@lru_cache(maxsize=4096)
def change_of_pen(old: str, new: str) -> str:
    """From one pen to another, both as what they are after a reset."""
    if old == new:
        return ""
    if not old or not new:
        return f"\x1b[{new or 0}m"
    before, after = PARTS.findall(old), PARTS.findall(new)
    is_kept = [*map(_kind, before)] == [*map(_kind, after)]
    changed = ";".join(part for part in after if part not in before) if is_kept else f"0;{new}"
    return f"\x1b[{changed}m"


def _kind(part: str) -> str:
    """Of a colour: whether of the text or behind it. Of the rest: itself."""
    number = int(part.partition(";")[0])
    if 30 <= number <= 39 or 90 <= number <= 97:
        return "text"
    return "ground" if 40 <= number <= 49 or 100 <= number <= 107 else part
