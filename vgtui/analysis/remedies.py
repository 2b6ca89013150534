"""Remedies that were tried: each applied to a copy of the network and run beside an unchanged one."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from vgtui.analysis.diagnosis.evidence import constant_loss
from vgtui.engine.probe import Probe
from vgtui.engine.record import StepRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Scenario
from vgtui.scenario.remedies import Remedy, fitting

LOOKS = 12
"""How often the loss over all training data is looked at while a remedy runs."""

THREADS = 2

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a network stands.

    decades_lost    log10 of |dL/dz| at the last layer over that at the first, or, where that is more, of |dL/dh| at
                    a recurrent layer's last time step over its first; negative where the gradient grows
    loss, accuracy  over all training data; accuracy in 0..1, nan for regression
    reached         updates until the training loss was half of the best constant answer's; None if it never was
    """

    decades_lost: float
    loss: float
    accuracy: float
    reached: int | None


@dataclass(frozen=True, slots=True)
class Trial:
    """One remedy by its name and in a sentence, its scenario, and where the network stands after its updates."""

    name: str
    sentence: str
    scenario: Scenario
    after: Outcome


@dataclass(frozen=True, slots=True)
class Trials:
    """What was tried, best first: by the training loss that was reached, what went non-finite last.

    before       the network as it is
    unchanged    after `steps` updates more, as it is
    target_loss  what `reached` of an outcome means
    trials       one for each remedy that fits
    """

    steps: int
    before: Outcome
    unchanged: Outcome
    target_loss: float
    trials: tuple[Trial, ...]

    def helps(self, trial: Trial) -> bool:
        """Whether the remedy did better than nothing."""
        return trial.after.loss < self.unchanged.loss or not math.isfinite(self.unchanged.loss)


def try_remedies(
    sim: Simulation,
    steps: int = 300,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Trials:
    """Run `steps` updates with every remedy that fits, and without any, on the same batches; `sim` stays as it is.

    progress   called with the fraction done, one call at a time, from either of the two threads that run
    cancelled  asked between stretches; once true what is done is given back, the rest left out

    Kernels that a remedy needs and that were never compiled are compiled first, which takes seconds each; a cache
    that is warm (engine.warm) has them all.
    """
    return _Bench(sim, steps, progress or (lambda done: None), cancelled or (lambda: False)).run()


class _Bench:
    """Where the trials run: the network that each begins with, and how far they are."""

    def __init__(
        self, sim: Simulation, steps: int, progress: Progress, cancelled: Callable[[], bool]
    ) -> None:
        if steps < 1:
            raise ValueError(f"steps must be at least 1, not {steps}")
        self._base = Probe.of(sim)
        self._steps = steps
        self._progress, self._cancelled = progress, cancelled
        self._target = constant_loss(sim.scenario.training.loss, sim.train_data[1]) / 2
        self._remedies = fitting(sim.scenario)
        self._done = 0
        self._lock = threading.Lock()

    def run(self) -> Trials:
        before = _outcome(Probe.of(self._base), None)
        with ThreadPoolExecutor(THREADS) as threads:
            unchanged = threads.submit(self._outcome_of, self._base.scenario)
            trials = [trial for trial in threads.map(self._trial, self._remedies) if trial is not None]
        trials.sort(key=lambda trial: (not math.isfinite(trial.after.loss), trial.after.loss))
        return Trials(self._steps, before, unchanged.result() or before, self._target, tuple(trials))

    def _trial(self, fitted: tuple[Remedy, Scenario]) -> Trial | None:
        remedy, scenario = fitted
        try:
            after = self._outcome_of(scenario)
        except UserError:  # it does not fit this data
            return None
        return None if after is None else Trial(remedy.name, remedy.sentence, scenario, after)

    def _outcome_of(self, scenario: Scenario) -> Outcome | None:
        """What so many updates under a scenario come to; None where the trials were cancelled."""
        if self._cancelled():
            return None
        probe = Probe.of(self._base)
        if scenario != probe.scenario:
            probe.apply(scenario)
        start, reached = probe.step_index, None
        stops = np.linspace(0, self._steps, min(LOOKS, self._steps) + 1).astype(int).tolist()
        for before, after in pairwise(stops):
            if self._cancelled():
                return None
            probe.step(after - before)
            if reached is None and probe.evaluate().train_loss <= self._target:
                reached = probe.step_index - start
            self._advance(after - before)
        return _outcome(probe, reached)

    def _advance(self, steps: int) -> None:
        with self._lock:
            self._done += steps
            self._progress(self._done / (self._steps * (len(self._remedies) + 1)))


def _outcome(probe: Probe, reached: int | None) -> Outcome:
    evaluation = probe.evaluate()
    return Outcome(_decades_lost(probe.measure()), evaluation.train_loss, evaluation.train_accuracy, reached)


def _decades_lost(record: StepRecord) -> float:
    deltas = [layer.delta_log10 for layer in record.layers if layer.has_weight]
    lost = [_between(deltas[0], deltas[-1])]
    for times in record.times:
        reached = times.hidden_log10[np.isfinite(times.hidden_log10)]
        lost.append(_between(float(reached[0]), float(reached[-1])) if len(reached) else math.nan)
    return max(lost, key=lambda value: -math.inf if math.isnan(value) else abs(value))


def _between(first: float, last: float) -> float:
    """inf where nothing arrives at the first."""
    return math.nan if last == -math.inf else last - first
