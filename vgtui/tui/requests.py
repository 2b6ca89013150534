"""What the engine's thread is asked for of time, and of a second network beside the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vgtui.scenario.errors import UserError
from vgtui.tui.keymap import key_of

if TYPE_CHECKING:
    from vgtui.scenario.model import Scenario
    from vgtui.tui.experiment import Experiment
    from vgtui.tui.lockstep import Lockstep


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


class TimeRequests:
    """The part of the runner that goes to and fro in time, plays a step in its parts, and has two networks."""

    _experiment: Experiment | None
    _lockstep: Lockstep
    _history_megabytes: float
    _running: bool
    _message: str

    if TYPE_CHECKING:

        def ask(self, request: Callable[[Experiment], None]) -> None: ...
        def _demand(self, request: Callable[[], None]) -> None: ...
        def _present(self) -> Experiment: ...
        def _stumble(self, experiment: Experiment) -> None: ...

    def step(self, count: int) -> None:
        """Pause, and take `count` steps; see `Experiment.move`."""
        self.ask(lambda _: self._go(lambda experiment: experiment.move(count)))

    def back(self, count: int) -> None:
        """Pause, and go `count` steps back."""
        self.step(-count)

    def seek(self, step: int) -> None:
        """Pause, and go to a step that has been; never waits behind other seeks."""
        self._demand(Seek(self._go, step))

    def reveal(self, count: int) -> None:
        """Pause, and play so many more parts of the next step; see `Experiment.reveal`."""
        self.ask(lambda _: self._go(lambda experiment: experiment.reveal(count)))

    def conceal(self) -> None:
        """Show the latest step as a whole again."""
        self.ask(lambda experiment: experiment.conceal())

    def return_to(self, branch: int) -> None:
        """Pause, and go to the end of another branch."""
        self.ask(lambda _: self._go(lambda experiment: experiment.return_to(branch)))

    def restart(self) -> None:
        """From the same seed again; goes on running if it ran."""
        self.ask(self._lockstep.restart)

    def toggle_rival(self) -> None:
        """Put this network, as it is, beside itself as A, and have edits go to B; or leave the other one."""
        self.ask(self._toggle_rival)

    def exchange(self) -> None:
        """Have edits go to the other of two networks."""
        self.ask(self._exchange)

    def _go(self, work: Callable[[Experiment], None]) -> None:
        """Pause, and be where `work` leads; in the engine's thread."""
        self._running = False
        experiment = self._present()
        sound, before = not experiment.is_nan, experiment.step_index
        work(experiment)
        if experiment.is_nan and sound and experiment.step_index > before:
            self._stumble(experiment)
        elif experiment.is_nan:
            self._message = f"loss is nan at step {experiment.step_index}"

    def _enter_rival(self, scenario: Scenario) -> None:
        from vgtui.tui.experiment import Experiment

        other = Experiment.opened(scenario, self._history_megabytes)
        self._lockstep.begin(other, "A", self._present())

    def _toggle_rival(self, experiment: Experiment) -> None:
        if self._lockstep.is_on:
            self._lockstep.end(experiment)
        else:
            self._lockstep.begin(experiment.copy(), "B", experiment)

    def _exchange(self, experiment: Experiment) -> None:
        if not self._lockstep.is_on:
            raise UserError(f"there is one network; {key_of('versus')} puts another beside it")
        self._experiment = self._lockstep.exchange(experiment)
