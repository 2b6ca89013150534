"""One network with three kinds of recurrent cell: how far back through time the gradient of each reaches."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from vgtui.engine.record import StepRecord, TimeRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.cells import CELLS, Cell, is_recurrent, with_cells
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Scenario

CALL_SECONDS = 0.05
"""About how long the engine trains between two looks at whether to go on."""

Watch = Callable[[Cell, int], bool]
"""Told the kind and the updates that it has done, it says whether to go on."""


@dataclass(frozen=True, slots=True)
class CellFlow:
    """What one kind of cell does in the place of every recurrent layer.

    kind     rnn, lstm or gru
    changed  whether the scenario has another kind in any of these places
    loss     of the batch of the latest step
    times    of every recurrent layer, input to output, what it measured at each time step
    """

    kind: Cell
    changed: bool
    loss: float
    times: tuple[TimeRecord, ...]


@dataclass(frozen=True, slots=True)
class CellComparison:
    """The kinds beside each other, each after as many updates from the same seed on the same batches.

    scenario  whose recurrent layers were replaced
    steps     updates that each has done
    flows     one a kind, in the order of CELLS; fewer where the comparison is not over yet
    """

    scenario: Scenario
    steps: int
    flows: tuple[CellFlow, ...]

    @property
    def layers(self) -> tuple[int, ...]:
        """The numbers of the recurrent layers."""
        return tuple(times.layer for times in self.flows[0].times) if self.flows else ()


def compare_cells(scenario: Scenario, steps: int = 0, folder: Path | None = None) -> CellComparison:
    """All three kinds in the place of the recurrent layers, after `steps` updates; 0 is the initial draw.

    `folder` is where a relative `data.file` is looked for. Raises ScenarioError where there is no recurrent layer,
    DataError as `Simulation` does.
    """
    return CellComparison(scenario, steps, tuple(cell_flows(scenario, steps, folder)))


def cell_flows(
    scenario: Scenario, steps: int, folder: Path | None = None, watch: Watch = lambda kind, done: True
) -> Iterator[CellFlow]:
    """The kinds one after the other, as `compare_cells` has them; ends early once `watch` says so."""
    if not is_recurrent(scenario):
        raise ScenarioError(
            "there is no recurrent layer (rnn, lstm or gru) whose cells could be compared", place="layers"
        )
    for kind in CELLS:
        chosen = with_cells(scenario, kind)
        record = _trained(Simulation(chosen, folder), steps, partial(watch, kind))
        if record is None:
            return
        yield CellFlow(kind, chosen != scenario, record.loss, record.times)


def _trained(simulation: Simulation, steps: int, go_on: Callable[[int], bool]) -> StepRecord | None:
    """The record of the last of `steps` updates, of a measurement where there are none; None if it is to end."""
    if not go_on(0):
        return None
    record, count = None, 1
    while simulation.step_index < steps:
        began = perf_counter()
        record = simulation.step(min(count, steps - simulation.step_index))
        count = count * 2 if perf_counter() - began < CALL_SECONDS / 2 else max(1, count // 2)
        if not go_on(simulation.step_index):
            return None
    return record or simulation.measure()


def decades_per_step(hidden_log10: np.ndarray) -> float:
    """By how many decades the gradient grows with each time step on its way back; below 0 it shrinks.

    The mean over all steps that it reaches, (log10 |dL/dh_first| - log10 |dL/dh_last|) / (last - first); nan where it
    reaches fewer than two, or is no number. hidden_log10: (steps,), first step first.
    """
    reached = np.flatnonzero(~np.isneginf(hidden_log10))
    if len(reached) < 2:
        return math.nan
    first, last = int(reached[0]), int(reached[-1])
    with np.errstate(invalid="ignore"):
        return float((hidden_log10[first] - hidden_log10[last]) / (last - first))
