"""A comparison beside the run: in a thread of its own, for the engine leaves Python's lock to others."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vgtui.analysis.cells import CellComparison
    from vgtui.scenario.model import Scenario

PATIENCE = 0.1
"""Seconds from one look to the next at whether it may begin."""


class CellsBeside:
    """Compares kinds of cells, one comparison at a time: a newer one ends the one before.

    `found` is the newest that was asked for, a kind longer with each call of `on_news`, which comes from the
    comparison's thread. `guard` does the work there, and tells what went wrong. Nothing begins while
    it `is_held_up`.
    """

    def __init__(
        self,
        on_news: Callable[[], None],
        guard: Callable[[Callable[[], None]], bool],
        is_held_up: Callable[[], bool],
    ) -> None:
        self.found: CellComparison | None = None
        self._on_news = on_news
        self._guard = guard
        self._is_held_up = is_held_up
        self._wanted: object = None

    def begin(self, scenario: Scenario, steps: int, folder: Path | None = None) -> None:
        """Compare the kinds in `scenario` after `steps` updates."""
        from vgtui.analysis.cells import CellComparison

        self._wanted = token = object()
        self.found = comparison = CellComparison(scenario, steps, ())

        def work() -> None:
            self._guard(lambda: self._compare(token, comparison, folder))
            self._on_news()

        threading.Thread(target=work, name="cells", daemon=True).start()

    def end(self) -> None:
        """Give up what is being compared, and forget what was."""
        self._wanted = self.found = None

    def _compare(self, token: object, comparison: CellComparison, folder: Path | None) -> None:
        from vgtui.analysis.cells import CellComparison, cell_flows

        while self._is_held_up() and self._wanted is token:
            sleep(PATIENCE)
        scenario, steps = comparison.scenario, comparison.steps
        for flow in cell_flows(scenario, steps, folder, lambda kind, done: self._wanted is token):
            comparison = CellComparison(scenario, steps, (*comparison.flows, flow))
            if self._wanted is token:
                self.found = comparison
                self._on_news()
