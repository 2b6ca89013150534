"""Remedies tried on copies of the network, beside the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from vgtui.tui.beside import Beside, Task

if TYPE_CHECKING:
    from vgtui.analysis.remedies import Trials
    from vgtui.engine.simulation import Simulation
    from vgtui.scenario.model import Scenario


class Tried(Struct, frozen=True, eq=False):
    """How far the trials are. step: updates done when they began; progress: 0..1; trials: None until all are over."""

    scenario: Scenario
    step: int
    progress: float = 0.0
    trials: Trials | None = None


class RemediesBeside(Beside[Tried]):
    """Tries every remedy that fits, once at a time."""

    def __init__(self, on_news: Callable[[], None], on_failure: Callable[[str], None]) -> None:
        super().__init__("remedies", on_news, on_failure)

    def toggle(self, sim: Simulation) -> None:
        """Try them on `sim` as it is now, in the thread that it belongs to; while they are tried, give that up."""
        from vgtui.engine.probe import Probe

        if self.is_busy:
            self.end()
            return
        probe, first = Probe.of(sim), Tried(sim.scenario, sim.step_index)
        self.begin(lambda task: _try(task, probe, first), first)


def _try(task: Task[Tried], sim: Simulation, tried: Tried) -> None:
    from vgtui.analysis.remedies import try_remedies

    trials = try_remedies(
        sim,
        progress=lambda done: task.tell(replace(tried, progress=done)),
        cancelled=lambda: not task.is_wanted,
    )
    task.tell(replace(tried, progress=1.0, trials=trials))
