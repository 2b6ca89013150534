"""What the analysis finds in the run, for the panes that are on the screen: computed when it changed, and sparingly."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from vgtui.scenario.model import Scenario
from vgtui.tui.beside import Beside, Task, one_line
from vgtui.tui.choice import Choice
from vgtui.tui.frame import Found
from vgtui.tui.heaps import give_back

if TYPE_CHECKING:
    from vgtui.analysis.activation import ActivationView
    from vgtui.analysis.attenuation import WhereLost
    from vgtui.analysis.decision import Decision, NoPicture
    from vgtui.analysis.diagnosis import Finding
    from vgtui.analysis.landscape import Slope
    from vgtui.analysis.paths import Paths
    from vgtui.analysis.precision import PrecisionComparison
    from vgtui.analysis.spectrum import Spectrum
    from vgtui.analysis.theory import FlowPrediction
    from vgtui.analysis.units import UnitMaps
    from vgtui.analysis.weight_entry import WeightEntry
    from vgtui.analysis.weight_map import WeightMap
    from vgtui.engine.probe import Probe
    from vgtui.engine.record import StepRecord
    from vgtui.engine.simulation import Simulation
    from vgtui.tui.experiment import Experiment

INTERVAL = 0.5
"""Seconds from one finding to the next of its kind, at least."""

SHARE = 1 / 20
"""Of the engine's time, at most, that findings may take while it trains."""

BESIDE_SHARE = 1 / 10
"""The same of another thread's time, for what is found beside a run that trains."""

LIGHT = 0.05
"""Seconds up to which a finding is made in the engine's thread; what takes longer is made beside it."""

SETTLED = 0.4
"""Seconds for which a scenario has to stay as it is before anything is made beside the run."""


class Expectation(Struct, frozen=True, eq=False):
    """What theory predicts of a scenario, and what its network measured as it was drawn."""

    predicted: FlowPrediction
    drawn: StepRecord


class Finder(Struct, frozen=True):
    """How one thing is found.

    of           the parts of the choice that it depends on
    quick        whether it is made in the engine's thread from the first time on, until that proves too slow
    of_scenario  whether it is the same at every step
    apart        whether it makes networks of its own, whose kernels may have to be loaded: never in the engine's thread
    stops        whether it asks, as it goes on, if it is still waited for: what may take many seconds
    """

    find: Callable[..., Any]
    of: tuple[str, ...] = ()
    quick: bool = False
    of_scenario: bool = False
    apart: bool = False
    stops: bool = False


def _lost(sim: Simulation, choice: Choice) -> WhereLost:
    from vgtui.analysis.attenuation import where_lost

    return where_lost(sim)


def _paths(sim: Simulation, choice: Choice) -> Paths:
    from vgtui.analysis.paths import paths

    weight = choice.weight
    return paths(sim, weight.layer, weight.row, weight.column, choice.sample, strongest=20)


def _slope(sim: Simulation, choice: Choice) -> Slope:
    from vgtui.analysis.landscape import slope

    return slope(sim, choice.weight.layer, choice.weight.row, choice.weight.column)


def _spectrum(sim: Simulation, choice: Choice) -> Spectrum:
    from vgtui.analysis.spectrum import spectrum

    return spectrum(sim, choice.sample or 0)


def _theory(sim: Simulation, choice: Choice, go_on: Callable[[], bool]) -> Expectation:
    from vgtui.analysis.theory import predict_flow
    from vgtui.engine.simulation import Simulation

    drawn = Simulation(sim.scenario, sim.folder).measure()
    return Expectation(predict_flow(sim.scenario, sim.folder, go_on=go_on), drawn)


def _precision(sim: Simulation, choice: Choice) -> PrecisionComparison:
    from vgtui.analysis.precision import compare_precisions

    return compare_precisions(sim)


def _diagnosis(sim: Simulation, choice: Choice) -> tuple[Finding, ...]:
    from vgtui.analysis.diagnosis import diagnose

    return diagnose(sim)


def _activation(sim: Simulation, choice: Choice) -> ActivationView:
    from vgtui.analysis.activation import activation_view

    return activation_view(sim, min(choice.layer, len(sim.layer_names) - 1))


def _decision(sim: Simulation, choice: Choice) -> Decision:
    from vgtui.analysis.decision import decision

    return decision(sim, *choice.grid)


def _units(sim: Simulation, choice: Choice) -> UnitMaps | NoPicture:
    from vgtui.analysis.units import unit_maps

    return unit_maps(sim, min(choice.layer, len(sim.layer_names) - 1), *choice.grid)


def _weights(sim: Simulation, choice: Choice) -> WeightMap:
    from vgtui.analysis.weight_map import weight_map

    return weight_map(sim, min(choice.layer, len(sim.layer_names) - 1))


def _entry(sim: Simulation, choice: Choice) -> WeightEntry | None:
    from vgtui.analysis.weight_entry import weight_entry

    layer = min(choice.layer, len(sim.layer_names) - 1)
    rows, columns = sim.weight_shapes[layer]
    if not rows:
        return None
    return weight_entry(sim, layer, min(choice.entry[0], rows - 1), min(choice.entry[1], columns - 1))


FINDERS: dict[str, Finder] = {
    "slope": Finder(_slope, of=("weight",)),
    "lost": Finder(_lost),
    "paths": Finder(_paths, of=("weight", "sample")),
    "diagnosis": Finder(_diagnosis),
    "spectrum": Finder(_spectrum, of=("sample",)),
    "precision": Finder(_precision, apart=True),
    "theory": Finder(_theory, of_scenario=True, apart=True, stops=True),
    "activation": Finder(_activation, of=("layer",), quick=True),
    "decision": Finder(_decision, of=("grid",), quick=True),
    "units": Finder(_units, of=("layer", "grid"), quick=True),
    "weights": Finder(_weights, of=("layer",), quick=True),
    "entry": Finder(_entry, of=("layer", "entry"), quick=True),
}
"""By the name that a pane asks for it with."""


class Known(Struct, frozen=True, eq=False):
    """A finding, the pass and the weight that it is of, when it was made and how long that took."""

    name: str
    found: Found[Any]
    record: StepRecord | None
    choice: Choice
    at: float
    seconds: float

    def is_of(self, experiment: Experiment) -> bool:
        """Whether it is what would be found now."""
        finder = FINDERS[self.name]
        if finder.of_scenario:
            return self.found.scenario is experiment.scenario
        return self.record is experiment.record and not self.is_elsewhere(experiment)

    def is_elsewhere(self, experiment: Experiment) -> bool:
        """Whether it is of another weight, layer or grid than is chosen now."""
        now = experiment.choice
        return any(getattr(self.choice, part) != getattr(now, part) for part in FINDERS[self.name].of)

    def is_light_in(self, scenario: Scenario) -> bool:
        """Whether it took little time, in this network or one as deep."""
        before = self.found.scenario
        alike = scenario is before or len(scenario.expanded()) == len(before.expanded())
        return alike and self.seconds <= LIGHT and not FINDERS[self.name].apart


def made(name: str, sim: Simulation, choice: Choice, go_on: Callable[[], bool] = lambda: True) -> Known:
    """Find one thing, for as long as `go_on`; what goes wrong is told in its place."""
    began = perf_counter()
    record, step, scenario = sim.record, sim.step_index, sim.scenario
    try:
        finder = FINDERS[name]
        found = Found(finder.find(sim, choice, *((go_on,) if finder.stops else ())), step, scenario)
    except Exception as error:
        found = Found(None, step, scenario, one_line(error))
    now = perf_counter()
    return Known(name, found, record, choice, now, now - began)


class Findings:
    """What is known of the run. All but `want` belongs to the engine's thread."""

    def __init__(self, on_news: Callable[[], None], on_failure: Callable[[str], None]) -> None:
        self._wanted: frozenset[str] = frozenset()
        self._known: dict[str, Known] = {}
        self._simulation: Simulation | None = None
        self._scenario: Scenario | None = None
        self._settled_at = self._free_at = self._free_beside_at = 0.0
        self._beside: Beside[Known] = Beside("findings", on_news, on_failure)
        self._alone = threading.Lock()

    def want(self, names: frozenset[str]) -> bool:
        """What the panes on the screen show, from any thread; whether it is anything else than before."""
        changed, self._wanted = names != self._wanted, names
        return changed

    def end(self) -> None:
        """Give up what is under way."""
        self._beside.end()

    def look(self, experiment: Experiment, training: bool) -> Mapping[str, Found[Any]]:
        """What is known by now of what is wanted; what is due is made first, or begun beside the run."""
        from vgtui.engine.probe import Probe

        self._turn_to(experiment)
        self._gather()
        for name in sorted(self._wanted, key=self._rank):
            if self._wait(name, experiment, training) > 0.0:
                continue
            if self._is_light(name, experiment):
                self._keep(made(name, experiment.simulation, experiment.choice))
                self._free_at = perf_counter() + self._known[name].seconds / SHARE
            else:
                self._begin_beside(name, Probe.of(experiment.simulation), experiment.choice)
        return {name: known.found for name, known in self._known.items() if name in self._wanted}

    def until_due(self, experiment: Experiment, training: bool) -> float:
        """Seconds until there is something to make: 0 for now, inf for never as it stands."""
        waits = [self._wait(name, experiment, training) for name in self._wanted]
        return max(0.0, min(waits, default=math.inf))

    def _rank(self, name: str) -> tuple[float, int]:
        """The oldest first; of what was never made, in the order of FINDERS."""
        known = self._known.get(name)
        return (-math.inf if known is None else known.at, list(FINDERS).index(name))

    def _wait(self, name: str, experiment: Experiment, training: bool) -> float:
        """Seconds until it is due; inf where it is known, or something is under way beside the run."""
        known = self._known.get(name)
        if known is not None and known.is_of(experiment):
            return math.inf
        waits = known is not None and not known.is_elsewhere(experiment)
        due = known.at + INTERVAL if known is not None and waits else 0.0
        if self._is_light(name, experiment):
            return max(due, self._free_at if training else 0.0) - perf_counter()
        if self._beside.is_busy:
            return math.inf
        if training and known is not None:
            due = max(due, self._free_beside_at)
        return max(due, self._settled_at) - perf_counter()

    def _is_light(self, name: str, experiment: Experiment) -> bool:
        """What was never made may take any time, unless it is known to be quick."""
        known = self._known.get(name)
        return FINDERS[name].quick if known is None else known.is_light_in(experiment.scenario)

    def _turn_to(self, experiment: Experiment) -> None:
        """Forget what is known of another network than this one before and after edits."""
        simulation, scenario = experiment.simulation, experiment.scenario
        if scenario is self._scenario:
            self._simulation = simulation
            return
        if self._scenario is not None:
            self._settled_at = perf_counter() + SETTLED
        left, self._simulation, self._scenario = self._simulation, simulation, scenario
        self._beside.end()
        if left is not None and left is not simulation:
            self._known = {}
            del left
            give_back()

    def _begin_beside(self, name: str, probe: Probe, choice: Choice) -> None:
        def work(task: Task[Known]) -> None:
            with self._alone:
                if task.is_wanted:
                    task.tell(made(name, probe, choice, lambda: task.is_wanted))

        self._beside.begin(work)

    def _gather(self) -> None:
        """Take in what was made beside the run."""
        known = self._beside.told
        if known is None:
            return
        self._beside.end()
        self._free_beside_at = known.at + known.seconds * (1.0 / BESIDE_SHARE - 1.0)
        self._keep(known)

    def _keep(self, known: Known) -> None:
        self._known[known.name] = known
