"""The network on the screen drawn from other seeds, beside the run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from vgtui.tui.beside import Beside, Task

if TYPE_CHECKING:
    from vgtui.analysis.ensemble import Ensemble
    from vgtui.scenario.model import Scenario

SEEDS = 16
"""Networks of an ensemble."""


class Seeds(Struct, frozen=True, eq=False):
    """Networks that differ from one scenario's in nothing but the seed, after `steps` updates.

    done   how many are drawn; drawn: what they measured, None until all are there
    """

    scenario: Scenario
    steps: int
    done: int = 0
    drawn: Ensemble | None = None


class SeedsBeside(Beside[Seeds]):
    """Draws one ensemble at a time."""

    def __init__(self, on_news: Callable[[], None], on_failure: Callable[[str], None]) -> None:
        super().__init__("seeds", on_news, on_failure)

    def toggle(self, scenario: Scenario, steps: int, folder: Path | None = None) -> None:
        """Begin an ensemble of the scenario after so many updates; end it, or take its result away."""
        known = self.told
        if self.is_busy or (known is not None and (known.scenario, known.steps) == (scenario, steps)):
            self.end()
        else:
            first = Seeds(scenario, steps)
            self.begin(lambda task: _draw(task, first, folder), first)

    def look(self, scenario: Scenario) -> Seeds | None:
        """What is known of this scenario; what is known or under way of another is given up."""
        if self.told is not None and self.told.scenario != scenario:
            self.end()
        return self.told


def _draw(task: Task[Seeds], seeds: Seeds, folder: Path | None) -> None:
    from vgtui.analysis.ensemble import ensemble
    from vgtui.analysis.stopping import StoppedError

    told = 0

    def go_on(done: int) -> bool:
        nonlocal told
        if done > told:
            told = done
            task.tell(replace(seeds, done=done))
        return task.is_wanted

    try:
        drawn = ensemble(seeds.scenario, SEEDS, seeds.steps, folder=folder, go_on=go_on)
    except StoppedError:
        return
    task.tell(replace(seeds, done=SEEDS, drawn=drawn))
