"""The numbers of the findings: the slope, what is lost, paths, singular values, theory, precision, diagnosis."""

from __future__ import annotations

import math
from dataclasses import replace

from vgtui.analysis.attenuation import PARTS, Attenuation
from vgtui.analysis.diagnosis import THRESHOLDS, Finding, Number
from vgtui.analysis.explain.model import Explanation, Term
from vgtui.analysis.landscape import Slope
from vgtui.analysis.notation import gradient_name
from vgtui.analysis.paths import Path, Paths
from vgtui.analysis.precision import PrecisionFlow
from vgtui.analysis.spectrum import SingularValues
from vgtui.analysis.theory import FlowPrediction, LayerPrediction, Phase
from vgtui.engine.record import LayerRecord, power_of_ten

PART_MEANINGS = {
    "weights": "log10 of the root mean square gain of the weights above, |W|_F / sqrt(rows)",
    "slopes": "log10 of the root mean square slope phi'(z)",
    "normalization": "log10 of the gain of the normalisation",
    "dropout": "log10 of the root mean square of the mask",
    "skip": "what the skip carries past the weights",
    "memory": "what comes back through time",
    "alignment": "the rest: how much more or less a gradient of this direction is changed than a random one",
}


def slope(found: Slope) -> Explanation:
    """The slope of the hill: what the step that is about to be taken would do, and how flat the hill is."""
    name = gradient_name(found)
    promised = found.gradient * found.step
    return Explanation(
        title=f"what the next step promises along {name}",
        value=promised,
        formula="promised = slope × step",
        terms=(
            Term("slope", found.gradient, f"{name}, the tangent's, of the next batch, before clipping"),
            Term("step", found.step, "what the optimiser is about to add to the weight"),
        ),
        meaning="The tangent is the loss to first order; the curve shows how far that holds.",
        source="Taylor's theorem to first order; the step is the optimiser's in force, rehearsed on a copy",
        also=(_change(found), _magnification(found)),
    )


def _change(found: Slope) -> Explanation:
    return Explanation(
        title="what the step does to the loss, all other weights as they are",
        value=found.loss_after - found.loss,
        formula="change = after - now",
        terms=(
            Term("after", found.loss_after, "the batch's loss with this weight moved"),
            Term("now", found.loss, "the batch's loss"),
        ),
        meaning="Measured, not promised.",
        source="two forward passes of the same batch",
    )


def _magnification(found: Slope) -> Explanation:
    return Explanation(
        title="how many times the axis has to be magnified for the curve to fill it",
        value=found.magnification,
        formula="magnification = height / span" if found.span else "magnification = none",
        terms=(
            Term("height", found.height, "the larger of the loss now and the loss as drawn, from 0"),
            Term("span", found.span, "the largest less the smallest loss on the curve"),
        )
        if found.span
        else (Term("none", math.inf, "the curve is flat to the last bit"),),
        meaning="The axis is the whole network's: a flat hill looks flat.",
        source="a definition of this program",
    )


def boundary(found: Attenuation) -> Explanation:
    """The decades lost at one boundary, part by part."""
    parts = [part for part in PARTS if getattr(found, part) != 0.0] or ["weights"]
    where = f"layer {found.layer}" if found.time is None else f"layer {found.layer}, time step {found.time}"
    return Explanation(
        title=f"decades at the boundary into {where}",
        value=found.total,
        formula=f"decades = {' + '.join(parts)}",
        terms=tuple(Term(part, getattr(found, part), PART_MEANINGS[part]) for part in parts),
        meaning="log10 of |delta| here over |delta| above, split into what did it.",
        source="a definition of this program; for slopes and weights: Glorot & Bengio 2010, equation 6",
    )


def path(found: Paths, chosen: Path) -> Explanation:
    """What one path carries, its share, and how far all of them cancel."""
    factors = [step.factor for step in chosen.steps]
    sign = -1.0 if sum(factor < 0.0 for factor in factors) % 2 else 1.0
    log10 = sum(math.log10(abs(factor)) if factor else -math.inf for factor in factors)
    return Explanation(
        title=f"what this path carries of {gradient_name(found)}",
        value=chosen.contribution,
        log10=chosen.log10,
        formula="contribution = a × way × dL/dout",
        terms=(
            Term("a", chosen.activation, f"what enters the weight in sample {chosen.sample}"),
            Term(
                "way",
                sign * power_of_ten(log10),
                f"the {len(factors)} derivatives on the way: weights and slopes",
                log10,
            ),
            Term("dL/dout", chosen.loss_slope, "the slope of the loss where it arrives"),
        ),
        meaning=f"One of {found.count:,} paths." if found.count < 10**12 else "One of very many paths.",
        source="the chain rule, multiplied out",
        also=(_cancellation(found),),
    )


def _cancellation(found: Paths) -> Explanation:
    return Explanation(
        title="how far the paths cancel",
        value=found.cancellation,
        formula="ratio = sum / sizes",
        terms=(
            Term("sum", power_of_ten(found.log10), "|Σ| of all paths: the gradient's size", found.log10),
            Term("sizes", power_of_ten(found.absolute_log10), "Σ|·| of all paths", found.absolute_log10),
        ),
        meaning="1 where all agree, near 0 where most of what is sent cancels.",
        source="by dynamic programming over the network; no path is listed for it",
    )


def singular_values(name: str, values: SingularValues) -> Explanation:
    """The isometry score of a Jacobian, and its condition number."""
    logs = [] if values.log10 is None else values.log10.tolist()
    finite = bool(logs) and all(math.isfinite(value) for value in logs)
    mean_square = sum(value**2 for value in logs) / len(logs) if finite else math.inf
    return Explanation(
        title=f"isometry score of {name}",
        value=values.isometry,
        formula="isometry = exp(-2.302585092994046 × rms)",
        terms=(
            Term(
                "rms", math.sqrt(mean_square), f"root mean square of log10 of its {len(logs)} singular values"
            ),
        ),
        meaning="1 where every direction keeps its length, towards 0 as lengths shrink, grow or spread.",
        source="dynamical isometry: Saxe, McClelland & Ganguli 2014; Pennington, Schoenholz & Ganguli 2017",
        also=(_condition(values),) if finite else (),
    )


def _condition(values: SingularValues) -> Explanation:
    assert values.log10 is not None
    largest, smallest = float(values.log10[0]), float(values.log10[-1])
    return Explanation(
        title="condition number",
        value=power_of_ten(values.condition_log10),
        log10=values.condition_log10,
        formula="condition = largest / smallest",
        terms=(
            Term("largest", power_of_ten(largest), "the direction that is stretched most", largest),
            Term("smallest", power_of_ten(smallest), "the one that is stretched least", smallest),
        ),
        meaning="How differently it treats directions.",
        source="Golub & Van Loan, 'Matrix Computations', section 2.6",
    )


def prediction(predicted: FlowPrediction, index: int, drawn: LayerRecord) -> Explanation:
    """How far the drawn network is from theory at one layer, in standard deviations; and the phase's chi_1."""
    layer, phase = predicted.layers[index], predicted.phase
    return Explanation(
        title=f"drawn against theory at layer {layer.layer}, {layer.name}, in standard deviations",
        value=(drawn.weight_grad_log10 - layer.weight_grad_log10) / layer.weight_grad_spread,
        formula="deviation = (drawn - theory) / spread",
        terms=(
            Term("drawn", drawn.weight_grad_log10, "log10 ‖dL/dW‖ that was measured before the first step"),
            Term(
                "theory", layer.weight_grad_log10, "the median over networks that mean-field theory predicts"
            ),
            Term("spread", layer.weight_grad_spread, "standard deviation over networks: the width is finite"),
        ),
        meaning="Within two or so, what was drawn was to be expected.",
        source="Schoenholz et al. 2017, 'Deep Information Propagation'; spread: Hanin & Nica 2020",
        also=() if phase is None else (_chi(phase, predicted.layers[phase.layer]),),
    )


def _chi(phase: Phase, layer: LayerPrediction) -> Explanation:
    variance = layer.weight_variance
    return Explanation(
        title=f"χ₁ of layers like layer {phase.layer}: {phase.name}",
        value=phase.chi_1,
        formula="χ₁ = σw² × slopes",
        terms=(
            Term("σw²", variance, "variance of a weight times fan-in"),
            Term("slopes", phase.chi_1 / variance, f"mean of phi'(z)², z normal with variance q* = {phase.q_star:.4g}"),
        ),
        meaning="The factor of a gradient's square a layer: below 1 it vanishes, above 1 it explodes.",
        source="Poole et al. 2016; Schoenholz et al. 2017, equation 6",
    )  # fmt: skip


def zeros(flow: PrecisionFlow, layer: int, entries: int) -> Explanation:
    """The share of a layer's gradient that is exactly 0 in a format."""
    share = float(flow.zero_gradient[layer])
    return Explanation(
        title=f"entries of dL/dW of layer {layer} that are exactly 0 in {flow.precision}",
        value=share,
        formula="share = zeros / n",
        terms=(
            Term("zeros", share * entries, "entries that are exactly 0 to the optimiser"),
            Term("n", float(entries), "weights of the layer"),
        ),
        meaning="float16 rounds to 0 what is at most 2^-25 = 3.0e-8; bfloat16 has the range of float32."
        " A loss scale lifts the gradient above that on its way back.",
        source="IEEE 754; Micikevicius et al. 2018, 'Mixed Precision Training'",
    )


def evidence(found: Finding) -> Explanation:
    """The first number of a finding that is held against a threshold, and the others beside it."""
    held = [number for number in found.numbers if number.threshold] or list(found.numbers)
    explained = [_held(found, number) for number in held]
    first, *others = explained
    return replace(first, meaning=f"{found.why}. {first.meaning}".strip(), also=tuple(others))


def _held(found: Finding, number: Number) -> Explanation:
    source, bounds = "what was measured", ""
    if number.threshold:
        threshold = THRESHOLDS[number.threshold]
        source = threshold.source
        bounds = f"It is held against {threshold.value:g}: {threshold.bounds}."
    return Explanation(
        title=f"{found.kind}: {number.name}",
        value=number.value,
        formula=f"{number.name} = measured",
        terms=(Term("measured", number.value, number.formula),),
        meaning=bounds,
        source=source,
    )
