"""What was to be expected of the network on the screen, worked out beside the run: theory, and other seeds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vgtui.analysis.ensemble import Ensemble
    from vgtui.analysis.theory import FlowPrediction
    from vgtui.scenario.model import Scenario

SEEDS = 16
"""Networks of an ensemble."""

SETTLED = 0.4
"""Seconds for which a scenario has to stay as it is before its theory is worked out."""


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """All that is known by now of one scenario; what is not is None.

    predicted   for a network as it is drawn
    drawn       measured on other seeds, after drawn.steps updates
    done        networks that an ensemble under way has; None where none is
    failure     what went wrong on the way, in a line
    """

    scenario: Scenario
    predicted: FlowPrediction | None = None
    drawn: Ensemble | None = None
    done: int | None = None
    failure: str = ""


class Expecting:
    """One scenario at a time; what is under way for another is given up. `on_news` is called from its threads."""

    def __init__(self, on_news: Callable[[], None]) -> None:
        self.found: Expected | None = None
        self._on_news = on_news
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Give up everything, and forget what was found."""
        with self._lock:
            self.found = None

    def predict(self, scenario: Scenario, folder: Path | None = None) -> None:
        """Work out the theory of a scenario, unless that is under way or done."""
        if self._meet(scenario):
            self._work(lambda: self._predict(scenario, folder))

    def toggle_seeds(self, scenario: Scenario, steps: int, folder: Path | None = None) -> None:
        """Begin an ensemble of the scenario after so many updates; end the one under way, or take its result away."""
        self._meet(scenario)
        found = self.found
        assert found is not None
        if found.done is not None or (found.drawn is not None and found.drawn.steps == steps):
            self._change(scenario, drawn=None, done=None)
            return
        self._change(scenario, drawn=None, done=0, failure="")
        self._work(lambda: self._draw(scenario, steps, folder))

    def _meet(self, scenario: Scenario) -> bool:
        """Turn to a scenario; whether it is another than before."""
        with self._lock:
            if self.found is not None and self.found.scenario == scenario:
                return False
            self.found = Expected(scenario)
            return True

    def _change(self, scenario: Scenario, **changes: object) -> bool:
        """Note what came of a scenario, and tell; false where nobody waits for it any more."""
        with self._lock:
            if self.found is None or self.found.scenario != scenario:
                return False
            self.found = replace(self.found, **changes)
        self._on_news()
        return True

    def _work(self, work: Callable[[], None]) -> None:
        threading.Thread(target=work, name="expecting", daemon=True).start()

    def _is_wanted(self, scenario: Scenario) -> bool:
        return self.found is not None and self.found.scenario == scenario

    def _predict(self, scenario: Scenario, folder: Path | None) -> None:
        sleep(SETTLED)
        if not self._is_wanted(scenario):
            return
        try:
            from vgtui.analysis.theory import predict_flow

            self._change(scenario, predicted=predict_flow(scenario, folder))
        except Exception as error:
            self._change(scenario, failure=_line(error))

    def _draw(self, scenario: Scenario, steps: int, folder: Path | None) -> None:
        from vgtui.analysis.ensemble import StoppedError, ensemble

        told = 0

        def go_on(done: int) -> bool:
            nonlocal told
            found = self.found
            wanted = found is not None and found.scenario == scenario and found.done is not None
            if wanted and done > told:
                told = done
                self._change(scenario, done=done)
            return wanted

        try:
            drawn = ensemble(scenario, SEEDS, steps, folder=folder, go_on=go_on)
            self._change(scenario, drawn=drawn, done=None)
        except StoppedError:
            pass
        except Exception as error:
            self._change(scenario, failure=_line(error), done=None)


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
