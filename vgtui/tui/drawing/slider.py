"""A slider: a track with a knob on it, and the least and the largest value at its ends."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import Any

from vgtui.tui.drawing.cells import BOLD, CellBuffer
from vgtui.tui.drawing.palette import Palette

SHORTEST = 6
"""Cells of a track, at least."""

TRACK, KNOB = "─", "●"


@dataclass(frozen=True, slots=True)
class Slider:
    """Where the track is: `length` cells from column x on; and what stands before and after it."""

    x: int
    length: int
    low: str
    high: str

    @classmethod
    def fitting(cls, x: int, width: int, low: str, high: str) -> Slider | None:
        """In the cells from x to `width`: without its ends where they leave no room; None without room for a track."""
        room = width - x - len(low) - len(high) - 2
        if room >= SHORTEST:
            return cls(x + len(low) + 1, room, low, high)
        return cls(x, width - x, "", "") if width - x >= SHORTEST else None

    def place_at(self, x: int, count: int) -> int | None:
        """Which of so many values the cell at column x is for; None beside the track."""
        if not self.x <= x < self.x + self.length:
            return None
        return self.nearest(x, count)

    def nearest(self, x: int, count: int) -> int:
        """The same, beside the track too: its end."""
        share = (x - self.x) / max(1, self.length - 1)
        return round(max(0.0, min(1.0, share)) * (count - 1))

    def draw(self, cells: CellBuffer, y: int, place: int, count: int, palette: Palette) -> None:
        """With the knob at one of so many values."""
        cells.text(y, self.x - len(self.low) - 1, self.low, palette.muted)
        cells.text(y, self.x, TRACK * self.length, palette.muted)
        cells.text(y, self.x + self.length + 1, self.high, palette.muted)
        knob = self.x + round(place / max(1, count - 1) * (self.length - 1))
        cells.text(y, knob, KNOB, palette.title, attributes=BOLD)


def place_of(value: Any, stops: tuple[Any, ...]) -> int:
    """The stop that a value is at, or the next one above it."""
    if value in stops:
        return stops.index(value)
    numbers = [stop for stop in stops if isinstance(stop, int | float)]
    return min(stops.index(numbers[0]) + bisect_left(numbers, value), len(stops) - 1)
