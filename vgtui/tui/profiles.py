"""The gradient profile of presets before they are opened: measured beside the run, each once."""

from __future__ import annotations

from collections.abc import Callable
from time import sleep

from vgtui.scenario.model import Scenario
from vgtui.tui.beside import Beside, Task

SETTLED = 0.15
"""Seconds for which a preset has to stay chosen before it is measured."""

Profile = tuple[float, ...]
"""log10 |dL/dW| of every layer at the first draw; nan for one without weights."""


class Profiles:
    """One measurement at a time, of what was asked for last. `on_news` is called from its thread."""

    def __init__(self, on_news: Callable[[], None]) -> None:
        self.failure = ""
        self._on_news = on_news
        self._known: dict[str, Profile] = {}
        self._beside: Beside[Profile] = Beside("profile", on_news, self._fail)

    def of(self, name: str, scenario: Scenario) -> Profile | None:
        """The profile of a scenario that is called so; where it is not known, None, and it is measured."""
        if name in self._known:
            return self._known[name]
        self.failure = ""
        self._beside.begin(lambda task: self._measure(task, name, scenario))
        return None

    def end(self) -> None:
        """Give up what is under way."""
        self._beside.end()

    def _measure(self, task: Task[Profile], name: str, scenario: Scenario) -> None:
        sleep(SETTLED)
        if not task.is_wanted:
            return
        from vgtui.engine.simulation import Simulation

        record = Simulation(scenario).measure()
        self._known[name] = tuple(record.column("weight_grad_log10").tolist())

    def _fail(self, line: str) -> None:
        self.failure = line
