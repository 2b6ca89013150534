"""An explanation: frozen, and its formula can be evaluated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """One number in a formula. symbol: as the formula writes it; log10: of its size, where float64 does not hold it."""

    symbol: str
    value: float
    meaning: str
    log10: float | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Where one number comes from.

    title    what it is
    value    the number; log10: of its size, where float64 does not hold it
    formula  `symbol = ...`: the right side is made of the terms' symbols, numbers, + - × / ( ), sqrt, log10, exp and
             abs, and gives the value
    terms    in the order in which the formula has them
    meaning  what the number says, a sentence or two
    source   who has the formula, or whose definition it is
    also     other numbers that belong to it
    """

    title: str
    value: float
    formula: str
    terms: tuple[Term, ...]
    meaning: str
    source: str
    log10: float | None = None
    also: tuple[Explanation, ...] = ()
