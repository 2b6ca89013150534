"""Colours between two of the theme's, for maps: as many as there are, three where the terminal's own do not mix."""

from __future__ import annotations

import numpy as np

from vgtui.tui.drawing.cells import SPACE, CellBuffer
from vgtui.tui.drawing.palette import ANSI, DEFAULT, Palette
from vgtui.tui.legible import TEXT

UPPER_HALF, LOWER_HALF = ord("▀"), ord("▄")

FAINTEST = 0.35
"""Of the way from the background to a colour, below which the terminal's own sixteen colours show none."""


def mixed(ground: int, ink: int, shares: np.ndarray) -> np.ndarray:
    """Colours, uint32 of the shape of `shares`: `ground` at 0, `ink` at 1; nan is the ground."""
    shares = np.clip(np.nan_to_num(np.asarray(shares, np.float64), nan=0.0), 0.0, 1.0)
    if ground >= ANSI or ink >= ANSI:
        return np.where(shares < FAINTEST, np.uint32(ground), np.uint32(ink)).astype(np.uint32)
    result = np.zeros(shares.shape, np.uint32)
    for shift in (16, 8, 0):
        low, high = ground >> shift & 0xFF, ink >> shift & 0xFF
        result |= np.round(low + (high - low) * shares).astype(np.uint32) << np.uint32(shift)
    return result


def diverging(palette: Palette, values: np.ndarray) -> np.ndarray:
    """From -1, one colour, over 0, the background, to 1, the other."""
    below = mixed(palette.background, palette.train, -np.asarray(values))
    return np.where(np.asarray(values) < 0, below, mixed(palette.background, palette.vanishing, values))


def class_inks(palette: Palette) -> tuple[int, ...]:
    """One colour a class; from the sixth on again."""
    return (
        palette.train,
        palette.vanishing,
        palette.good,
        palette.exploding,
        palette.muted,
    )


def upon(palette: Palette, grounds: np.ndarray) -> np.ndarray:
    """The ink of signs on coloured cells, uint32: of text, background, white and black the first that stands out.

    grounds: the colours of the cells, of any shape. On the terminal's own colours it is that of the text.
    """
    candidates = np.array([palette.text, palette.background, 0xFFFFFF, 0x000000], np.uint32)
    if palette.text >= ANSI or palette.background >= ANSI:
        return np.full(grounds.shape, palette.text, np.uint32)
    ink, ground = luminance(candidates) + 0.05, luminance(grounds)[..., None] + 0.05
    enough = np.maximum(ink, ground) / np.minimum(ink, ground) >= TEXT
    return candidates[enough.argmax(axis=-1)]


def luminance(colours: np.ndarray) -> np.ndarray:
    """Relative luminance, 0 to 1, of 0xRRGGBB: WCAG 2.1."""
    parts = np.stack([colours >> np.uint32(shift) & np.uint32(0xFF) for shift in (16, 8, 0)]) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.tensordot([0.2126, 0.7152, 0.0722], linear, 1))


def lay_halves(cells: CellBuffer, place: tuple[int, int], colours: np.ndarray) -> None:
    """A picture of (2 rows, columns) colours at `place` (y, x), two of its rows in one of cells.

    The terminal's own background is no ink: half a cell of it is left out instead of drawn.
    """
    (y, x), (rows, columns) = place, (len(colours) // 2, colours.shape[1])
    upper, lower = colours[::2], colours[1::2]
    blank = upper == DEFAULT
    codes = np.where(blank, np.where(lower == DEFAULT, SPACE, LOWER_HALF), UPPER_HALF)
    area = (slice(y, y + rows), slice(x, x + columns))
    cells.codes[area] = codes
    cells.foreground[area] = np.where(blank, lower, upper)
    cells.background[area] = np.where(blank, upper, lower)


def picture_ink(palette: Palette) -> int:
    """What stands out most: the text's colour, where it is one."""
    return palette.title if palette.text == DEFAULT else palette.text
