"""What is looked at, out of all that there is to be told of a run."""

from __future__ import annotations

from msgspec import Struct

from vgtui.scenario.model import Weight


class Sight(Struct, frozen=True):
    """What the panes look at: a layer, an entry (row, column) of its weight, and a map of so many cells."""

    layer: int = 0
    entry: tuple[int, int] = (0, 0)
    grid: tuple[int, int] = (40, 20)


class Choice(Struct, frozen=True):
    """What the panes tell of: a weight and what they look at.

    sample  of the batch; None for all of it
    place   the one time step, or place of an image, at which a shared weight is told of; None for all together
    """

    weight: Weight
    sample: int | None = None
    place: int | None = None
    sight: Sight = Sight()

    @property
    def layer(self) -> int:
        """The layer that is looked at."""
        return self.sight.layer

    @property
    def entry(self) -> tuple[int, int]:
        """The entry of its weight that is looked at."""
        return self.sight.entry

    @property
    def grid(self) -> tuple[int, int]:
        """The cells of the map."""
        return self.sight.grid
