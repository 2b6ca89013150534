"""What the engine's thread is asked for of whole runs: to begin one, save it, go on with one that was saved."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from vgtui.scenario.errors import said_of
from vgtui.tui.frame import Notice

if TYPE_CHECKING:
    from pathlib import Path

    from vgtui.scenario.model import Scenario
    from vgtui.tui.choice import Sight
    from vgtui.tui.experiment import Experiment
    from vgtui.tui.frame import Frame
    from vgtui.tui.keeping import Keeper
    from vgtui.tui.lockstep import Beside, Lockstep
    from vgtui.tui.looks import Looks
    from vgtui.tui.teaching import Teaching


class SessionRequests:
    """The part of the runner that opens and saves."""

    frame: Frame
    keeper: Keeper
    first_name: str
    speed: int | None
    _session: Path | None
    _resume: bool
    _against: Scenario | None
    _history_megabytes: float
    _experiment: Experiment | None
    _restored: Looks | None
    _lockstep: Lockstep
    _teaching: Teaching
    _thread: threading.Thread
    _running: bool
    _message: str
    _sight: Sight

    if TYPE_CHECKING:

        def ask(self, request: Callable[[Experiment], None]) -> None: ...
        def _demand(self, request: Callable[[], None]) -> None: ...
        def _tell(self, notice: Notice) -> None: ...
        def _enter_rival(self, scenario: Scenario) -> None: ...

    def open(self, scenario: Scenario, name: str = "") -> None:
        """Pause, and begin another scenario; `name` is what an error begins with."""
        self._demand(lambda: self._enter(scenario, None, name))

    def load(self, path: Path) -> None:
        """Pause, and go on with a saved session."""
        self._demand(lambda: self._enter(self.frame.scenario, path))

    def save(self, path: Path) -> None:
        """Save the session."""
        self.ask(lambda experiment: self._save(experiment, path))

    def resume(self) -> None:
        """Pause, and go on with the session that was cut off last."""
        self._demand(lambda: self.keeper.adopt(lambda path: self._enter(self.frame.scenario, path)))

    def rescue(self, seconds: float) -> None:
        """Get the run to disk, for the program ends; give up after so long."""
        if self._experiment is not None and self._thread.is_alive():
            done = threading.Event()
            self._demand(lambda: (self.keeper.rescue(self._experiment), done.set()))
            done.wait(seconds)

    def _open(self, first: Scenario, offer: str) -> None:
        if self._resume:
            self.keeper.adopt(lambda path: self._enter(first, path))
        else:
            self._enter(first, self._session, self.first_name)
            if self._against is not None:
                self._enter_rival(self._against)
        self._message = offer

    def _enter(self, scenario: Scenario, session: Path | None, name: str = "") -> None:
        from vgtui.tui.experiment import Experiment

        self._running = False
        beside = None
        if session is not None:
            beside = self._take_up(session)
        else:
            with said_of(name):
                self._experiment = Experiment.opened(scenario, self._history_megabytes)
            self._restored = None
        self._lockstep.end(self._experiment)
        if beside is not None:
            self._lockstep.take_up(beside, self._experiment)
        self.keeper.begin(self._experiment)

    def _take_up(self, session: Path) -> Beside | None:
        from vgtui.tui.bringing_back import bring_back, bring_back_other
        from vgtui.tui.experiment import Experiment

        experiment = Experiment.resumed(session, self._history_megabytes)
        beside = bring_back_other(experiment, session, self._history_megabytes)
        looks = self._restored = bring_back(experiment, session)
        self.speed, self._sight = looks.speed, replace(self._sight, layer=looks.layer)
        self._teaching.take_up(experiment, looks.stop)
        self._experiment = experiment
        return beside

    def _save(self, experiment: Experiment, path: Path) -> None:
        from vgtui.tui.bringing_back import capture

        capture(experiment, self.keeper.looks(), self._lockstep.kept(experiment))(path)
        self._tell(Notice(f"saved {path}"))
