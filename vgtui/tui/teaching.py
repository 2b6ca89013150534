"""A lesson under way: what its pages do to the experiment, and how going back a page undoes it, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.scenario.edit import set_from_text
from vgtui.scenario.lesson import Stop, stops
from vgtui.scenario.model import Action

if TYPE_CHECKING:
    from vgtui.tui.experiment import Experiment


KEPT_PARTS = 32
"""Of the memory for going back, how many parts make what is kept at one stop."""


class Teaching:
    """Keeps, for every stop that has been reached, the experiment as it was before it. Belongs to the engine's thread.

    Whatever is tried between two pages is put back before the next one does what it says, so that a page finds
    the network as its author saw it.
    """

    def __init__(self) -> None:
        self._of: Experiment | None = None
        self._stop = self._taken_up = -1
        self._stops: tuple[Stop, ...] = ()
        self._before: list[Experiment] = []

    def begins_with(self, experiment: Experiment) -> bool:
        """Whether the lesson of this experiment has not been begun."""
        return experiment is not self._of

    def take_up(self, experiment: Experiment, stop: int) -> None:
        """Go on at a stop of a saved experiment's lesson, all of it done; a page back changes nothing any more."""
        self._of, self._stops = experiment, stops(experiment.scenario.lesson)
        self._stop = self._taken_up = min(stop, len(self._stops) - 1)
        self._before = [_kept(experiment)] * (self._stop + 1)

    def go_to(self, experiment: Experiment, stop: int) -> int | None:
        """Be at that stop of the lesson; the step that is to be run to at the chosen speed, or None."""
        if experiment is not self._of:
            self._of, self._stop, self._before, self._taken_up = experiment, -1, [], -1
            self._stops = stops(experiment.scenario.lesson)
        if stop < self._stop:
            experiment.become(self._before[stop + 1])
            del self._before[stop + 1 :]
            self._stop = stop
            return None
        goal = None
        while self._stop < min(stop, len(self._stops) - 1):
            if self._stop > self._taken_up:
                experiment.become(self._before[-1])
                self._finish(experiment)
            self._before.append(_kept(experiment))
            self._stop += 1
            goal = perform(experiment, self._stops[self._stop].do)
        return goal

    def _finish(self, experiment: Experiment) -> None:
        """All that the present stop does, at once."""
        goal = perform(experiment, self._stops[self._stop].do)
        if goal is not None:
            experiment.train_to(goal)


def _kept(experiment: Experiment) -> Experiment:
    """As it is now, with little memory for going back further."""
    copy = experiment.copy()
    copy.share_memory(KEPT_PARTS)
    return copy


def perform(experiment: Experiment, action: Action) -> int | None:
    """Do what an action says, but for its run: the step that this goes to, or None."""
    if action.set:
        experiment.edit(lambda scenario: set_from_text(scenario, *action.set))
    if action.restart:
        experiment.restart()
    if action.weight is not None or action.sample is not None:
        experiment.choose(action.weight or experiment.choice.weight, action.sample)
    if action.step is not None:
        experiment.train_to(experiment.step_index + action.step)
    return None if action.run is None else experiment.step_index + action.run
