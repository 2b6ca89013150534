"""Numbers in few cells: any float64, and powers of ten far outside of its range."""

from __future__ import annotations

import math

PLAIN_MIN, PLAIN_MAX = -3, 3
"""The powers of ten from and up to which a number is written plainly; outside of them with an exponent."""

FLOAT_LOG10 = 307.0
"""Beyond 10**±this a number is written as a power of ten: float64 holds it no longer, or not in full."""


def compact(value: float, digits: int = 3) -> str:
    """`value` with `digits` significant digits: 0.123, 12.3, 1.23e-07, 0, nan, inf, -inf."""
    size = abs(value)
    if 0.001 <= size < 99.0 and digits > 1:  # nearly all numbers: the other way takes three times as long
        return (f"{value:#.3g}" if digits == 3 else f"{value:#.{digits}g}").removesuffix(".")
    if not value:
        return "0"
    written = f"{value:.{digits - 1}e}"
    if not 0.0009 < size < 10_000.0:
        return written
    exponent = int(written.partition("e")[2])
    if not PLAIN_MIN <= exponent <= PLAIN_MAX:
        return written
    return f"{value:.{max(0, digits - 1 - exponent)}f}"


def from_log10(log10: float, digits: int = 3, sign: int = 1) -> str:
    """The number sign * 10**log10: as `compact`, or `10^-612` where float64 cannot hold it."""
    minus = "-" if sign < 0 else ""
    if math.isnan(log10):
        return "nan"
    if log10 == -math.inf:
        return "0"
    if log10 == math.inf:
        return minus + "inf"
    if abs(log10) > FLOAT_LOG10:
        return f"{minus}10^{log10:.0f}"
    return compact(sign * 10.0**log10, digits)


def ratio(log10: float) -> str:
    """A factor given by its log10: ×0.25, ×12, ×1e-05; at most 7 cells."""
    if math.isnan(log10):
        return "×nan"
    if math.isinf(log10):
        return "×inf" if log10 > 0 else "×0"
    if abs(log10) >= 100:
        return f"×10^{log10:.0f}"
    value = 10.0**log10
    if not 0.0095 <= value < 999.5:
        return f"×{value:.0e}"
    return f"×{compact(value, 2)}" if value < 99.5 else f"×{value:.0f}"


def decades(log10: float) -> str:
    """A distance in decades as a power of ten: 10^-5.2; 0 and inf for the infinities."""
    if math.isinf(log10):
        return "inf" if log10 > 0 else "0"
    return "nan" if math.isnan(log10) else f"10^{log10:.1f}"


def percent(fraction: float) -> str:
    """A fraction as per cent: 87.5 %, 100 %; nan where there is none."""
    if math.isnan(fraction):
        return "nan"
    return f"{100 * fraction:.1f} %" if fraction < 0.9995 else "100 %"


def magnitude(value: float) -> float:
    """log10 |value|: -inf for 0, inf for the infinities, nan for nan."""
    if math.isnan(value):
        return math.nan
    if math.isinf(value):
        return math.inf
    return math.log10(abs(value)) if value else -math.inf
