"""Places on an axis at which a number is written: round ones."""

from __future__ import annotations

import math

from vgtui.tui.drawing.numbers import compact


def nice_ticks(
    low: float, high: float, count: int, width: int = 0, least: float = 0.0
) -> tuple[tuple[float, str], ...]:
    """About `count` multiples of 1, 2 or 5 times a power of ten from low to high; labels `width` cells wide.

    least  between two of them
    """
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return ((low, compact(low).rjust(width)),) if math.isfinite(low) else ()
    raw = max(span / max(1, count), least)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1.0, 2.0, 5.0, 10.0) if factor * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple((k * step, f"{k * step:.6g}".rjust(width)) for k in range(first, last + 1))


def decade_ticks(low: int, high: int, count: int, width: int = 0) -> tuple[tuple[float, str], ...]:
    """About `count` powers of ten from 1e`low` to 1e`high`, at their exponents."""
    step = max(1, math.ceil((high - low) / max(1, count)))
    return tuple((float(k), f"1e{k}".rjust(width)) for k in range(low, high + 1, step))
