"""What goes wrong with the updates and the loss."""

from __future__ import annotations

import math

import numpy as np

from vgtui.analysis.diagnosis.evidence import BEGINNING, WINDOW, Evidence
from vgtui.analysis.diagnosis.findings import Finding, Number, Place
from vgtui.analysis.diagnosis.thresholds import limit
from vgtui.engine.probe import CheckedStep


def nonfinite(evidence: Evidence) -> Finding | None:
    """A value that is no number any more."""
    found = evidence.nonfinite
    if found is None:
        return None
    numbers = [Number(operand.name, operand.value, "read by the operation") for operand in found.operands]
    for before in found.before[-1:]:
        numbers.append(Number("loss before", before.loss, f"of update {before.step}, the last finite one"))
        numbers.append(Number("largest weight before", before.largest_weight, f"after update {before.step}"))
    return Finding(
        kind="non-finite",
        cause="a value that was set" if found.phase == "edit" else "overflow",
        place=Place(found.layer, found.unit, found.last_finite_step, found.time_step),
        seen=found.sentence,
        why="a value that was set is not finite"
        if found.phase == "edit"
        else "a number left the range of float64",
        numbers=tuple(numbers),
        remedies=("clipping at norm 1", "a tenth of the learning rate"),
    )


def rate_too_large(evidence: Evidence) -> Finding | None:
    """Updates that overshoot: the loss of their own batch rises, and the network is none the better for it."""
    if evidence.steps == 0 or evidence.share < limit("learned"):
        return None
    early, late = (_judged(steps) for steps in (evidence.beginning, evidence.window))
    worse = evidence.loss / max(evidence.first_loss, evidence.baseline) if evidence.baseline else 0.0
    diverged = not worse < limit("diverged")
    ratio, over = max(early[0], late[0]), max(early[1], late[1])
    long = ratio >= limit("update too large") and over >= limit("some overshoot")
    climbs = over >= limit("overshoot") and ratio >= limit("moved")  # smaller steps over noise climb too
    if not (diverged or long or climbs):
        return None
    rate = evidence.scenario.training.rate
    return Finding(
        kind="learning rate too large",
        cause="learning rate",
        place=Place(step=evidence.start.step),
        seen=f"an update changes a layer's weights by {ratio:.2g} of their size, and {over:.0%} of the updates raise"
        " the loss of the very batch they were made for",
        why=f"at a learning rate of {rate:g} a step ends beyond the valley that its gradient pointed into",
        numbers=(
            Number(
                "update ratio",
                ratio,
                "largest layer's |change of W| / |W|, the median",
                "update too large",
            ),
            Number("overshoot", over, "updates after which their batch costs more / updates", "overshoot"),
            Number(
                "loss against the start's",
                worse,
                "loss now / max(first, constant answer's)",
                "diverged",
            ),
        ),
        remedies=("a tenth of the learning rate", "clipping at norm 1", "a warm-up"),
    )


def rate_too_small(evidence: Evidence) -> Finding | None:
    """Updates that change nothing, though there is a gradient."""
    if evidence.steps < BEGINNING or evidence.share < limit("learned"):
        return None
    early, late = (_judged(steps)[0] for steps in (evidence.beginning, evidence.window))
    if not late < limit("update too small"):
        return None
    scheduled = early >= limit("update too small")
    first = evidence.beginning[0].record.learning_rate
    now = evidence.window[-1].record.learning_rate
    if scheduled and not now < first / 10:
        return None
    why = (
        f"the schedule has brought the learning rate from {first:.2g} down to {now:.2g} before anything was learned"
        if scheduled
        else f"the learning rate is {now:.2g}"
    )
    return Finding(
        kind="learning rate too small",
        cause="schedule" if scheduled else "learning rate",
        place=Place(step=evidence.now.step if scheduled else evidence.start.step),
        seen=f"no layer's weights change by more than {late:.2g} of their size in an update",
        why=why,
        numbers=(
            Number(
                "update ratio",
                late,
                "largest layer's |change of W| / |W|, the median",
                "update too small",
            ),
            Number("learning rate", now, "as the schedule has it"),
        ),
        remedies=("a constant learning rate",) if scheduled else ("ten times the learning rate", "Adam"),
    )


def _judged(steps: tuple[CheckedStep, ...]) -> tuple[float, float]:
    """(median over the updates of the largest layer's update ratio, fraction of them that overshoot)."""
    ratios = [_largest_ratio(step.record.column("update_ratio")) for step in steps]
    worse = [not step.loss_after <= step.record.loss for step in steps]
    return float(np.median(ratios)), float(np.mean(worse))


def _largest_ratio(ratios: np.ndarray) -> float:
    """Of the layers whose weights were not zero before."""
    finite = ratios[np.isfinite(ratios)]
    return float(finite.max(initial=0.0))


def clipping(evidence: Evidence) -> Finding | None:
    """Clipping that shortens every update, and by far."""
    if evidence.steps < BEGINNING:
        return None
    scales = np.array([step.record.clip_scale for step in evidence.window])
    bound, scale = float(np.mean(scales < 1.0)), float(np.median(scales))
    norm = evidence.scenario.training.clip_norm
    name = f"clip_norm = {norm:g}" if norm is not None else ""
    if evidence.scenario.training.clip_value is not None:
        edge = evidence.scenario.training.clip_value
        entries = np.concatenate([g.ravel() for g in evidence.now.weight_gradients])
        over = np.abs(entries) > edge
        kept = float(np.median(edge / np.abs(entries[over]))) if over.any() else 1.0
        if float(over.mean()) > bound:
            bound, scale, name = float(over.mean()), kept, f"clip_value = {edge:g}"
    if bound < limit("clipped updates") or scale > limit("clipped to"):
        return None
    return Finding(
        kind="clipping",
        cause="limit too low",
        place=Place(step=evidence.window[0].record.step),
        seen=f"{name} cuts {bound:.0%} of what it is held against, and leaves {scale:.2g} of it",
        why="a limit that always binds is no guard against rare steps: it sets the length of every one",
        numbers=(
            Number("clipped", bound, "updates (or entries) shortened / all", "clipped updates"),
            Number("left", scale, "the median of what they are multiplied by", "clipped to"),
        ),
        remedies=("no clipping",),
    )


def first_layers_still(evidence: Evidence) -> Finding | None:
    """First layers that keep their weights while another learns."""
    moved = {change.layer: change.relative for change in evidence.changes if math.isfinite(change.relative)}
    if evidence.steps < BEGINNING or len(moved) < 2:
        return None
    first, most = min(moved), max(moved, key=lambda layer: moved[layer])
    if moved[most] < limit("moved") or not moved[first] < limit("still") * moved[most]:
        return None
    old = next(change for change in evidence.changes if change.layer == first)
    size = old.old_norm / math.sqrt(old.total)
    return Finding(
        kind="first layers still",
        cause="large weights",
        place=Place(first, None, evidence.start.step),
        seen=f"layer {first}'s weights have changed by {moved[first]:.2g} of their size, layer {most}'s by"
        f" {moved[most]:.2g}",
        why=f"its weights (root mean square {size:.3g}) are large against updates of the usual length",
        numbers=(
            Number("first layer moved", moved[first], f"|W - W0| / |W0| of layer {first}"),
            Number("most moved", moved[most], f"|W - W0| / |W0| of layer {most}"),
            Number(
                "ratio", moved[first] / moved[most], "first layer moved / most moved", "still"
            ),
        ),
        remedies=("weights drawn by their fan-in", "ten times the learning rate"),
    )  # fmt: skip


def overfitting(evidence: Evidence) -> Finding | None:
    """A test loss that has turned upwards and left the training loss."""
    tests = [(point.test_loss, step) for step, point in evidence.curve if math.isfinite(point.test_loss)]
    if not evidence.test_count or len(tests) < 3:
        return None
    least, best = min(tests)
    test = tests[-1][0]
    rise, gap = test / least - 1.0 if least else math.inf, test / evidence.loss if evidence.loss else math.inf
    if rise < limit("overfit rise") or gap < limit("overfit gap") or not evidence.loss < evidence.first_loss:
        return None
    return Finding(
        kind="overfitting",
        cause="too few samples",
        place=Place(step=best),
        seen=f"the test loss was {least:.3g} at step {best} and is {test:.3g}; the training loss is"
        f" {evidence.loss:.3g}",
        why=f"the network learns its {len(evidence.train_inputs)} training samples by heart",
        numbers=(
            Number("gap", gap, "test loss / training loss", "overfit gap"),
            Number("rise", rise, "test loss / its least - 1", "overfit rise"),
        ),
        remedies=("weight decay", "dropout", "fewer layers"),
    )


def flat_loss(evidence: Evidence) -> Finding | None:
    """A loss that stands still, far above its floor."""
    began = [(step, point) for step, point in evidence.curve if step <= evidence.now.step - WINDOW]
    if not began or not evidence.share >= limit("learned"):
        return None
    step, point = began[-1]
    fallen = (point.train_loss - evidence.loss) / evidence.baseline
    if abs(fallen) >= limit("flat"):
        return None
    linear = all(layer.activation == "linear" for layer in evidence.layers[:-1])
    return Finding(
        kind="flat loss",
        cause="linear network" if linear else "plateau",
        place=Place(step=step),
        seen=f"since step {step} the training loss has fallen by {fallen:.2%} of the best constant answer's, and is"
        f" {evidence.share:.0%} of it",
        why="without an activation a stack of layers is one linear map, and that cannot tell this data apart"
        if linear
        else "the gradient arrives and the updates are of a usual length, so this network can do no better here",
        numbers=(
            Number("fallen", fallen, "(loss then - loss now) / constant answer's loss", "flat"),
            Number("loss against a constant's", evidence.share, "loss now / constant answer's", "learned"),
        ),
        remedies=("ReLU, drawn by He",) if linear else ("Adam", "ten times the learning rate"),
    )
