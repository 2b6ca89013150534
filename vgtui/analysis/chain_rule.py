"""The exact chain-rule product for one weight: what the weight sends forward, gain by gain, to the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vgtui.analysis.comparison import same
from vgtui.engine.simulation import Simulation
from vgtui.engine.stages import AFTER_DROPOUT, AFTER_LAYER, AFTER_NORM, AFTER_SLOPE, AFTER_WEIGHT, ENTERING
from vgtui.engine.table import PLACES, STEPS
from vgtui.engine.tangents import Moved, Tangent, in_range, rows_are_tied
from vgtui.scenario.model import Conv, Layer, Recurrent, Training

Shared = Literal["", "places", "time steps"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One link of the chain: how much layer `layer` scales the signal that the chosen weight sends.

    v is the signal that enters the layer (how its input moves when the weight moves). The layer that holds the
    weight has weight_gain 1: the weight itself is what moves. A recurrent layer scales by all of its time steps
    together, weights, slopes and gates. A gain is signed where the layer maps one number
    to one number (the textbook scalar chain), else it is a ratio of norms and positive.

    weight_gain   |W v| / |v|
    norm_gain     |N' (W v)| / |W v|, N the normalisation; 1 where there is none
    slope_gain    |phi'(z) * u| / |u|, u the signal at z; 1 on an output that the loss reads as logits
    skip_gain     what skips made of it, added here or passing by to a later layer; 1 where none are
    dropout_gain  |M u| / |u|, M the mask of this pass; 1 where there is none
    time_gain     of a recurrent layer: |what its time steps make of v| / |v|; 1 of any other
    gain          of the whole layer: the product of all of them, or what a skip carries past a dead branch
    """

    layer: int
    name: str
    weight_gain: float
    norm_gain: float
    slope_gain: float
    skip_gain: float
    gain: float
    dropout_gain: float = 1.0
    time_gain: float = 1.0


@dataclass(frozen=True, slots=True)
class ChainRule:
    """The product for one weight, exact for the network as it was in the latest step.

    product = activation * gain of every factor * loss_slope: what the data has to say, through the masks that
    dropout drew. product + penalty = the weight's entry in `sim.gradients`. It is the weight that layer `layer` has
    from input `column` to output `row`, and has the value `weight`.

    factors      of this layer and every later one, input to output
    activation   what enters the weight: the value itself for one sample, the root mean square over a batch; where
                 the weight is used at several places or time steps, the norm over them
    loss_slope   dL/d(output) along the final signal, signed
    culprit      index into `factors` of the link that shrinks the signal most (grows it most when it explodes);
                 None where no link changes its size
    sample       the sample's place in the batch, or None for the whole batch
    sign, log10  of the product: true also where `product` itself is below or above the range of float64
    samples      of the batch that it is of: 1 where it is of one sample
    shared       by what the weight is shared, "places" of an image or "time steps"; empty where it is used once
    uses         at how many of those: 1 for one that is used once
    place        the one place or time step that it is of; None for all of them together
    penalty      what `training.l1` and `training.l2` add: l1 sign(w) + 2 l2 w, whatever the data; 0 without them,
                 and of one use alone
    """

    layer: int
    row: int
    column: int
    sample: int | None
    weight: float
    activation: float
    factors: tuple[Factor, ...]
    loss_slope: float
    culprit: int | None
    product: float
    sign: int
    log10: float
    penalty: float = 0.0
    samples: int = 1
    shared: Shared = ""
    uses: int = 1
    place: int | None = None

    @property
    def where(self) -> str:
        """`time step 3`: the one use that it is of; empty where it is of all."""
        return "" if self.place is None else f"{self.shared[:-1]} {self.place}"

    @property
    def is_summed(self) -> bool:
        """Whether it is of several uses together."""
        return bool(self.shared) and self.place is None

    @property
    def gradient(self) -> float:
        """The slope of the whole loss along the weight: product + penalty."""
        return self.product + self.penalty


LOG10_2 = math.log10(2.0)


def chain_rule(
    sim: Simulation, layer: int, row: int, column: int, sample: int | None = None, place: int | None = None
) -> ChainRule:
    """The chain-rule product for the weight that layer `layer` has from input `column` to output `row`.

    Of a convolution `row` is the filter and `column` counts its weights over (in, kernel, kernel); the weight
    is used at every place, and v is the signal of all of them together. Of a recurrent layer `column` counts the
    inputs, then the state; the weight is used at every time step.

    What the weight sends forward is a tangent, pushed through the network of the latest pass (forward-mode
    differentiation: Griewank & Walther 2008, chapter 3), so the product is exact for whatever the network is
    made of. Over a batch the signal v stands for the whole batch; with `sample`, a place in the batch, it is
    that sample's own gradient. With `place` the weight moves in one of its uses alone: at that time step, or at
    that place of the convolution's answer, counted row by row. The products of all places add up to the whole.

    Raises ValueError for a weight, a sample or a place that is not there.
    """
    check_weight(sim, layer, row, column, sample)
    one_use = None if place is None else _one_use(sim, layer, row, column, sample, place)
    pushed = sim.push(layer, row, column, sample, one_use)
    given = pushed.entering
    activation = float(given[0]) if len(given) == 1 else _root_mean_square(given)
    factors = tuple(_factor(sim, pushed, number) for number in range(layer, len(sim.weight_shapes)))
    sign, log10, product = _product(pushed)
    return ChainRule(
        layer=layer,
        row=row,
        column=column,
        sample=sample,
        weight=pushed.weight,
        activation=activation,
        factors=factors,
        loss_slope=_loss_slope(pushed, activation, factors),
        culprit=_culprit(factors),
        product=product,
        sign=sign,
        log10=log10,
        penalty=0.0 if place is not None else penalty_slope(sim.scenario.training, pushed.weight),
        samples=len(pushed.seed),
        shared=_shared(sim.network.layers[layer]),
        uses=uses_of_weights(sim, layer),
        place=place,
    )


def uses_of_weights(sim: Simulation, layer: int) -> int:
    """At how many places or time steps a layer uses each of its weights."""
    program = sim.network.program
    instruction = program.instructions[program.weight_instruction(layer)]
    shared = _shared(sim.network.layers[layer])
    return int(instruction[STEPS if shared == "time steps" else PLACES]) if shared else 1


def _one_use(sim: Simulation, layer: int, row: int, column: int, sample: int | None, place: int) -> Moved:
    """What the weight does at one place or time step. Raises ValueError where there is no such one."""
    from vgtui.analysis.graph import graph_of_layer
    from vgtui.analysis.graph.one_use import moved_by, of_place
    from vgtui.analysis.graph.uses import uses_of

    kind = sim.network.layers[layer]
    shared, count = _shared(kind), uses_of_weights(sim, layer)
    if not shared:
        raise ValueError(
            f"layer {layer} ({sim.layer_names[layer]}) uses a weight once, not at places or time steps"
        )
    if not 0 <= place < count:
        raise ValueError(f"layer {layer} has no {shared[:-1]} {place}; {shared} go from 0 to {count - 1}")
    lone = None if rows_are_tied(sim.network) else sample
    graph = graph_of_layer(sim, layer, lone)
    uses = uses_of(sim.network, graph, layer, row, column, lone)
    use = of_place(uses, kind.filters, place) if isinstance(kind, Conv) else uses[place]
    return moved_by(graph, use, graph.affine[layer])


def _shared(layer: Layer) -> Shared:
    """By what a layer's weights are shared."""
    return "time steps" if isinstance(layer, Recurrent) else "places" if isinstance(layer, Conv) else ""


def penalty_slope(training: Training, weight: float) -> float:
    """The slope of l1 |w| + l2 w^2, 0 at its kink; 0 without penalties, whatever the weight."""
    if not (training.l1 or training.l2):
        return 0.0
    sign = math.copysign(1.0, weight) if weight else 0.0
    return training.l1 * sign + 2.0 * training.l2 * weight


def _root_mean_square(values: np.ndarray) -> float:
    scaled, exponent = in_range(values)
    return float(np.ldexp(math.sqrt(float(scaled @ scaled) / len(values)), exponent))


def check_weight(sim: Simulation, layer: int, row: int, column: int, sample: int | None = None) -> None:
    """Raises ValueError, which names what there is, for a weight or a sample of the batch that is not there."""
    shapes = sim.weight_shapes
    if not 0 <= layer < len(shapes):
        raise ValueError(f"there is no layer {layer}; layers go from 0 to {len(shapes) - 1}")
    outputs, inputs = shapes[layer]
    if not outputs:
        raise ValueError(f"layer {layer} ({sim.layer_names[layer]}) has no weights")
    if not 0 <= row < outputs:
        raise ValueError(f"layer {layer} has no output neuron {row}; rows go from 0 to {outputs - 1}")
    if not 0 <= column < inputs:
        raise ValueError(f"layer {layer} has no input neuron {column}; columns go from 0 to {inputs - 1}")
    if sample is not None and not 0 <= sample < sim.batch_rows:
        raise ValueError(f"the batch has no sample {sample}; samples go from 0 to {sim.batch_rows - 1}")


def _factor(sim: Simulation, pushed: Tangent, number: int) -> Factor:
    """One layer's gains, from the log2 norms of the signal along it. 0 / 0 counts as 0: no signal is left."""
    layer = sim.network.layers[number]
    after = pushed.table[number].tolist()
    signs = pushed.signs[number].tolist()
    holds_weight = number == pushed.layer
    before = after[AFTER_WEIGHT] if holds_weight else float(pushed.table[number - 1, AFTER_LAYER])
    weight = norm = dropout = time = 1.0
    if isinstance(layer, Recurrent):
        time = _ratio(after[AFTER_WEIGHT], after[ENTERING]) * signs[AFTER_WEIGHT]
    elif not holds_weight:
        weight = _ratio(after[AFTER_WEIGHT], after[ENTERING]) * signs[AFTER_WEIGHT]
    if layer.normalization != "none":
        norm = _ratio(after[AFTER_NORM], after[AFTER_WEIGHT]) * signs[AFTER_NORM]
    slope = _ratio(after[AFTER_SLOPE], after[AFTER_NORM]) * signs[AFTER_SLOPE]
    if layer.dropout:
        dropout = _ratio(after[AFTER_DROPOUT], after[AFTER_SLOPE])
    branch = weight * time * norm * slope * dropout
    carried = _ratio(after[AFTER_LAYER], before) * math.copysign(1.0, branch) * signs[AFTER_LAYER]
    passed_by = not (holds_weight or same(after[ENTERING], before))
    skips = passed_by or not same(after[AFTER_LAYER], after[AFTER_DROPOUT])
    skip, gain = (carried / branch if branch else carried, carried) if skips else (1.0, branch)
    return Factor(number, sim.layer_names[number], weight, norm, slope, skip, gain, dropout, time)


def _ratio(log2_after: float, log2_before: float) -> float:
    if log2_before == -math.inf:
        return 0.0
    return float(2.0 ** min(log2_after - log2_before, 1023.0))


def _product(pushed: Tangent) -> tuple[int, float, float]:
    """(sign, log10 of the size, value) of the sum over the batch of slope times signal."""
    slope, slope_exponent = in_range(pushed.slope)
    signal, signal_exponent = in_range(pushed.signal)
    exponent = pushed.exponent + slope_exponent + signal_exponent
    dot = float(np.sum(slope * signal)) if pushed.seed.any() else 0.0
    if dot == 0.0:
        return 0, -math.inf, 0.0
    log10 = math.log10(abs(dot)) + exponent * LOG10_2 if math.isfinite(dot) else abs(dot)
    if math.isnan(dot):
        return 0, math.nan, math.nan
    try:
        value = math.ldexp(dot, exponent)
    except OverflowError:
        value = math.copysign(math.inf, dot)
    return (1 if dot > 0 else -1), log10, value


def _loss_slope(pushed: Tangent, activation: float, factors: tuple[Factor, ...]) -> float:
    """dL/d(answer) along the final signal, per unit of its root mean square; signed so that the product is."""
    signal, _ = in_range(pushed.signal)
    size = math.sqrt(float(np.sum(signal**2)) / len(pushed.seed))
    if size == 0.0:
        return 0.0
    sign = math.copysign(1.0, activation)
    for factor in factors:
        sign *= math.copysign(1.0, factor.gain)
    return sign * float(np.sum(pushed.slope * signal)) / size


def _culprit(factors: tuple[Factor, ...]) -> int | None:
    """The link that shrinks the signal most, or, where the whole chain makes it grow, grows it most, if any does."""
    sizes = [abs(factor.gain) for factor in factors]
    logs = [math.log10(size) if size > 0.0 else -math.inf for size in sizes]
    shrinks = not sum(logs) > 0.0
    found = int(np.argmin(logs)) if shrinks else int(np.argmax(logs))
    return found if logs[found] != 0.0 else None
