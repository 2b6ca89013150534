"""Bars over fixed decades: a value keeps its length for as long as it keeps its size, on every frame."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.cells import FULL_BLOCK, SPACE, CellBuffer, codepoints

EIGHTHS = codepoints(" ▏▎▍▌▋▊▉")
RISING = codepoints(" ▁▂▃▄▅▆▇")
SPREAD = ord("░")
GRID = ord("┊")
BELOW = "‹"
ABOVE = "›"
"""Mark a value that lies outside of the scale; its number is always written beside the bar."""

MIN_TICK_GAP = 7
"""Cells that a tick label and the gap after it take."""


class Scale(Struct, frozen=True):
    """What a bar's two ends mean, in the unit of the values: decades (log10), or fractions of one.

    low, high   values at the left and right end
    step        distance between ticks
    decades     whether the values are log10 of what is shown
    """

    low: float
    high: float
    step: float
    decades: bool = True

    def fractions(self, values: np.ndarray) -> np.ndarray:
        """Where values lie between the ends, unclipped; nan stays nan."""
        return (np.asarray(values, np.float64) - self.low) / (self.high - self.low)

    def widened(self, factor: float) -> Scale:
        """So many times as many decades, the same number of ticks."""
        return Scale(self.low * factor, self.high * factor, self.step * factor, self.decades)

    @lru_cache(maxsize=256)  # noqa: B019  scales are few, and none is ever thrown away
    def ticks(self, width: int, gap: int = MIN_TICK_GAP) -> tuple[tuple[int, str], ...]:
        """Cell and label of each tick on a bar of `width` cells, thinned until they are `gap` cells apart."""
        count = round((self.high - self.low) / self.step)
        if width < gap or count < 1:
            return ()
        skip = 1
        while width * skip / count < gap and skip < count:
            skip += 1
        marks = [self.low + self.step * index for index in range(0, count + 1, skip)]
        return tuple((self._column(mark, width), self._label(mark)) for mark in marks)

    def _column(self, value: float, width: int) -> int:
        return min(width - 1, round((value - self.low) / (self.high - self.low) * width))

    def _label(self, value: float) -> str:
        return f"1e{value:.0f}" if self.decades else f"{100 * value:.0f}%"


def bar_codes(
    scale: Scale, low: np.ndarray, high: np.ndarray, width: int, parts: np.ndarray = EIGHTHS
) -> np.ndarray:
    """The cells of one bar a row: solid up to `low`, shaded on to `high`. Returns (rows, width) codepoints.

    A value on the scale shows at least an eighth of a cell; one outside of it its mark; a nan nothing. `parts` are
    the blocks of 0 to 7 eighths.
    """
    solid = _eighths(scale, low, width)
    codes = _solid_bars(width, parts.tobytes())[solid]
    if high is not low:
        shaded = _eighths(scale, high, width)
        codes[(codes == SPACE) & (8 * np.arange(width) < shaded[:, None]) & (shaded > solid)[:, None]] = (
            SPREAD
        )
    codes[high < scale.low, 0] = ord(BELOW)
    codes[high > scale.high, -1] = ord(ABOVE)
    return codes


@lru_cache(maxsize=64)
def _solid_bars(width: int, parts: bytes) -> np.ndarray:
    """A bar of every length in eighths of a cell: (8 * width + 1, width) codepoints, `parts` as uint32."""
    eighths = np.arange(8 * width + 1)[:, None] - 8 * np.arange(width)
    blocks = np.append(np.frombuffer(parts, np.uint32), np.uint32(FULL_BLOCK))
    return blocks[np.clip(eighths, 0, 8)]


def upright_codes(scale: Scale, low: np.ndarray, high: np.ndarray, height: int) -> np.ndarray:
    """As `bar_codes`, one bar a column, growing upwards. Returns (height, columns) codepoints."""
    return bar_codes(scale, low, high, height, RISING).T[::-1]


def _eighths(scale: Scale, values: np.ndarray, width: int) -> np.ndarray:
    """Lengths in eighths of a cell, (rows,) int64; 0 below the scale and for nan."""
    with np.errstate(invalid="ignore"):
        lengths = np.minimum(scale.fractions(values) * (8 * width), 8 * width)
    return np.where(lengths > 0, np.maximum(np.rint(lengths), 1), 0).astype(np.int64)


def draw_bars(
    buffer: CellBuffer,
    place: tuple[int, int],
    width: int,
    scale: Scale,
    values: tuple[np.ndarray, np.ndarray],
    colours: np.ndarray,
    grid: int,
) -> None:
    """One bar a row from `place` (y, x) downwards, before a faint grid of the scale's ticks.

    values   smallest and largest of each row, (rows,) each; the same array twice where a row is one value
    colours  one a row; grid: of the ticks
    """
    if width <= 0 or not len(values[0]):
        return
    codes = bar_codes(scale, values[0], values[1], width)
    empty = (codes == SPACE) & _at_ticks(scale, width)
    codes[empty] = GRID
    buffer.block(*place, codes, np.where(empty, np.uint32(grid), colours[:, None]))


@lru_cache(maxsize=256)
def _at_ticks(scale: Scale, width: int) -> np.ndarray:
    """Whether a tick stands at a cell, (width,) bool."""
    found = np.zeros(width, bool)
    found[[tick for tick, _ in scale.ticks(width)]] = True
    return found


def draw_ticks(buffer: CellBuffer, y: int, x: int, width: int, scale: Scale, colour: int) -> None:
    """The labels of the scale over its bars: each starts at its tick, the last ends at the right end."""
    for start, text in _labels(scale, width):
        buffer.text(y, x + start, text, colour)


@lru_cache(maxsize=256)
def _labels(scale: Scale, width: int) -> tuple[tuple[int, str], ...]:
    """Where the labels stand, those that there is room for."""
    found, free = [], 0
    for tick, text in scale.ticks(width):
        start = min(tick, width - len(text))
        if start >= free:
            found.append((start, text))
            free = start + len(text) + 1
    return tuple(found)
