"""Where a value first went non-finite: which step, layer, unit and operation, out of which operands."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.engine.probe import Probe
from vgtui.engine.record import StepRecord, power_of_ten
from vgtui.engine.signals import Signal
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Recurrent

TRAIL = 5
"""Finite updates before, of which the sizes are told."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A number that went into the operation, and what it is."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Before:
    """How large things were in one of the last finite passes. gradient_log10: log10 of the norm of all gradients."""

    step: int
    loss: float
    gradient_log10: float
    largest_weight: float


@dataclass(frozen=True, slots=True)
class NonFinite:
    """The first value that was no finite number.

    update            the update (from 1) in whose pass it came up; with `phase` "edit", what was set was not finite
    last_finite_step  updates done when all was finite still
    phase             "forward", "loss", "backward", "update" or "edit"
    layer, unit       where; None for the loss
    time_step         of a recurrent layer, from 0
    sample            row of the batch
    operation         "weight @ x + bias", an activation by its name, "mean_squared_error", "adam" ...
    value             what came out: inf, -inf or nan
    operands          what went in
    before            the last finite passes, oldest first
    """

    update: int
    last_finite_step: int
    phase: str
    layer: int | None
    name: str
    unit: int | None
    time_step: int | None
    sample: int | None
    operation: str
    value: float
    operands: tuple[Operand, ...]
    before: tuple[Before, ...]

    @property
    def sentence(self) -> str:
        """What happened, in one line."""
        where = "" if self.layer is None else f" in layer {self.layer} ({self.name})"
        unit = "" if self.unit is None else f", unit {self.unit}"
        time = "" if self.time_step is None else f", time step {self.time_step}"
        operands = ", ".join(f"{operand.name} = {operand.value:.4g}" for operand in self.operands)
        when = f"update {self.update}" if self.phase != "edit" else f"what was set at step {self.update}"
        return f"{when}: {self.operation} gave {self.value:g}{where}{unit}{time}; it was given {operands}"


@dataclass(frozen=True, slots=True)
class _Spot:
    """A NonFinite without its time."""

    phase: str
    operation: str
    value: float
    operands: tuple[Operand, ...]
    layer: int | None = None
    unit: int | None = None
    time_step: int | None = None
    sample: int | None = None


def first_nonfinite(sim: Simulation) -> NonFinite | None:
    """The first non-finite value of the run so far, or of the pass that comes next; None if all is finite.

    `sim` stays bit-identical.
    """
    probe = Probe.of(sim)
    now = probe.step_index
    if _sound(probe, probe.measure()):
        return None
    bad = _first_bad(probe, now)
    edited = False
    if bad <= now:
        probe.seek(bad)
        edited = probe.segment_start == bad and not _finite_parameters(probe)
    last = bad if edited and bad == 0 else bad - 1
    if not edited:
        probe.seek(last)
    spot = _examine(probe)
    before = () if edited and bad == 0 else _trail(probe, last)
    names = probe.layer_names
    return NonFinite(
        update=bad,
        last_finite_step=last,
        phase="edit" if edited else spot.phase,
        layer=spot.layer,
        name="" if spot.layer is None else names[spot.layer],
        unit=spot.unit,
        time_step=spot.time_step,
        sample=spot.sample,
        operation=spot.operation,
        value=spot.value,
        operands=spot.operands,
        before=before,
    )


# -- when ---------------------------------------------------------------------------------------------------


def _first_bad(probe: Probe, now: int) -> int:
    """The first update after which not all is finite; now + 1 where it is the pass that comes next."""
    kept = probe.rewind(now)
    while kept > 0 and not _finite_parameters(probe):
        kept = probe.rewind(kept - 1)
    if kept > 0:
        kept = probe.rewind(kept - 1)  # a loss may have been infinite, and the weights finite still
    if not _finite_parameters(probe):
        return kept
    while probe.step_index < now:
        record = probe.step()
        if not _sound(probe, record):
            return probe.step_index
    return now + 1


def _sound(probe: Probe, record: StepRecord) -> bool:
    """Whether all is finite, but for the gradients of an update that dynamic loss scaling leaves out."""
    sizes = [record.loss]
    if probe.scenario.training.loss_scale != "dynamic":
        sizes.append(power_of_ten(record.gradient_log10))
    return all(map(math.isfinite, sizes)) and _finite_parameters(probe)


def _finite_parameters(probe: Probe) -> bool:
    return all(np.isfinite(values).all() for values in probe.parameters.values())


def _trail(probe: Probe, last: int) -> tuple[Before, ...]:
    """The passes that made the last finite updates, and the largest weight after each."""
    trail = []
    first = max(last - TRAIL, 0)
    probe.seek(first)
    for _ in range(first, last):
        record = probe.step()
        largest = max(float(np.abs(values).max()) for values in probe.parameters.values())
        trail.append(Before(record.step, record.loss, record.gradient_log10, largest))
    return tuple(trail)


# -- where --------------------------------------------------------------------------------------------------


def _examine(probe: Probe) -> _Spot:
    """The next pass stage by stage, in the order in which it is computed."""
    record = probe.measure()
    return (
        _in_forward(probe)
        or _in_loss(probe, record)
        or _in_backward(probe, record)
        or _in_update(probe, record)
    )


def _in_forward(probe: Probe) -> _Spot | None:
    for signal in probe.signals():
        values = signal.values if signal.states is None else signal.states
        bad = np.argwhere(~np.isfinite(values))
        if not len(bad):
            continue
        first, second, unit = bad[0].tolist()
        recurrent = signal.states is not None
        sample = second if recurrent else first
        return _Spot(
            phase="forward",
            operation=signal.operation,
            value=float(values[first, second, unit]),
            operands=_operands(probe, signal, sample, first if recurrent else second, unit),
            layer=signal.layer,
            unit=unit,
            time_step=first if recurrent else None,
            sample=sample,
        )
    return None


def _operands(probe: Probe, signal: Signal, sample: int, place: int, unit: int) -> tuple[Operand, ...]:
    """What the operation read to make one value, the largest of many."""
    source = signal.source[sample]
    layer = probe.scenario.expanded()[signal.layer][1]
    if signal.operation in ("weight @ x + bias", "convolution", "recurrence"):
        weights = probe.weight_matrix(signal.layer, probe.parameters)
        rows = weights[unit :: layer.units] if isinstance(layer, Recurrent) else weights[unit : unit + 1]
        inputs = Operand("the largest input", _largest(source))
        found = [inputs, Operand("the largest weight", _largest(rows))]
        if signal.states is not None and place > 0:
            found.append(Operand("the largest state before", _largest(signal.states[place - 1, sample])))
        return tuple(found)
    same = source.reshape(signal.values.shape[1:]) if source.size == signal.values[0].size else source
    what = Operand("its input", float(same[place, unit]) if same.ndim == 2 else _largest(source))
    if signal.other is None:
        return (what,)
    return (what, Operand("the skip", float(signal.other[sample].reshape(same.shape)[place, unit])))


def _largest(values: np.ndarray) -> float:
    """The entry of the largest size; one that is not finite before any other."""
    flat = values.ravel()
    sizes = np.where(np.isfinite(flat), np.abs(flat), math.inf)
    return float(flat[int(np.argmax(sizes))])


def _in_loss(probe: Probe, record: StepRecord) -> _Spot | None:
    if math.isfinite(record.loss):
        return None
    answers, (_, targets) = probe.signals()[-1].values.reshape(probe.batch_rows, -1), probe.batch
    sample, unit = np.unravel_index(int(np.argmax(np.abs(answers - targets))), answers.shape)
    operands = (
        Operand("the answer", float(answers[sample, unit])),
        Operand("the target", float(targets[sample, unit])),
    )
    return _Spot(
        "loss", probe.scenario.training.loss, record.loss, operands, unit=int(unit), sample=int(sample)
    )


def _in_backward(probe: Probe, record: StepRecord) -> _Spot | None:
    """Layers from the output back: first the gradient that arrives, then what it makes of the parameters."""
    gradients = probe.gradients
    for layer in reversed(range(len(probe.layer_names))):
        delta = record.layers[layer].delta_log10
        arrives = Operand("|dL/dz|", power_of_ten(delta))
        if delta == math.inf or (math.isnan(delta) and layer not in record.weightless):
            return _Spot("backward", "dL/dz", math.nan, (arrives,), layer)
        for name in (name for name in gradients if name.split(".")[0] == str(layer)):
            bad = np.argwhere(~np.isfinite(gradients[name]))
            if len(bad):
                value = float(gradients[name][tuple(bad[0])])
                signal = next(signal for signal in probe.signals() if signal.layer == layer)
                operands = (arrives, Operand("the largest input", _largest(signal.source)))
                unit = int(bad[0][0])
                return _Spot("backward", f"dL/d {name.split('.')[1]}", value, operands, layer, unit)
    return None


def _in_update(probe: Probe, record: StepRecord) -> _Spot:
    gradients, before = probe.gradients, probe.parameters
    rate = probe.step().learning_rate
    optimizer = probe.scenario.training.optimizer
    for name, after in probe.parameters.items():
        bad = np.argwhere(~np.isfinite(after))
        if len(bad):
            place = tuple(bad[0])
            operands = (
                Operand(f"{name} before", float(before[name][place])),
                Operand("its gradient", float(gradients[name][place])),
                Operand("the learning rate", rate),
            )
            layer = int(name.split(".")[0])
            return _Spot("update", optimizer, float(after[place]), operands, layer, int(place[0]))
    total = Operand("|gradient|", power_of_ten(record.gradient_log10))
    return _Spot("backward", "the norm of the gradient", power_of_ten(record.gradient_log10), (total,))
