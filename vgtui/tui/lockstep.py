"""A second network beside the one under the user's hands, always at the same step: A against B."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from vgtui.tui.frame import Letter, Rival

if TYPE_CHECKING:
    from vgtui.tui.experiment import Experiment


class Beside(Struct, frozen=True, eq=False):
    """The other network as a session keeps it.

    mine       the letter of the network that edits go to
    same_seed  whether both began with one seed, and so keep to one
    """

    other: Experiment
    mine: Letter
    same_seed: bool


class Lockstep:
    """Keeps the other experiment, and brings it to wherever the first one went. All in the engine's thread."""

    def __init__(self) -> None:
        self._other: Experiment | None = None
        self._mine: Letter = "A"
        self._same_seed = True

    @property
    def is_on(self) -> bool:
        """Whether there are two."""
        return self._other is not None

    @property
    def mine(self) -> Letter:
        """The letter of the network that edits go to."""
        return self._mine

    @property
    def state(self) -> object:
        """What changes when there is something to keep of the other one."""
        other = self._other
        return None if other is None else (self._mine, other.scenario, other.edits)

    def kept(self, experiment: Experiment) -> Beside | None:
        """The other one, at the same step."""
        self.follow(experiment)
        return None if self._other is None else Beside(self._other, self._mine, self._same_seed)

    def take_up(self, beside: Beside, experiment: Experiment) -> None:
        """Have the other one of a session beside the experiment."""
        self.begin(beside.other, beside.mine, experiment)
        self._same_seed = beside.same_seed

    def begin(self, other: Experiment, mine: Letter, experiment: Experiment) -> None:
        """Have another one beside the experiment; where they begin with one seed, they keep to one."""
        self._other, self._mine = other, mine
        self._same_seed = other.scenario.seed == experiment.scenario.seed
        for one in (other, experiment):
            one.share_memory(2)

    def end(self, experiment: Experiment) -> None:
        """Only one again, which has all of the memory for going back."""
        self._other = None
        experiment.share_memory(1)

    def exchange(self, experiment: Experiment) -> Experiment:
        """The other one, which edits go to from now on; `experiment` is now beside it."""
        if self._other is None:
            return experiment
        self.follow(experiment)
        other, self._other = self._other, experiment
        self._mine = "A" if self._mine == "B" else "B"
        return other

    def step(self, experiment: Experiment, count: int) -> None:
        """`count` updates of both."""
        self.follow(experiment)
        experiment.step(count)
        if self._other is not None:
            self._other.step(count)

    def restart(self, experiment: Experiment) -> None:
        """Both from their first draws."""
        experiment.restart()
        if self._other is not None:
            self._other.restart()

    def follow(self, experiment: Experiment) -> None:
        """Bring the other one to the seed and the step of the first."""
        from vgtui.analysis.comparison import with_the_seed_of

        other = self._other
        if other is None:
            return
        seed = experiment.scenario.seed
        if self._same_seed and other.scenario.seed != seed:
            other.edit(lambda scenario: with_the_seed_of(experiment.scenario, scenario))
        step = experiment.step_index
        if other.step_index != step:
            other.seek(step)
            if other.step_index < step:
                other.step(step - other.step_index)
                other.evaluate()

    def settle(self, experiment: Experiment) -> None:
        """Both stand still: what is shown of them is of one step."""
        self.follow(experiment)
        for one in (experiment, self._other):
            if one is not None:
                one.settle()

    def look(self, experiment: Experiment) -> Rival | None:
        """The other one at the same step and of the same weight; None where there is none."""
        from vgtui.analysis.comparison import Side, beside

        if self._other is None or experiment.revealed is not None:
            return None
        self.follow(experiment)
        other, choice = self._other, experiment.choice
        if other.choice != choice:
            other.choose(choice.weight, choice.sample, choice.place)
        sides = [
            Side(one.scenario, one.record, one.evaluation())
            for one in (experiment, other)
            if one.record is not None
        ]
        first, second = sides if self._mine == "A" else sides[::-1]
        letter: Letter = "B" if self._mine == "A" else "A"
        frame = other.frame(serial=0, status="paused", message="")
        return Rival(letter, self._mine, frame, beside(first, second))
