"""A rectangle of terminal cells as numpy arrays: what the panes draw into and what the output compares."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from vgtui.tui.drawing.pens import BOLD as BOLD
from vgtui.tui.drawing.pens import DIM as DIM
from vgtui.tui.drawing.pens import REVERSE as REVERSE

SPACE = 0x20
FULL_BLOCK = 0x2588
CUT = "…"
"""Stands at the end of a text that did not fit."""


class CellBuffer:
    """`height` x `width` cells, each one single-width character with its two colours and attributes.

    planes  (4, height, width) uint32, each of them by its name too:
    codes, foreground, background, attributes  codepoint, colours as `palette` writes them, the bits of `pens`
    """

    __slots__ = ("attributes", "background", "codes", "foreground", "height", "planes", "width")

    def __init__(self, width: int, height: int, foreground: int, background: int) -> None:
        self.width = width
        self.height = height
        self.planes = _blank(width, height, foreground, background).copy()
        self.codes, self.foreground, self.background, self.attributes = self.planes

    def text(
        self,
        y: int,
        x: int,
        text: str,
        foreground: int,
        background: int | None = None,
        attributes: int = 0,
        width: int | None = None,
    ) -> int:
        """Write `text` at column x of row y and return the column after it.

        It is cut, with `…` as its last cell, at the buffer's edge or after `width` cells. A place outside of
        the buffer is no error: what falls outside is not drawn. Characters must be one cell wide.
        """
        room = self.width - x if width is None else min(width, self.width - x)
        if not 0 <= y < self.height or room <= 0 or x < 0:
            return x
        text = fitted(text, room)
        end = x + len(text)
        self.codes[y, x:end] = codepoints(text)
        self.foreground[y, x:end] = foreground
        self.attributes[y, x:end] = attributes
        if background is not None:
            self.background[y, x:end] = background
        return end

    def lines(self, y: int, x: int, texts: Sequence[str], foreground: int | np.ndarray) -> None:
        """Write one text a row, downwards from (y, x), all of one length; `foreground` is one or one a row.

        Rows and columns that fall outside of the buffer are not drawn, and have no cut mark.
        """
        rows = min(len(texts), self.height - y)
        room = self.width - x
        if rows <= 0 or room <= 0 or not texts[0]:
            return
        codes = codepoints("".join(texts[:rows])).reshape(rows, -1)[:, :room]
        end = x + codes.shape[1]
        self.codes[y : y + rows, x:end] = codes
        colour = np.asarray(foreground, np.uint32)
        self.foreground[y : y + rows, x:end] = colour[:rows, None] if colour.ndim else colour

    def block(self, y: int, x: int, codes: np.ndarray, foreground: int | np.ndarray) -> None:
        """Lay a (rows, columns) array of codepoints at (y, x); `foreground` broadcasts over it."""
        rows = max(0, min(codes.shape[0], self.height - y))
        columns = max(0, min(codes.shape[1], self.width - x))
        self.codes[y : y + rows, x : x + columns] = codes[:rows, :columns]
        colours = np.asarray(foreground, np.uint32)
        if colours.ndim:
            colours = np.broadcast_to(colours, codes.shape)[:rows, :columns]
        self.foreground[y : y + rows, x : x + columns] = colours

    def fill(self, y: int, x: int, width: int, background: int, attributes: int = 0) -> None:
        """Give `width` cells of row y, from column x, a background (and attributes); their text stays."""
        if 0 <= y < self.height:
            self.background[y, max(x, 0) : max(x + width, 0)] = background
            if attributes:
                self.attributes[y, max(x, 0) : max(x + width, 0)] |= np.uint32(attributes)

    def row_text(self, y: int) -> str:
        """The characters of row y."""
        return characters(self.codes[y])


@lru_cache(maxsize=64)
def _blank(width: int, height: int, foreground: int, background: int) -> np.ndarray:
    """The planes of a buffer in which nothing is written."""
    pen = np.array([SPACE, foreground, background, 0], np.uint32)
    return np.broadcast_to(pen[:, None, None], (4, height, width)).copy()


def changed_cells(shown: CellBuffer, wanted: CellBuffer) -> np.ndarray:
    """Where two buffers of one size look different: (height, width) bool.

    The foreground of a space is invisible (unless reversed), so it does not count.
    """
    different = shown.planes != wanted.planes
    different[1] &= (wanted.codes != SPACE) | (wanted.attributes != 0)
    return np.logical_or.reduce(different)


@lru_cache(maxsize=1024)
def codepoints(text: str) -> np.ndarray:
    """The characters of a text as uint32, not to be written: most texts are the same frame after frame."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)


def characters(codes: np.ndarray) -> str:
    """The text of an array of codepoints."""
    return codes.astype("<u4").tobytes().decode("utf-32-le", "replace")


def fitted(text: str, width: int) -> str:
    """`text`, cut to `width` cells with a `…` at the end where it is longer."""
    if len(text) <= width:
        return text
    return text[: width - 1] + CUT if width > 0 else ""


def joined(parts: Sequence[str], width: int, between: str = " · ") -> str:
    """As many whole parts as `width` cells hold, with a `…` after them where some were left out."""
    for count in range(len(parts), 0, -1):
        text = between.join(parts[:count]) + (f" {CUT}" if count < len(parts) else "")
        if len(text) <= width:
            return text
    return fitted(parts[0], width) if parts else ""


def column(text: str, width: int, right: bool = False) -> str:
    """`text` padded or cut to exactly `width` cells, flush left, or flush right."""
    if len(text) > width:
        return fitted(text, width)
    return text.rjust(width) if right else text.ljust(width)
