"""What a diagnosis reads, gathered once: looks at the network at two steps, and the updates in between."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from msgspec.structs import replace

from vgtui.analysis.forensics import NonFinite, first_nonfinite
from vgtui.analysis.weights import WeightChange, weight_changes
from vgtui.engine.probe import CheckedStep, Probe
from vgtui.engine.record import Evaluation, StepRecord
from vgtui.engine.signals import Signal
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Layer, Scenario

WINDOW = 60
"""Updates that are looked at one by one, up to the present."""

BEGINNING = 10
"""Updates that are looked at one by one from the start of the run, or of the last edit."""

WIDE = 256
"""Samples that a look at the network is taken on, where there are so many."""

POINTS = 8
"""Places on the curve of the losses."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """The network as it is after `step` updates, seen on a wide batch, without an update.

    true_log10  log10 |dL/dW| of each layer with numbers that have the range for it, (layers,)
    """

    step: int
    record: StepRecord
    signals: tuple[Signal, ...]
    parameters: dict[str, np.ndarray]
    gradients: dict[str, np.ndarray]
    weights: tuple[np.ndarray, ...]
    weight_gradients: tuple[np.ndarray, ...]
    true_log10: np.ndarray


@dataclass(frozen=True, eq=False)
class Evidence:
    """All of it. `now` is the last finite state; `nonfinite` says what came after it, if anything did.

    beginning, window  updates, each with what it did to its own batch's loss
    curve              (step, evaluation) at some steps from `start` to `now`
    baseline           training loss of the best constant answer
    """

    scenario: Scenario
    start: Look
    now: Look
    beginning: tuple[CheckedStep, ...]
    window: tuple[CheckedStep, ...]
    curve: tuple[tuple[int, Evaluation], ...]
    changes: tuple[WeightChange, ...]
    train_inputs: np.ndarray
    test_count: int
    baseline: float
    nonfinite: NonFinite | None

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The network's layers."""
        return tuple(layer for _, layer in self.scenario.expanded())

    @cached_property
    def weighty(self) -> tuple[int, ...]:
        """The layers that have weights."""
        return tuple(k for k in range(len(self.layers)) if k not in self.now.record.weightless)

    @property
    def steps(self) -> int:
        """Updates between the two looks."""
        return self.now.step - self.start.step

    @property
    def loss(self) -> float:
        """Training loss now."""
        return self.curve[-1][1].train_loss

    @property
    def first_loss(self) -> float:
        """Training loss at the start."""
        return self.curve[0][1].train_loss

    @property
    def share(self) -> float:
        """Training loss now over the best constant answer's; nan where that is 0."""
        return self.loss / self.baseline if self.baseline else math.nan


def gather(sim: Simulation) -> Evidence:
    """Read a simulation's timeline up to the present, since the last edit; `sim` stays bit-identical."""
    probe = Probe.of(sim)
    nonfinite = first_nonfinite(probe)
    end = sim.step_index if nonfinite is None else min(nonfinite.last_finite_step, sim.step_index)
    probe.seek(end)
    start = min(probe.segment_start, end)
    with np.errstate(over="ignore"):
        now, changes = _look(probe), weight_changes(probe)
    curve = _curve(probe, start, end)
    probe.seek(start)
    return Evidence(
        scenario=probe.scenario,
        start=_look(probe),
        now=now,
        beginning=_steps(probe, start, min(start + BEGINNING, end)),
        window=_steps(probe, max(start, end - WINDOW), end),
        curve=curve,
        changes=changes,
        train_inputs=probe.train_data[0],
        test_count=len(probe.test_data[0]),
        baseline=constant_loss(probe.scenario.training.loss, probe.train_data[1]),
        nonfinite=nonfinite,
    )


def _look(probe: Probe) -> Look:
    wide = probe.widened(min(WIDE, len(probe.train_data[0])))
    record, parameters, gradients = wide.measure(), wide.parameters, wide.gradients
    weighty = range(len(wide.layer_names))
    able = [layer in record.weightless for layer in weighty]
    none = np.zeros((0, 0))
    return Look(
        step=probe.step_index,
        record=record,
        signals=wide.signals(),
        parameters=parameters,
        gradients=gradients,
        weights=tuple(none if able[k] else wide.weight_matrix(k, parameters) for k in weighty),
        weight_gradients=tuple(none if able[k] else wide.weight_matrix(k, gradients) for k in weighty),
        true_log10=_true_log10(wide, record),
    )


def _true_log10(wide: Probe, record: StepRecord) -> np.ndarray:
    """What became of the gradients whose numbers were rounded to 16 bits is seen in float32; others are kept true."""
    if wide.scenario.precision in ("float64", "float32"):
        return record.column("weight_grad_log10")
    exact = Probe.of(wide)
    exact.apply(replace(wide.scenario, precision="float32"))
    return exact.measure().column("weight_grad_log10")


def _steps(probe: Probe, first: int, last: int) -> tuple[CheckedStep, ...]:
    """The updates from `first` to `last`, made again."""
    if last > first:
        probe.seek(first)
    return tuple(probe.checked_step() for _ in range(first, last))


def _curve(probe: Probe, start: int, end: int) -> tuple[tuple[int, Evaluation], ...]:
    """Evaluations at the two ends, a window before the end, and at kept states in between."""
    steps = {start, end, max(start, end - WINDOW)}
    for point in np.linspace(start, end, POINTS).astype(int).tolist():
        steps.add(max(start, probe.rewind(point)))
    points = []
    for step in sorted(steps):
        if probe.rewind(step) != step:
            probe.seek(step)
        points.append((step, probe.evaluate()))
    return tuple(points)


def constant_loss(loss: str, targets: np.ndarray) -> float:
    """The least mean loss of an answer that is the same for every sample. targets (samples, outputs).

    Mean squared error: the variance; mean absolute error: the mean distance from the median; cross-entropies: the
    entropy of the classes' shares, in nats.
    """
    if loss == "mean_squared_error":
        return float(targets.var(axis=0).mean())
    if loss == "mean_absolute_error":
        return float(np.abs(targets - np.median(targets, axis=0)).mean())
    share = targets.mean(axis=0)
    if loss == "binary_cross_entropy":
        share = np.stack([share, 1.0 - share])
        return float(-(share * np.log(np.where(share > 0, share, 1.0))).sum(axis=0).mean())
    return float(-(share * np.log(np.where(share > 0, share, 1.0))).sum())
