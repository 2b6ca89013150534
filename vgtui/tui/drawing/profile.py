"""The gradient of every layer as a small picture: a column a layer, on the decades of the gradient flow."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from vgtui.tui.drawing.numbers import from_log10
from vgtui.tui.drawing.spark import spark_codes

LOWEST, HIGHEST = -12.0, 2.0
"""Decades at the foot and at the top of a column; what is below the foot has none."""

WIDEST = 4
"""Cells of a column, at most."""


def profile(gradients: Sequence[float], width: int, rows: int) -> list[str]:
    """`rows` lines of at most `width` cells, input to output, of log10 gradients; nan for a layer without weights.

    Where there are more layers than cells, each cell stands for several, by the least of them.
    """
    values = np.array([value for value in gradients if not math.isnan(value)])
    if not len(values):
        return [""] * rows
    columns = np.array([part.min() for part in np.array_split(values, min(len(values), width))])
    each = max(1, min(WIDEST, width // len(columns)))
    heights = np.clip((columns - LOWEST) / (HIGHEST - LOWEST), 0.0, 1.0).repeat(each)
    codes = spark_codes(heights, rows, np.ones(len(heights), bool))
    return ["".join(map(chr, line)) for line in codes.tolist()]


def in_words(gradients: Sequence[float]) -> str:
    """The first and the last layer's gradient, and how far they are apart."""
    values = [value for value in gradients if not math.isnan(value)]
    if not values:
        return "no layer has weights"
    first, last = values[0], values[-1]
    said = f"‖dL/dW‖ first {from_log10(first)}, last {from_log10(last)}"
    if math.isfinite(first) and math.isfinite(last):
        lost = last - first
        said += f" · {abs(lost):.1f} decades {'lost' if lost >= 0 else 'gained'}"
    return said
