"""Two networks in lockstep: what differs between their settings, and what that does to loss and gradient."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from vgtui.engine.record import Evaluation, LayerRecord, StepRecord
from vgtui.engine.simulation import Simulation
from vgtui.scenario.differences import Difference, differences, pairs
from vgtui.scenario.errors import said_of
from vgtui.scenario.model import Scenario


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its scenario, the record of its latest step, and its evaluation on all of its data."""

    scenario: Scenario
    record: StepRecord
    evaluation: Evaluation


@dataclass(frozen=True, slots=True)
class LayerPair:
    """A layer of A and the layer of B that stands for it; None where the other network has none."""

    a: LayerRecord | None
    b: LayerRecord | None

    @property
    def ratio_log10(self) -> float:
        """log10 of |dL/dW| of B over that of A; nan where one has no weights, or both norms are 0."""
        if self.a is None or self.b is None or not (self.a.has_weight and self.b.has_weight):
            return math.nan
        return self.b.weight_grad_log10 - self.a.weight_grad_log10

    @property
    def differs(self) -> bool:
        """Whether their gradients are not the same to the last bit."""
        if self.a is None or self.b is None or self.a.has_weight != self.b.has_weight:
            return True
        return self.a.has_weight and not same(self.a.weight_grad_log10, self.b.weight_grad_log10)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two networks after `steps` updates of each.

    differences  every setting that B has otherwise than A
    layers       input to output, the layers of both paired
    """

    steps: int
    a: Side
    b: Side
    differences: tuple[Difference, ...]
    layers: tuple[LayerPair, ...]


def same(one: float, other: float) -> bool:
    """Whether two numbers are equal; nan is equal to nan."""
    return one == other or (math.isnan(one) and math.isnan(other))


def with_the_seed_of(a: Scenario, b: Scenario) -> Scenario:
    """`b` with the seed of `a`: the same data, the same batches and, where shapes agree, the same first weights."""
    return replace(b, seed=a.seed)


def compare(
    a: Scenario,
    b: Scenario,
    steps: int = 0,
    *,
    folder: str | Path | None = None,
    names: tuple[str, str] = ("A", "B"),
) -> Comparison:
    """Train both for `steps` updates, each step on the same batch; 0 measures them as they were drawn.

    The data and the order of the batches follow from the seeds: give both the same (`with_the_seed_of`) to compare
    nothing but settings. The two run side by side, on two cores where there are two; the result does not depend on
    that. `folder` is where a relative `data.file` is looked for. Raises ScenarioError or DataError as `Simulation`
    does, before anything is trained, said of the one of `names` that it is of; ValueError for less than 0 steps.
    """
    if steps < 0:
        raise ValueError(f"steps must be at least 0, not {steps}")

    def built(name: str, scenario: Scenario) -> Simulation:
        with said_of(name):
            return Simulation(scenario, folder)

    with ThreadPoolExecutor(2) as cores:
        sims = list(cores.map(built, names, (a, b)))
        return beside(*cores.map(lambda sim: _trained(sim, steps), sims))


def beside(a: Side, b: Side) -> Comparison:
    """The comparison of two sides that have made the same number of updates."""
    first, second = a.record.layers, b.record.layers
    paired = tuple(
        LayerPair(None if one is None else first[one], None if other is None else second[other])
        for one, other in pairs(a.scenario, b.scenario)
    )
    return Comparison(a.record.step, a, b, differences(a.scenario, b.scenario), paired)


def _trained(sim: Simulation, steps: int) -> Side:
    record = sim.step(steps) if steps else sim.measure()
    return Side(sim.scenario, record, sim.evaluate())
