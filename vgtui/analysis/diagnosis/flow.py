"""What goes wrong with signals and gradients on their way through the layers, and through time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from vgtui.analysis.diagnosis.evidence import Evidence, Look
from vgtui.analysis.diagnosis.findings import Finding, Number, Place
from vgtui.analysis.diagnosis.thresholds import limit
from vgtui.engine.record import TimeRecord
from vgtui.scenario.model import Lstm, Recurrent

BOUNDED = ("sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign")
"""Activations that saturate."""

RECTIFIED = ("relu",)
"""Activations that are off at a slope of exactly 0."""


# -- unbroken symmetry --------------------------------------------------------------------------------------


def symmetry(evidence: Evidence) -> Finding | None:
    """The first layer whose units all read their input alike and, so says the gradient, will go on to."""
    for layer in evidence.weighty:
        units = evidence.layers[layer].width or 0
        if units > 1 and _distance(evidence.now, layer, units) <= limit("same rows"):
            return _symmetry(evidence, layer, units)
    return None


def _symmetry(evidence: Evidence, layer: int, units: int) -> Finding:
    since = _since(evidence, lambda look: _distance(look, layer, units) <= limit("same rows"))
    return Finding(
        kind="unbroken symmetry",
        cause="equal weights" if evidence.start.weights[layer].any() else "zero weights",
        place=Place(layer, 0, since),
        seen=f"the {units} units of layer {layer} have the same incoming weights and the same gradients",
        why="they were drawn equal: equal units get equal gradients and stay equal, so a layer of any width"
        " computes what one unit could",
        numbers=(
            Number(
                "difference",
                _distance(evidence.now, layer, units),
                "largest |w_i - w_0| over the units i, over the largest |w|; or the gradients', if that is larger",
                "same rows",
            ),
        ),
        remedies=("weights drawn by their fan-in",),
    )


def _distance(look: Look, layer: int, units: int) -> float:
    return max(_apart(look.weights[layer], units), _apart(look.weight_gradients[layer], units))


def _apart(values: np.ndarray, units: int) -> float:
    """Largest difference between a unit's row (one for each gate) and the first unit's, over the largest entry.

    nan where an entry is no number or infinite.
    """
    rows = values.reshape(-1, units, values.shape[1])
    size = float(np.abs(rows).max(initial=0.0))
    if not math.isfinite(size):
        return math.nan
    return float(np.abs(rows - rows[:, :1]).max(initial=0.0)) / size if size else 0.0


# -- vanishing, exploding, underflow ------------------------------------------------------------------------


def underflow(evidence: Evidence) -> Finding | None:
    """A layer whose gradient is all zeros, although what it stands for is not zero."""
    for layer in evidence.weighty:
        if _has_underflown(evidence.now, layer):
            return _underflow(evidence, layer)
    return None


def _underflow(evidence: Evidence, layer: int) -> Finding:
    true = float(evidence.now.true_log10[layer])
    shrunk = ("ReLU, drawn by He", "batch normalisation", "skips", "fewer layers")
    return Finding(
        kind="underflow",
        cause="range of numbers",
        place=Place(layer, None, _since(evidence, lambda look: _has_underflown(look, layer))),
        seen=f"layer {layer}'s gradient is exactly 0 in {evidence.scenario.precision};"
        f" in truth its norm is 10^{true:.0f}",
        why="it has shrunk below the smallest number that the format holds, so these weights cannot move",
        numbers=(Number("log10 |dL/dW|", true, "the same pass with numbers that have the range for it"),),
        remedies=(("loss scaling", "bfloat16") if evidence.scenario.precision == "float16" else ()) + shrunk,
    )


def _has_underflown(look: Look, layer: int) -> bool:
    return math.isfinite(look.true_log10[layer]) and not look.weight_gradients[layer].any()


def vanishing(evidence: Evidence) -> Finding | None:
    """A gradient that arrives a thousandth as large at the first layer, or at the first time step.

    Now; or at the start, where the network has learned nothing since.
    """
    for look in (evidence.now, evidence.start):
        lost = _lost(look, evidence.weighty)
        if lost >= limit("lost decades"):
            return _vanishing_in_depth(evidence, look, lost)
        if not evidence.share >= limit("learned"):
            return None
        for times in look.record.times:
            lost = _lost_in_time(times)
            if lost >= limit("lost decades"):
                return _vanishing_in_time(evidence, times, lost)
    return None


def _vanishing_in_depth(evidence: Evidence, look: Look, lost: float) -> Finding:
    first, last = evidence.weighty[0], evidence.weighty[-1]
    slopes = -sum(_log10(_slope(look, layer)) for layer in range(first, last))
    by_slopes = slopes >= lost / 2
    activation = evidence.layers[first].activation
    why = (
        f"the slopes of {activation} alone, multiplied layer by layer, take {slopes:.1f} decades"
        if by_slopes
        else f"the weights are too small: of the {lost:.1f} decades the slopes take only {max(slopes, 0.0):.1f}"
    )
    aimed = ("ReLU, drawn by He", "batch normalisation", "skips", "fewer layers")
    return Finding(
        kind="vanishing",
        cause="slopes" if by_slopes else "weights",
        place=Place(
            first, None, _since(evidence, lambda k: _lost(k, evidence.weighty) >= limit("lost decades"))
        ),
        seen=f"of the gradient at layer {last} {_part(lost)} arrives at layer {first}",
        why=why,
        numbers=(
            Number(
                "decades lost",
                lost,
                f"log10 |dL/dz| of layer {last} - log10 |dL/dz| of layer {first}",
                "lost decades",
            ),
            Number(
                "decades by slopes", slopes, "sum over the layers of -log10 of the slopes' root mean square"
            ),
        ),
        remedies=aimed if by_slopes else ("weights drawn by their fan-in", *aimed),
    )


def _vanishing_in_time(evidence: Evidence, times: TimeRecord, lost: float) -> Finding:
    lstm = isinstance(evidence.layers[times.layer], Lstm)
    steps = len(times.hidden_log10)
    if lstm:
        kept = float(np.mean(times.gates["forget"]))
        why = f"the forget gate keeps {kept:.2f} of the cell at each of the {steps} time steps"
    elif "update" in times.gates:
        kept = float(np.mean(times.gates["update"]))
        why = f"each of the {steps} time steps keeps {kept:.2f} of it, and multiplies the rest by weight and slope"
    else:
        why = f"each of the {steps} time steps multiplies it by recurrent weight and slope"
    return Finding(
        kind="vanishing",
        cause="forget gate" if lstm else "recurrent weights",
        place=Place(times.layer, None, _since_in_time(evidence, times.layer), 0),
        seen=f"of the gradient at the last time step of layer {times.layer} {_part(lost)} arrives at the first",
        why=why,
        numbers=(
            Number(
                "decades lost",
                lost,
                "log10 |dL/dh| of the last time step - log10 |dL/dh| of the first",
                "lost decades",
            ),
        ),
        remedies=("forget bias of 1", "chrono gates")
        if lstm
        else ("orthogonal recurrent weights", "an LSTM in its place", "chrono gates"),
    )


def exploding(evidence: Evidence) -> Finding | None:
    """A gradient, through depth or time, or a forward signal that grows out of all proportion."""
    for look in (evidence.now, evidence.start):
        if look is evidence.start and not _went_wrong(evidence):
            continue
        found = _explosion(evidence, look)
        if found is not None:
            return found
    return None


def _explosion(evidence: Evidence, look: Look) -> Finding | None:
    first, last = evidence.weighty[0], evidence.weighty[-1]
    gained = -_lost(look, evidence.weighty)
    if gained >= limit("gained decades"):
        seen = f"the gradient at layer {first} is 10^{gained:.1f} times that at layer {last}"
        formula = f"log10 |dL/dz| of layer {first} - log10 |dL/dz| of layer {last}"
        number = Number("decades gained", gained, formula, "gained decades")
        return _exploding(evidence, look, first, None, seen, number)
    for times in look.record.times:
        gained = -_lost_in_time(times)
        if gained >= limit("gained decades"):
            seen = f"the gradient at layer {times.layer}'s first time step is 10^{gained:.1f} times that at its last"
            formula = "log10 |dL/dh| of the first time step - log10 |dL/dh| of the last"
            number = Number("decades gained", gained, formula, "gained decades")
            return _exploding(evidence, look, times.layer, 0, seen, number)
    ratio = evidence.first_loss / evidence.baseline if evidence.baseline else 0.0
    if look is evidence.start and ratio >= limit("first loss") and _stretched(evidence):
        seen = f"the untrained network's loss is {ratio:.3g} times that of the best constant answer"
        formula = "training loss at the start / training loss of the best constant answer"
        number = Number("first loss", ratio, formula, "first loss")
        layer, time = (look.record.times[0].layer, 0) if look.record.times else (_grows_most(evidence), None)
        return _exploding(evidence, look, layer, time, seen, number)
    return None


def _stretched(evidence: Evidence) -> bool:
    """Whether the inputs are out of proportion, or what the untrained network makes of them (before it is bent)."""
    made = [signal.values for signal in evidence.start.signals if signal.slope is None][-1]
    scale = _size(evidence.train_inputs)
    return scale >= limit("input scale") or not _size(made) < limit("signal growth") * scale


def _size(values: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(values**2)))


def _exploding(
    evidence: Evidence, look: Look, layer: int, time_step: int | None, seen: str, number: Number
) -> Finding:
    scale = _size(evidence.train_inputs)
    if scale >= limit("input scale"):
        cause, why = "unscaled inputs", f"the inputs' root mean square is {scale:.3g}, not about 1"
        remedies: tuple[str, ...] = ("inputs scaled to variance 1",)
    elif time_step is not None:
        cause, why = "recurrent weights", "each time step multiplies by recurrent weights that are too large"
        remedies = ("clipping at norm 1", "orthogonal recurrent weights")
    else:
        cause, why = "weights", "the weights are too large: each layer makes what goes through it longer"
        remedies = ("weights drawn by their fan-in", "batch normalisation", "clipping at norm 1")
    size = Number("input scale", scale, "root mean square of all training inputs", "input scale")
    place = Place(
        layer, None, look.step if look is evidence.now and evidence.steps else evidence.start.step, time_step
    )
    if look is evidence.now and _explosion_at_start(evidence):
        place = Place(layer, None, evidence.start.step, time_step)
    return Finding("exploding", cause, place, seen, why, (number, size), remedies)


def _explosion_at_start(evidence: Evidence) -> bool:
    grown = [-_lost(evidence.start, evidence.weighty)]
    grown += [-_lost_in_time(times) for times in evidence.start.record.times]
    return max(grown) >= limit("gained decades")


def _went_wrong(evidence: Evidence) -> bool:
    """Whether the run since the start came to grief, or there was none."""
    return evidence.steps == 0 or evidence.nonfinite is not None or not evidence.share < limit("learned")


def _grows_most(evidence: Evidence) -> int:
    """The layer whose output's spread is largest; the first where it is no number."""
    spread = evidence.start.record.column("activation_std")
    return int(np.argmax(np.nan_to_num(spread, nan=math.inf)))


def _lost(look: Look, weighty: tuple[int, ...]) -> float:
    """Decades that the gradient loses from the last layer to the first; inf for an exact zero, nan if it is none."""
    first, last = (_arriving(look, layer) for layer in (weighty[0], weighty[-1]))
    return math.nan if last == -math.inf else last - first


def _arriving(look: Look, layer: int) -> float:
    """log10 |dL/dz|; of a normalised layer as if z had come with variance 1, which is how it goes on."""
    delta = look.record.layers[layer].delta_log10
    if not any(signal.layer == layer and "normalisation" in signal.operation for signal in look.signals):
        return delta
    z = next(signal for signal in look.signals if signal.layer == layer).values
    return delta + _log10(float(z.std(axis=(0, 1)).mean()))


def _slope(look: Look, layer: int) -> float:
    """Root mean square of a layer's slopes; of a recurrent layer their mean size."""
    slopes = [s.slope for s in look.signals if s.layer == layer and s.slope is not None]
    return float(np.sqrt(np.mean(slopes[0] ** 2))) if slopes else look.record.layers[layer].slope_mean


def _log10(value: float) -> float:
    return math.log10(value) if value > 0.0 else -math.inf


def _part(lost: float) -> str:
    return "nothing" if lost == math.inf else f"a part of 10^-{lost:.1f}"


def _lost_in_time(times: TimeRecord) -> float:
    """Decades lost from the last time step to the first that any gradient reaches (`truncate` cuts the others off)."""
    reached = times.hidden_log10[np.isfinite(times.hidden_log10)]
    return float(reached[-1] - reached[0]) if len(reached) > 1 else 0.0


# -- saturation, dead units ---------------------------------------------------------------------------------


def saturation(evidence: Evidence) -> Finding | None:
    """The first hidden layer of a bounded activation that sits where it is flat, in a network that has not learned."""
    if evidence.share < limit("learned"):
        return None
    for signal in evidence.now.signals:
        layer = signal.layer
        part = evidence.now.record.layers[layer].saturated
        hidden = layer < len(evidence.layers) - 1
        recurrent = isinstance(evidence.layers[layer], Recurrent)
        bounded = evidence.layers[layer].activation in BOUNDED
        if not (hidden and bounded and part >= limit("saturated")):
            continue
        unit = None if recurrent or signal.slope is None else _flattest(signal.slope)
        return _saturation(evidence, layer, unit, part)
    return None


def _saturation(evidence: Evidence, layer: int, unit: int | None, part: float) -> Finding:
    since = _since(evidence, lambda look: look.record.layers[layer].saturated >= limit("saturated"))
    scale = _size(evidence.train_inputs)
    activation = evidence.layers[layer].activation
    if scale >= limit("input scale"):
        cause, why = "unscaled inputs", f"the inputs' root mean square is {scale:.3g}, not about 1"
        remedies: tuple[str, ...] = ("inputs scaled to variance 1", "batch normalisation")
    else:
        cause, why = "weights", f"the weights and biases push what enters {activation} too far from 0"
        remedies = ("weights drawn by their fan-in", "batch normalisation")
    return Finding(
        kind="saturation",
        cause=cause,
        place=Place(layer, unit, since),
        seen=f"{part:.0%} of layer {layer}'s {activation} outputs have a slope below 0.05",
        why=why,
        numbers=(
            Number("saturated", part, "entries with |slope| < 0.05 / all entries", "saturated"),
            Number("input scale", scale, "root mean square of all training inputs", "input scale"),
        ),
        remedies=remedies,
    )


def _flattest(slope: np.ndarray) -> int:
    """The unit whose mean |slope| is least. slope (rows, places, units)."""
    return int(np.argmin(np.abs(slope).mean(axis=(0, 1))))


def dead_units(evidence: Evidence) -> Finding | None:
    """The first hidden layer of which nearly all units are off for every sample."""
    for signal in evidence.now.signals:
        layer = signal.layer
        part = evidence.now.record.layers[layer].dead
        hidden = layer < len(evidence.layers) - 1
        if not hidden or evidence.layers[layer].activation not in RECTIFIED or not part >= limit("dead"):
            continue
        if signal.slope is None and signal.states is None:
            continue
        unit = int(np.argmax(~signal.slope.any(axis=(0, 1)))) if signal.slope is not None else None
        return _dead(evidence, layer, unit, part, len(signal.values))
    return None


def _dead(evidence: Evidence, layer: int, unit: int | None, part: float, samples: int) -> Finding:
    since = _since(evidence, lambda look: look.record.layers[layer].dead >= limit("dead"))
    return Finding(
        kind="dead units",
        cause="born dead" if since == evidence.start.step else "killed in training",
        place=Place(layer, unit, since),
        seen=f"{part:.0%} of layer {layer}'s units are off for every one of {samples} samples",
        why="what enters them is never above 0, so their slope is 0 and no gradient brings them back",
        numbers=(Number("dead", part, "units with slope 0 on every sample / units", "dead"),),
        remedies=("leaky ReLU", "batch normalisation", "biases at 0", "a tenth of the learning rate"),
    )


def _since(evidence: Evidence, holds: Callable[[Look], bool]) -> int:
    """The start if it was so there already, else the present."""
    return evidence.start.step if holds(evidence.start) else evidence.now.step


def _since_in_time(evidence: Evidence, layer: int) -> int:
    def lost(look: Look) -> bool:
        return any(_lost_in_time(t) >= limit("lost decades") for t in look.record.times if t.layer == layer)

    return _since(evidence, lost)
