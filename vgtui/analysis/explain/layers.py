"""The numbers of a layer in one step: gradients, updates, slopes, weights."""

from __future__ import annotations

import math

from vgtui.analysis.explain.model import Explanation, Term
from vgtui.analysis.weights import WeightChange
from vgtui.engine.record import SATURATED_SLOPE, LayerRecord, StepRecord, TimeRecord, power_of_ten

BACKPROPAGATION = "Rumelhart, Hinton & Williams 1986, 'Learning representations by back-propagating errors'"


def weight_gradient(record: StepRecord, index: int, entries: int) -> Explanation:
    """|dL/dW| of a layer with so many weights, and how it compares with the next layer's."""
    layer = record.layers[index]
    root = math.sqrt(entries) if entries else math.nan
    return Explanation(
        title=f"‖dL/dW‖ of layer {index}, {layer.name}",
        value=layer.weight_grad_norm,
        log10=layer.weight_grad_log10,
        formula="‖dL/dW‖ = sqrt(n) × rms",
        terms=(
            Term("n", float(entries), "weights of the layer"),
            Term(
                "rms",
                layer.weight_grad_norm / root,
                "root mean square of dL/dw over them, of the mean loss of the batch, before clipping",
                layer.weight_grad_log10 - math.log10(root) if entries else math.nan,
            ),
        ),
        meaning=f"The mean |dL/dw| is {layer.weight_grad_mean:.3g}."
        " dL/dW = Σ delta × what enters the layer, over the batch.",
        source=f"Euclidean norm over all entries; {BACKPROPAGATION}",
        also=_next(record, index),
    )


def _next(record: StepRecord, index: int) -> tuple[Explanation, ...]:
    """How a gradient compares with that of the next layer that has weights."""
    later = [layer for layer in record.layers[index + 1 :] if layer.has_weight]
    if not later:
        return ()
    here, there = record.layers[index], later[0]
    log10 = here.weight_grad_log10 - there.weight_grad_log10
    ratio = Explanation(
        title="×next",
        value=power_of_ten(log10),
        log10=log10,
        formula="ratio = here / next",
        terms=(
            _norm("here", here, f"‖dL/dW‖ of layer {index}"),
            _norm("next", there, f"‖dL/dW‖ of layer {there.index}"),
        ),
        meaning="Below 1 the gradient shrinks on its way back; multiplied over the layers it vanishes or explodes.",
        source="Glorot & Bengio 2010, 'Understanding the difficulty of training deep feedforward neural networks'",
    )
    return (ratio,)


def _norm(symbol: str, layer: LayerRecord, meaning: str) -> Term:
    return Term(symbol, layer.weight_grad_norm, meaning, layer.weight_grad_log10)


def delta(record: StepRecord, index: int) -> Explanation:
    """|dL/dz| of a layer, against that of the next."""
    layer = record.layers[index]
    last = index + 1 == len(record.names)
    above = layer if last else record.layers[index + 1]
    log10 = layer.delta_log10 - above.delta_log10
    terms: tuple[Term, ...]
    if last:
        terms = (Term("‖dL/dz‖ here", layer.delta_norm, "of the last layer: what the loss sends back"),)
        formula = "‖dL/dz‖ = ‖dL/dz‖ here"
    else:
        terms = (
            Term("next", above.delta_norm, f"‖dL/dz‖ of layer {index + 1}", above.delta_log10),
            Term("kept", power_of_ten(log10), "what its weights and this layer's slopes make of it", log10),
        )
        formula = "‖dL/dz‖ = next × kept"
    return Explanation(
        title=f"‖dL/dz‖ of layer {index}, {layer.name}",
        value=layer.delta_norm,
        log10=layer.delta_log10,
        formula=formula,
        terms=terms,
        meaning="delta = dL/dz, z = W x + b, over units and batch: W of the next layer, transposed, times its delta,"
        f" times phi'(z), whose mean here is {layer.slope_mean:.3g}.",
        source=BACKPROPAGATION,
    )


def update_ratio(layer: LayerRecord) -> Explanation:
    """|change of W| / |W| in one update."""
    return Explanation(
        title=f"‖ΔW‖ / ‖W‖ of layer {layer.index}, {layer.name}",
        value=layer.update_ratio,
        formula="ratio = change / norm",
        terms=(
            Term("change", layer.update_ratio * layer.weight_norm, "‖ΔW‖, what the update added"),
            Term("norm", layer.weight_norm, "‖W‖ before the update"),
        ),
        meaning="About 1e-3 is a sound pace; far below it the layer stands still,"
        " far above it the loss is thrown about.",
        source="rule of thumb: Karpathy, CS231n notes 'Learning', 'ratio of weights:updates'",
    )


def saturated(layer: LayerRecord) -> Explanation:
    """The share of activations without a slope worth the name."""
    return Explanation(
        title=f"saturated entries of layer {layer.index}, {layer.name}",
        value=layer.saturated,
        formula="share = 1 - steep",
        terms=(
            Term(
                "steep",
                1.0 - layer.saturated,
                f"share of units × samples whose |phi'(z)| is {SATURATED_SLOPE} or more",
            ),
        ),
        meaning=f"The mean slope is {layer.slope_mean:.3g}, and {layer.dead:.1%} of the units have slope 0 on the whole"
        " batch. A sigmoid's slope is never above 1/4.",
        source="Glorot & Bengio 2010, section 3.1",
    )  # fmt: skip


def hidden_gradient(times: TimeRecord, step: int) -> Explanation:
    """|dL/dh_t| of a recurrent layer, against that of the step after."""
    values = times.hidden_log10
    here, last = float(values[step]), len(values) - 1
    after = float(values[min(step + 1, last)])
    log10 = here - after if step < last else 0.0
    also = []
    if times.forget_product is not None and step < len(times.forget_product):
        also.append(_kept(times, step))
    return Explanation(
        title=f"‖dL/dh‖ of layer {times.layer} at time step {step}",
        value=power_of_ten(here),
        log10=here,
        formula="‖dL/dh_t‖ = later × kept",
        terms=(
            Term("later", power_of_ten(after), f"‖dL/dh‖ at time step {min(step + 1, last)}", after),
            Term("kept", power_of_ten(log10), "what comes back over one step", log10),
        ),
        meaning="Over units and batch. Each step back multiplies by the same recurrent weights and by the slopes at t:"
        " over many steps that vanishes or explodes.",
        source="Bengio, Simard & Frasconi 1994; Pascanu, Mikolov & Bengio 2013, section 2.1",
        also=tuple(also),
    )  # fmt: skip


def _kept(times: TimeRecord, step: int) -> Explanation:
    assert times.forget_product is not None
    product = times.forget_product
    last = len(product) - 1
    count = last - step + 1
    value = float(product[step])
    mean = value ** (1.0 / count) if value > 0.0 else 0.0
    return Explanation(
        title=f"what the forget gates keep from step {step} to the end",
        value=value,
        formula=f"kept = gate ** {count}",
        terms=(Term("gate", mean, f"geometric mean of the {count} gates on the way"),),
        meaning="The mean over units and batch of f_t × f_t+1 × … × f_T.",
        source="Gers, Schmidhuber & Cummins 2000, 'Learning to Forget'",
    )


def weight_change(change: WeightChange) -> Explanation:
    """|W - W0| / |W0|."""
    return Explanation(
        title=f"‖ΔW‖ / ‖W₀‖ of layer {change.layer}, {change.name}",
        value=change.relative,
        formula="moved = change / first",
        terms=(
            Term("change", change.change_norm, "‖W - W₀‖, now against as drawn"),
            Term("first", change.old_norm, "‖W₀‖"),
        ),
        meaning=f"{change.unchanged} of {change.total} weights still have their very first bits.",
        source="old against new weights, the classic test for a vanished gradient; Euclidean norms over all entries",
    )
