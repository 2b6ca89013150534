"""A curve as a row, or a few rows, of eighth blocks; nan, infinities and zeros included."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.cells import FULL_BLOCK, SPACE, CellBuffer, codepoints
from vgtui.tui.drawing.numbers import compact

EIGHTHS = codepoints(" ▁▂▃▄▅▆▇█")
NOT_A_NUMBER = ord("×")
TOO_LARGE = ord("▲")
LABEL = 15
"""Cells before a curve: its name, then its largest value above and its smallest below."""


class Bounds(Struct, frozen=True):
    """The values at the bottom and top of a curve. `log`: the heights between them are logarithmic."""

    low: float
    high: float
    log: bool

    def heights(self, values: np.ndarray) -> np.ndarray:
        """Where values lie between bottom and top: 0..1, inf above any number, nan where there is none."""
        with np.errstate(all="ignore"):
            if not self.log:
                heights = (values - self.low) / (self.high - self.low)
            else:
                low, high = math.log10(self.low), math.log10(self.high)
                heights = (np.log10(np.maximum(values, 0.0)) - low) / (high - low)
        return np.where(np.isfinite(values), np.minimum(np.maximum(heights, 0.0), 1.0), heights)


def bounds_of(series: list[np.ndarray], log: bool) -> Bounds:
    """Bounds that hold every finite value of all series; a constant lies in their middle.

    Where a logarithm is asked for and nothing is above zero, the bounds are linear.
    """
    values = np.concatenate([np.ravel(one) for one in series]) if series else np.empty(0)
    values = values[np.isfinite(values)]
    positive = values[values > 0]
    if log and positive.size:
        low, high = float(positive.min()), float(positive.max())
        return Bounds(low, high, True) if high > low * 1.000001 else Bounds(low / 2, high * 2, True)
    if not values.size:
        return Bounds(0.0, 1.0, False)
    low, high = float(values.min()), float(values.max())
    if high - low > 1e-9 * max(abs(low), abs(high)):
        return Bounds(low, high, False)
    room = abs(low) / 2 or 1.0
    return Bounds(low - room, high + room, False)


def resample(steps: np.ndarray, values: np.ndarray, span: tuple[float, float], width: int) -> np.ndarray:
    """`values` as `width` columns over steps span[0]..span[1]: the mean in each; empty ones hold the last.

    Columns before the first value are nan. A nan or an infinity in a column makes the column so.
    """
    columns = np.full(width, np.nan)
    if not len(values):
        return columns
    stretch = max(span[1] - span[0], 1e-300)
    places = ((steps - span[0]) / stretch * width).astype(np.int64)
    places = np.minimum(np.maximum(places, 0), width - 1)
    counts = np.bincount(places, minlength=width)
    with np.errstate(invalid="ignore"):
        sums = np.bincount(places, weights=values, minlength=width)
    filled = counts > 0
    last = np.maximum.accumulate(np.where(filled, np.arange(width), -1))
    known = last >= 0
    columns[known] = (sums / np.maximum(counts, 1))[last[known]]
    return columns


def spark_codes(heights: np.ndarray, rows: int, known: np.ndarray) -> np.ndarray:
    """Heights 0..1 as (rows, columns) eighth blocks. inf: `▲` on top; nan, where `known`: `×`."""
    finite = np.isfinite(heights)
    level = np.where(finite, np.round(np.where(finite, heights, 0.0) * (8 * rows - 1)) + 1, 0).astype(
        np.int64
    )
    base = 8 * np.arange(rows - 1, -1, -1)[:, None]
    codes = EIGHTHS[np.minimum(np.maximum(level - base, 0), 8)]
    if not finite.all():
        codes[0, heights == np.inf] = TOO_LARGE
        codes[1:, heights == np.inf] = FULL_BLOCK
        codes[-1, np.isnan(heights) & known] = NOT_A_NUMBER
    return codes


def draw_spark(
    buffer: CellBuffer,
    place: tuple[int, int],
    extent: tuple[int, int],
    columns: np.ndarray,
    bounds: Bounds,
    colours: tuple[int, int, int],
    name: str,
) -> None:
    """A curve of `extent` (width, rows) cells at `place` (y, x), labelled with its name and its bounds.

    columns  one value a column (width - LABEL of them), nan where there is none
    colours  of the curve, of what is no number, of the labels
    """
    (y, x), (width, rows) = place, extent
    if rows <= 0 or width <= LABEL:
        return
    before = np.logical_or.accumulate(~np.isnan(columns))
    codes = spark_codes(bounds.heights(columns), rows, before)
    wrong = (codes == NOT_A_NUMBER) | (codes == TOO_LARGE)
    buffer.text(y, x, name, colours[0])
    buffer.text(y, x + LABEL - 9, compact(bounds.high).rjust(8), colours[2])
    if rows > 1:
        buffer.text(y + rows - 1, x + LABEL - 9, compact(bounds.low).rjust(8), colours[2])
    buffer.block(y, x + LABEL, np.where(codes == 0, SPACE, codes), np.where(wrong, colours[1], colours[0]))
