"""What a frame may cost: as the way to the terminal and back grows longer, fewer colours, shades and panes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.color import ColorSystem

    from vgtui.tui.drawing.cells import CellBuffer

LONG, VERY_LONG = 0.15, 0.4
"""Seconds of the way there and back from which on it is saved, and saved more."""

MEMORY = 0.7
"""Of what was measured before, that part still counts when another way is measured."""

EASE = 0.7
"""Of the threshold: so far the way must have become shorter before more is spent again."""

PANES = (None, 3, 1)
"""Panes in one frame, at most, by how much is saved."""

SHADE = 51
"""Steps of a colour where shades are few: those that the 256 colours have."""


class Thrift:
    """Follows the round trips of the frames. `level` is 0, 1 or 2: how much is saved."""

    def __init__(self) -> None:
        self.round_trip = 0.0
        self.level = 0
        self._first = 0

    def took(self, seconds: float) -> None:
        """A frame was acknowledged after so long."""
        self.round_trip = MEMORY * self.round_trip + (1 - MEMORY) * seconds
        wanted = (self.round_trip > LONG) + (self.round_trip > VERY_LONG)
        at_ease = (self.round_trip > EASE * LONG) + (self.round_trip > EASE * VERY_LONG)
        self.level = max(wanted, min(self.level, at_ease))

    def colours(self, system: ColorSystem) -> ColorSystem:
        """The colour system of a frame for a terminal that has `system`."""
        from rich.color import ColorSystem

        return min(system, ColorSystem.EIGHT_BIT) if self.level and system != ColorSystem.WINDOWS else system

    def shades(self, cells: CellBuffer) -> None:
        """Leave few shades in what is to be shown, so that little of it changes."""
        if self.level == 2:
            coarsen(cells)

    def order(self, count: int) -> list[int]:
        """The panes, by number, in the order in which their turn has come."""
        return [*range(self._first, count), *range(min(self._first, count))]

    @property
    def panes(self) -> int | None:
        """How many panes a frame may show something new of; None for all."""
        return PANES[self.level]

    def shown(self, number: int, count: int) -> None:
        """The last pane of a frame: the next frame begins after it."""
        self._first = (number + 1) % max(count, 1)


def coarsen(cells: CellBuffer) -> None:
    """Take every 24-bit colour to the nearest of few."""
    import numpy as np

    from vgtui.tui.drawing.palette import ANSI

    for colours in (cells.foreground, cells.background):
        red, green, blue = ((colours >> shift & 0xFF) for shift in (16, 8, 0))
        near = [np.minimum((part + SHADE // 2) // SHADE * SHADE, 255) for part in (red, green, blue)]
        coarse = near[0] << 16 | near[1] << 8 | near[2]
        np.copyto(colours, coarse.astype(np.uint32), where=colours < ANSI)
