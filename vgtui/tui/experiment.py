"""One simulation and what the screen keeps beside it: the curve, the edits, the weight that was chosen.

Everything here belongs to the engine's thread; nothing here knows of threads or of a screen.
"""

from __future__ import annotations

import copy
import math
from pathlib import Path
from time import perf_counter
from typing import Any

import msgspec

from vgtui.analysis.chain_rule import ChainRule, chain_rule, uses_of_weights
from vgtui.analysis.forensics import NonFinite, first_nonfinite
from vgtui.analysis.weights import WeightChange, weight_changes
from vgtui.data import allowance
from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.engine.probe import Probe
from vgtui.engine.record import Evaluation, StepRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Scenario, Weight
from vgtui.tui.choice import Choice, Sight
from vgtui.tui.curve import BranchCurves, CurveRecorder
from vgtui.tui.editing import Editing, Edits
from vgtui.tui.frame import Curve, Frame
from vgtui.tui.microstep import Revealed, parts_of, reveal

EVALUATION_SHARE = 1 / 60
"""Of the time, at most, that evaluating the whole data may take while running."""

EVALUATION_PAUSE = 0.1
"""Seconds at least from one evaluation to the next: nobody reads a loss that changes faster."""

CHEAP_EVALUATION = 0.002
"""Seconds below which an evaluation may be made for every point of a young curve."""

YOUNG = 4000
"""Steps for which a curve is young."""

CURVE_SHARE = 1 / 8
"""Of the memory for going back, what the curves of the branches may take."""

CURVE_DENSITY = 50
"""Points on the curve for each doubling of the steps, or so."""


class Experiment(Editing):
    """A run under the user's hands: it steps, goes back, and is edited without being started again."""

    def __init__(self, simulation: Simulation, history_megabytes: float = HISTORY_MEGABYTES) -> None:
        self.simulation = simulation
        self.take_up(Edits())
        self._curves = BranchCurves(0, simulation.branch)
        self._history_megabytes = history_megabytes
        self.share_memory(1)
        self._evaluation: Evaluation | None = None
        self._evaluated_at = -math.inf
        self._evaluated_step = -1
        self._evaluation_cost = 0.0
        self._weight = simulation.scenario.view.weight
        self._sample: int | None = None
        self._place: int | None = None
        self.sight = Sight()
        self._part: int | None = None
        self._look()

    @classmethod
    def opened(cls, scenario: Scenario, history_megabytes: float = HISTORY_MEGABYTES) -> Experiment:
        """From the scenario's first draw."""
        return cls(Simulation(scenario, history_megabytes=history_megabytes), history_megabytes)

    @classmethod
    def resumed(
        cls, path: Path, history_megabytes: float = HISTORY_MEGABYTES, inside: bytes | None = None
    ) -> Experiment:
        """Where a saved session was left, or the one inside of it."""
        simulation = Simulation.load(path, history_megabytes=history_megabytes, inside=inside)
        return cls(simulation, history_megabytes)

    def share_memory(self, parts: float) -> None:
        """Take only one of so many parts of what there is for going back."""
        self._parts = parts
        megabytes = self._history_megabytes / parts
        self.simulation.limit_history(megabytes * (1 - CURVE_SHARE))
        self._curves.limit(int(megabytes * CURVE_SHARE * 2**20))

    @property
    def scenario(self) -> Scenario:
        """The scenario in force."""
        return self.simulation.scenario

    @property
    def record(self) -> StepRecord | None:
        """Of the latest step, or of a measurement where there was no step since the last change."""
        return self.simulation.record

    @property
    def step_index(self) -> int:
        """Updates done."""
        return self.simulation.step_index

    @property
    def is_nan(self) -> bool:
        """Whether the loss is no number any more."""
        return self.record is not None and math.isnan(self.record.loss)

    @property
    def end(self) -> int:
        """The step at which the scenario's epochs are over."""
        return self.scenario.training.epochs * self.simulation.updates_per_epoch

    # ---- time

    def step(self, count: int) -> None:
        """`count` updates; the curve gets a point when its turn has come. Raises UserError past what is allowed."""
        allowance.check_steps(self.step_index + count)
        self._part = None
        self.simulation.step(count)
        if self._evaluation_is_due():
            self.evaluate()

    def move(self, count: int) -> None:
        """So many steps on, or back.

        From the past no further than what has been: that is replayed, and only from its end on is there anything new.
        """
        here, end = self.step_index, self.simulation.last_step
        goal = max(0, here + count)
        self.simulation.seek(min(goal, end) if here < end else goal)
        self._look()

    def seek(self, step: int) -> None:
        """To a step that has been before, exactly."""
        self.simulation.seek(max(0, min(step, self.simulation.last_step)))
        self._look()

    def return_to(self, branch: int) -> None:
        """To the last step of another branch, exactly as it was left."""
        if branch not in {known.number for known in self.simulation.branches}:
            raise UserError(f"branch {branch} is no longer held: the history's memory was needed")
        self.simulation.return_to(branch)
        self._look()

    def leave(self) -> bool:
        """Where edits lie ahead, be on a new branch without them; whether that was so."""
        before = self._recorder
        if not self.simulation.leave():
            return False
        self._follow(before)
        return True

    def seek_nan(self, good: int) -> None:
        """Back to the first step whose loss is nan, the one after `good` or later."""
        bad = self.step_index
        while bad - good > 1:
            middle = (good + bad) // 2
            record = self.simulation.seek(middle)
            if record is not None and math.isnan(record.loss):
                bad = middle
            else:
                good = middle
        self.seek(bad)

    def nonfinite(self) -> NonFinite | None:
        """Which operation first gave what is no number, and out of what."""
        return first_nonfinite(self.simulation)

    def restart(self) -> None:
        """From the first draw again, with the edited scenario; the edits can still be undone."""
        self._begin_again(self.scenario)

    def next_seed(self) -> None:
        """From the next seed's first draw."""
        self.edit(lambda scenario: msgspec.structs.replace(scenario, seed=(scenario.seed + 1) % 2**32))

    def train_to(self, goal: int) -> None:
        """Updates up to a step, or to the first whose loss is no number, with the points of a run's curve."""
        while self.step_index < goal and not self.is_nan:
            good = self.step_index
            self.step(min(self.stride, goal - good))
            if self.is_nan:
                self.seek_nan(good)
        self.evaluate()

    def copy(self) -> Experiment:
        """The same experiment a second time: whatever is done to one leaves the other bit-identical."""
        other = copy.copy(self)
        other.simulation = Probe.of(self.simulation)
        other._curves = self._curves.copy()
        other._undo, other._redo = [*self._undo], [*self._redo]
        return other

    def become(self, other: Experiment) -> None:
        """Be as another is, which stays as it is."""
        parts = self._parts
        vars(self).update(vars(other.copy()))
        self.share_memory(parts)

    # ---- one step in its parts

    def reveal(self, count: int) -> None:
        """So many more parts of the next step; the last of them is its update, and then another step begins."""
        record = self.record
        if self._part is None or record is None or self._part >= parts_of(record):
            self._part = 0
            self.simulation.measure()
        elif self._part + count < parts_of(record):
            self._part += count
        else:
            self.move(1)
            self._part = parts_of(record)

    def conceal(self) -> None:
        """No more parts: the latest step is shown again, as a whole."""
        if self._part is None:
            return
        here = self.step_index
        if here > 0 and self.revealed is not None and not self.revealed.updated:
            self.simulation.seek(here - 1)
            self.simulation.seek(here)
        self._look()

    @property
    def revealed(self) -> Revealed | None:
        """How far the step is that is played in its parts; None where none is."""
        return None if self._part is None or self.record is None else reveal(self.record, self._part)

    # ---- what an edit leads to

    def _move_to(self, scenario: Scenario) -> None:
        """Apply a scenario; a new seed is a new draw, so that starts afresh."""
        if scenario.seed != self.scenario.seed:
            self._begin_again(scenario)
        else:
            before = self._recorder
            self.simulation.apply(scenario)
            self._follow(before)

    def _begin_again(self, scenario: Scenario) -> None:
        self._forget_typed()
        self.simulation.begin_again(scenario)
        self._follow(CurveRecorder())

    def _follow(self, before: CurveRecorder) -> None:
        """After an edit: go on with the curve as it was up to here, perhaps on a new branch, and look."""
        held = {branch.number for branch in self.simulation.branches}
        self._curves.begin(self.simulation.branch, before.until(self.step_index), held)
        self._look()

    # ---- what is seen

    def choose(self, weight: Weight, sample: int | None = None, place: int | None = None) -> None:
        """Choose the weight, kept within its layer's shape, and the sample and place that the chain rule tells of."""
        self._weight = weight
        self._sample = sample
        self._place = place
        self._fit_weight()

    @property
    def choice(self) -> Choice:
        """The weight, the sample and the place that are chosen, and what is looked at."""
        return Choice(self._weight, self._sample, self._place, self.sight)

    def _fit_weight(self) -> None:
        shapes = self.simulation.weight_shapes
        layer = min(self._weight.layer, len(shapes) - 1)
        layer = next(number for number in range(layer, len(shapes)) if shapes[number][0])
        rows, columns = shapes[layer]
        row, column = min(self._weight.row, rows - 1), min(self._weight.column, columns - 1)
        self._weight = Weight(layer=layer, row=row, column=column)
        if self._sample is not None:
            self._sample = min(self._sample, self.simulation.batch_rows - 1)
        if self._place is not None:
            uses = uses_of_weights(self.simulation, layer)
            self._place = min(self._place, uses - 1) if uses > 1 else None

    @property
    def _recorder(self) -> CurveRecorder:
        """The curve of the present branch."""
        return self._curves.go_to(self.simulation.branch)

    def _look(self) -> None:
        """After a jump: measure where there is no record, fit the weight, evaluate."""
        self._part = None
        if self.simulation.record is None:
            self.simulation.measure()
        self._fit_weight()
        self.evaluate()

    @property
    def stride(self) -> int:
        """Steps to take at most before a look at the loss: the curve is dense while it is young."""
        if self.step_index >= YOUNG or self._evaluation_cost >= CHEAP_EVALUATION:
            return YOUNG
        return max(1, self.step_index // CURVE_DENSITY)

    def _evaluation_is_due(self) -> bool:
        if self.step_index - self._evaluated_step >= self.stride and self.stride < YOUNG:
            return True
        waited = perf_counter() - self._evaluated_at
        return waited >= max(self._evaluation_cost / EVALUATION_SHARE, EVALUATION_PAUSE)

    def evaluate(self) -> Evaluation:
        """Evaluate the network over all of its data, and put the point on the curve."""
        began = perf_counter()
        self._evaluation = self.simulation.evaluate()
        self._evaluated_at = perf_counter()
        self._evaluated_step = self.step_index
        self._evaluation_cost = self._evaluated_at - began
        self._recorder.append(self.step_index, self._evaluation, self.record)
        return self._evaluation

    def settle(self) -> None:
        """Where the run stands still, the loss is that of this very step."""
        if self._evaluated_step != self.step_index:
            self.evaluate()

    def evaluation(self) -> Evaluation:
        """The latest evaluation, renewed unless that would take too much of the time."""
        if self._evaluation is None or self._evaluation_is_due():
            return self.evaluate()
        return self._evaluation

    def chain(self) -> ChainRule:
        """The product for the chosen weight."""
        weight = self._weight
        entry = weight.layer, weight.row, weight.column
        return chain_rule(self.simulation, *entry, self._sample, self._place)

    def weights(self) -> tuple[WeightChange, ...]:
        """How far each layer's weights have come."""
        return weight_changes(self.simulation)

    @property
    def curves(self) -> BranchCurves:
        """Of every branch."""
        return self._curves

    def curve(self) -> Curve:
        """The run so far: at a step of the past, as it was then."""
        fresh = self._evaluation if self._evaluated_step == self.step_index else None
        return self._recorder.curve(self.step_index, fresh, self.record)

    def frame(self, **run: Any) -> Frame:
        """A frame of all this; `run` is what else there is to say: serial, status, message and so on."""
        return Frame(
            scenario=self.scenario,
            record=self.record,
            evaluation=self.evaluation(),
            chain=self.chain(),
            weights=self.weights(),
            curve=self.curve(),
            last_step=self.simulation.last_step,
            branch=self.simulation.branch,
            branches=self.simulation.branches,
            revealed=self.revealed,
            **run,
        )
