"""Requests to the engine's thread of which a newer one takes the place of those before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vgtui.tui.experiment import Experiment


class Seek:
    """Go to a step; `go` does it. Of several in a row only the last counts, so that dragging never queues."""

    def __init__(self, go: Callable[[Callable[[Experiment], None]], None], step: int) -> None:
        self._go = go
        self._step = step

    def __call__(self) -> None:
        self._go(lambda experiment: experiment.seek(self._step))


def superseded(request: Callable[[], None], waiting: Sequence[Callable[[], None]]) -> bool:
    """Whether the next request that waits makes this one void."""
    return isinstance(request, Seek) and bool(waiting) and isinstance(waiting[0], Seek)
