"""Kinds of recurrent cell compared beside the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

from vgtui.tui.beside import Beside, Task

if TYPE_CHECKING:
    from vgtui.analysis.cells import CellComparison
    from vgtui.scenario.model import Scenario

PATIENCE = 0.1
"""Seconds from one look to the next at whether it may begin."""


class CellsBeside(Beside["CellComparison"]):
    """Tells a comparison that is a kind longer each time. Nothing begins while it `is_held_up`."""

    def __init__(
        self,
        on_news: Callable[[], None],
        on_failure: Callable[[str], None],
        is_held_up: Callable[[], bool],
    ) -> None:
        super().__init__("cells", on_news, on_failure)
        self._is_held_up = is_held_up

    def compare(self, scenario: Scenario, steps: int, folder: Path | None = None) -> None:
        """Compare the kinds in `scenario` after `steps` updates."""
        from vgtui.analysis.cells import CellComparison

        empty = CellComparison(scenario, steps, ())
        self.begin(lambda task: self._compare(task, empty, folder), empty)

    def _compare(self, task: Task[CellComparison], comparison: CellComparison, folder: Path | None) -> None:
        from vgtui.analysis.cells import CellComparison, cell_flows

        while self._is_held_up() and task.is_wanted:
            sleep(PATIENCE)
        scenario, steps = comparison.scenario, comparison.steps
        for flow in cell_flows(scenario, steps, folder, lambda kind, done: task.is_wanted):
            comparison = CellComparison(scenario, steps, (*comparison.flows, flow))
            task.tell(comparison)
