"""The same network drawn from many seeds: what one draw shows and what is common to all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from msgspec.structs import replace

from vgtui.analysis.stopping import StoppedError
from vgtui.engine.record import MEASURES, Evaluation, StepRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Scenario

QUARTERS = (0.25, 0.5, 0.75)

THREADS = 2
"""Networks that run at once: the engine leaves the interpreter's lock while it computes."""

CALL_SECONDS = 0.1
"""About how long the engine runs between two looks at whether it should go on."""


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """What networks that differ in nothing but the seed measured, layer by layer.

    seeds     of the networks, in the order of `measures`
    steps     updates that each had made
    names     a name for each layer
    measures  (networks, layers, len(MEASURES)) float64, read-only: the columns of StepRecord.measures
    """

    seeds: tuple[int, ...]
    steps: int
    names: tuple[str, ...]
    measures: np.ndarray

    def column(self, measure: str) -> np.ndarray:
        """(networks, layers) of one measure; a name in MEASURES."""
        return np.asarray(self.measures[:, :, MEASURES.index(measure)])

    def quartiles(self, measure: str) -> np.ndarray:
        """(3, layers): lower quartile, median and upper quartile over the networks; nan where any network's is."""
        return _parted(self.column(measure))


def ensemble(
    scenario: Scenario,
    seeds: int = 16,
    steps: int = 0,
    *,
    folder: str | Path | None = None,
    go_on: Callable[[int], bool] = lambda done: True,
) -> Ensemble:
    """Draw, and train for `steps` updates, as many networks as `seeds` says: the scenario's seed and those after it.

    All learn from the same data; weights and the order of batches are each network's own. At steps = 0 they are
    measured on their first batch as they were drawn. Two run at a time, and the result does not depend on which
    is first. `folder` is where a relative `data.file` is looked for. `go_on` is told how many are done whenever one
    is, and about ten times a second, from the threads that compute; once it says no, stopping.StoppedError is raised.
    Raises ValueError for less than one seed.
    """
    if seeds < 1:
        raise ValueError(f"seeds must be at least 1, not {seeds}")
    numbers = tuple((scenario.seed + place) % 2**32 for place in range(seeds))
    done: list[int] = []

    def check() -> None:
        if not go_on(len(done)):
            raise StoppedError

    def run(seed: int) -> StepRecord:
        check()
        record = _run(Simulation(reseeded(scenario, seed), folder), steps, check)
        done.append(seed)
        check()
        return record

    with ThreadPoolExecutor(THREADS, thread_name_prefix="ensemble") as pool:
        records = list(pool.map(run, numbers))
    measures = np.stack([record.measures for record in records])
    measures.flags.writeable = False
    return Ensemble(numbers, steps, records[0].names, measures)


@dataclass(frozen=True, slots=True, eq=False)
class Quartiles:
    """Networks that differ in nothing but the seed, at one step: lower quartile, median, upper quartile of each number.

    seeds     how many networks; step, epoch: of each of them
    names     a name for each layer; weightless: those without weights
    numbers   (3, 4): loss of the batch, test loss, accuracy of the batch, decades lost; decades lost is log10 of
              |dL/dW| of the last layer with weights over that of the first
    measures  (3, layers, len(MEASURES)): the columns of StepRecord.measures
    """

    seeds: int
    step: int
    epoch: float
    names: tuple[str, ...]
    weightless: frozenset[int]
    numbers: np.ndarray
    measures: np.ndarray


def trained_together(
    scenario: Scenario, seeds: int, stops: Iterable[int], *, folder: str | Path | None = None
) -> Iterator[Quartiles]:
    """Train as many networks as `ensemble` draws, two at a time, and tell of all of them after each of `stops` updates.

    A stop of 0 is a measurement of the networks as they are drawn. nan where any network's number is.
    """
    if seeds < 1:
        raise ValueError(f"seeds must be at least 1, not {seeds}")
    numbers = [(scenario.seed + place) % 2**32 for place in range(seeds)]
    with ThreadPoolExecutor(THREADS, thread_name_prefix="ensemble") as pool:
        networks = list(pool.map(lambda seed: Simulation(reseeded(scenario, seed), folder), numbers))
        for stop in stops:

            def reach(network: Simulation, stop: int = stop) -> tuple[StepRecord, Evaluation]:
                missing = stop - network.step_index
                record = network.step(missing) if missing else network.measure()
                return record, network.evaluate()

            yield _quartiles(list(pool.map(reach, networks)))


def _quartiles(found: list[tuple[StepRecord, Evaluation]]) -> Quartiles:
    first = found[0][0]
    able = [layer for layer in range(len(first.names)) if layer not in first.weightless]
    numbers = []
    for record, evaluation in found:
        gradients = record.column("weight_grad_log10")
        with np.errstate(invalid="ignore"):
            lost = float(gradients[able[-1]] - gradients[able[0]])
        numbers.append([record.loss, evaluation.test_loss, record.accuracy, lost])
    return Quartiles(
        seeds=len(found),
        step=first.step,
        epoch=first.epoch,
        names=first.names,
        weightless=first.weightless,
        numbers=_parted(np.array(numbers)),
        measures=_parted(np.stack([record.measures for record, _ in found])),
    )


def _parted(values: np.ndarray) -> np.ndarray:
    """(networks, ...) as (3, ...): its quartiles (Hyndman & Fan 1996, type 8); nan where any of them is.

    Between a number and an infinite one, and between two of these, it is the infinite one: there numpy has nan.
    """
    last = len(values) - 1
    with np.errstate(invalid="ignore"):
        found = np.quantile(values, QUARTERS, axis=0, method="median_unbiased")
        places = np.clip(np.multiply(QUARTERS, last + 4 / 3) - 2 / 3, 0, last).round(9)
        ordered = np.sort(values, axis=0)
        low, high = (ordered[to_whole(places).astype(int)] for to_whole in (np.floor, np.ceil))
        beyond = np.where(low == high, low, low + high)
    return np.asarray(np.where(np.isnan(found) & ~np.isnan(values).any(axis=0), beyond, found))


def reseeded(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with another draw of its weights and batches, and the same data."""
    return replace(scenario, seed=seed, data=replace(scenario.data, seed=scenario.data_seed))


def _run(simulation: Simulation, steps: int, check: Callable[[], None]) -> StepRecord:
    """The record after so many updates."""
    if steps == 0:
        return simulation.measure()
    for count in _portions(simulation, steps):
        check()
        record = simulation.step(count)
    return record


def _portions(simulation: Simulation, steps: int) -> Iterator[int]:
    """Counts of updates that come to `steps`, each taking about CALL_SECONDS."""
    count = 1
    while simulation.step_index < steps:
        began = perf_counter()
        yield min(count, steps - simulation.step_index)
        count = count * 2 if perf_counter() - began < CALL_SECONDS / 2 else max(1, count // 2)
