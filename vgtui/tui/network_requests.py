"""What the engine's thread is asked for of the network: other settings and weights, and what is made beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from vgtui.scenario.model import Scenario, Weight
from vgtui.tui.frame import Notice

if TYPE_CHECKING:
    from vgtui.tui.choice import Sight
    from vgtui.tui.comparing import CellsBeside
    from vgtui.tui.experiment import Experiment
    from vgtui.tui.findings import Findings
    from vgtui.tui.seeds import SeedsBeside
    from vgtui.tui.teaching import Teaching
    from vgtui.tui.trying import RemediesBeside


class NetworkRequests:
    """The part of the runner that changes the network, teaches with it, and has copies of it made beside the run."""

    _message: str
    _sight: Sight
    _teaching: Teaching
    _cells: CellsBeside
    _seeds: SeedsBeside
    _remedies: RemediesBeside
    _findings: Findings

    if TYPE_CHECKING:

        def ask(self, request: Callable[[Experiment], None]) -> None: ...
        def _refresh(self) -> None: ...
        def _set_running(self, running: bool, goal: int | None = None) -> None: ...
        def _tell(self, notice: Notice) -> None: ...

    def next_seed(self) -> None:
        """From the next seed; goes on running if it ran."""
        self.ask(lambda experiment: experiment.next_seed())

    def edit(self, *changes: Callable[[Scenario], Scenario]) -> None:
        """Move to what the first of `changes` that holds makes of the scenario then in force."""
        self.ask(lambda experiment: experiment.edit(*changes))

    def cure(self) -> None:
        """Change the one thing that the next known cure changes, or back; the notice says which."""
        self.ask(lambda experiment: self._tell(Notice(experiment.cure())))

    def set_weight(self, layer: int, row: int, column: int, value: float) -> None:
        """Give one weight another value; `undo` takes it back."""
        weight = Weight(layer=layer, row=row, column=column)
        self.ask(lambda experiment: experiment.set_weight(weight, value))

    def undo(self) -> None:
        """Take the last edit back."""
        self.ask(lambda experiment: self._say_unless(experiment.undo(), "nothing to undo"))

    def redo(self) -> None:
        """Do it again."""
        self.ask(lambda experiment: self._say_unless(experiment.redo(), "nothing to redo"))

    def choose_weight(
        self, layer: int, row: int, column: int, sample: int | None = None, place: int | None = None
    ) -> None:
        """Choose the weight whose product the chain rule shows."""
        weight = Weight(layer=max(0, layer), row=max(0, row), column=max(0, column))
        self.ask(lambda experiment: experiment.choose(weight, sample, place))

    def teach(self, stop: int) -> None:
        """Go to a stop of the scenario's lesson: do what it does, or undo what was done since."""

        def go_to(experiment: Experiment) -> None:
            begins = self._teaching.begins_with(experiment)
            goal = self._teaching.go_to(experiment, stop)
            if goal is not None or not begins:  # who ran it before the first page was there goes on
                self._set_running(goal is not None, goal)

        self.ask(go_to)

    def toggle_remedies(self) -> None:
        """Try remedies on copies of the network while the run goes on; or give that up."""
        self.ask(lambda experiment: self._remedies.toggle(experiment.simulation))

    def toggle_seeds(self) -> None:
        """Draw the network as it is now from other seeds, beside the run; or give that up."""
        self.ask(self._toggle_seeds)

    def compare_cells(self, wanted: bool) -> None:
        """Compare kinds of recurrent cell in the network as it is now, beside the run; or stop that."""
        self.ask(lambda experiment: self._compare_cells(experiment) if wanted else self._cells.end())

    def want(self, findings: frozenset[str]) -> None:
        """What the panes on the screen show, by its names in `findings.FINDERS`."""
        if self._findings.want(findings):
            self._refresh()

    def look_at(self, **sight: Any) -> None:
        """What the panes look at from now on: fields of `choice.Sight`."""
        self._sight = replace(self._sight, **sight)
        self._refresh()

    def _say_unless(self, done: bool, text: str) -> None:
        if not done:
            self._message = text

    def _toggle_seeds(self, experiment: Experiment) -> None:
        simulation = experiment.simulation
        self._seeds.toggle(simulation.scenario, simulation.step_index, simulation.folder)

    def _compare_cells(self, experiment: Experiment) -> None:
        simulation = experiment.simulation
        self._cells.compare(simulation.scenario, simulation.step_index, simulation.folder)
