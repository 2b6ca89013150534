"""The gradient of one weight as what it is: a signed sum over every path from the weight to the loss."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce

import numpy as np

from vgtui.analysis.chain_rule import check_weight
from vgtui.analysis.graph import Graph, Scaled, graph_of
from vgtui.analysis.graph.model import LOG10_2, Uses
from vgtui.analysis.graph.operators import ABSOLUTE, ALIVE, COUNT, LARGEST, SUM, Array, log2_size
from vgtui.analysis.graph.strongest import Route, strongest_routes
from vgtui.analysis.graph.uses import uses_of
from vgtui.engine.simulation import Simulation
from vgtui.engine.tangents import rows_are_tied


@dataclass(frozen=True, slots=True)
class Step:
    """One factor of a path, and the node that it leads to.

    layer   that the factor belongs to; role: what it is, see graph.Link: a weight, the slope of an activation ...
    sample  the row of the batch that the path is in then; None in a statistic of the whole batch
    unit    the unit (of the layer's features), place (of an image or a sequence), time (step of a recurrent layer)
    factor  the derivative, signed
    """

    layer: int
    role: str
    sample: int | None
    unit: int
    place: int
    time: int | None
    factor: float


@dataclass(frozen=True, slots=True)
class Path:
    """One path: contribution = activation * factor of every step * loss_slope.

    sample        the sample in which it begins; activation: what enters the weight there
    start         the node where the weight's product arrives, as a step whose factor is the activation
    steps         from there to the loss
    loss_slope    dL/d(the node that the last step reaches)
    contribution  to the gradient, signed; sign and log10 are true also beyond the range of float64
    share         |contribution| of the sum of |contribution| over all paths, in 0..1
    """

    sample: int
    activation: float
    start: Step
    steps: tuple[Step, ...]
    loss_slope: float
    contribution: float
    sign: int
    log10: float
    share: float


@dataclass(frozen=True, slots=True)
class Paths:
    """Every path from one weight to the loss, in the latest pass.

    A path begins where the weight is used (of a convolution at any place, of a recurrent layer at any time step),
    in one sample of the batch, and takes one derivative after the other to the loss: through weights, slopes,
    skips, gates, masks of dropout. It stays in its sample, but for batch normalisation: there it goes straight on,
    or by the mean or the spread of the batch to any sample. Of a layer normalisation and a softmax, whose
    statistics are a sample's own, the same holds with the units of the sample. The paths of the whole batch add up
    to the gradient of its mean loss. Counts are exact, sums carry exponents and paths the largest first (Lawler
    1972) without any enumeration, so that a thousand layers lose nothing.

    count           how many there are, as the network is wired, dead ones included
    alive           fraction of them that have no factor of exactly 0
    total           the sum of all contributions, which is the weight's gradient but for penalties, which take no
                    path (ChainRule.product); sign and log10 of it, true also where float64 is not
    absolute_log10  log10 of the sum of their sizes
    cancellation    |sum| / sum of sizes, in 0..1: 1 where all paths agree, near 0 where they cancel; nan where all
                    are 0. log10 - absolute_log10 is its log10
    strongest       the paths of the largest size, largest first
    """

    layer: int
    row: int
    column: int
    sample: int | None
    weight: float
    count: int
    alive: float
    total: float
    sign: int
    log10: float
    absolute_log10: float
    cancellation: float
    strongest: tuple[Path, ...]


def paths(
    sim: Simulation, layer: int, row: int, column: int, sample: int | None = None, strongest: int = 5
) -> Paths:
    """All paths from the weight that layer `layer` has from input `column` to output `row`; see Paths.

    With `sample` only the paths that end in that sample are taken, and the loss is its own. Raises ValueError for
    a weight or a sample that is not there, or a negative `strongest`.
    """
    check_weight(sim, layer, row, column, sample)
    if strongest < 0:
        raise ValueError(f"strongest must be 0 or more, not {strongest}")
    lone = sample if sample is not None and not rows_are_tied(sim.network) else None
    graph = graph_of(sim, lone)
    slope = _slope_at_loss(graph, sim.batch_rows, sample, lone is not None)
    uses = uses_of(sim.network, graph, layer, row, column, lone)
    total = _meet(uses, graph.pull_scaled(SUM, slope))
    sizes = _meet(uses, graph.pull_scaled(ABSOLUTE, np.abs(slope)), sized=True)
    count = _count(graph, uses, sample if lone is None else None)
    return Paths(
        layer=layer,
        row=row,
        column=column,
        sample=sample,
        weight=float(sim.weight_matrix(layer, sim.previous_parameters)[row, column]),
        count=count,
        alive=_alive_share(graph, uses, slope, count),
        total=total.value,
        sign=total.sign,
        log10=total.log10,
        absolute_log10=sizes.log10,
        cancellation=_ratio(total.log10, sizes.log10),
        strongest=_strongest(graph, uses, slope, strongest, sizes.log10, lone or 0),
    )


def _strongest(
    graph: Graph, uses: list[Uses], slope: Array, most: int, all_log10: float, first: int
) -> tuple[Path, ...]:
    """The largest paths as findings. first: the sample of the batch that row 0 of the graph is."""
    best = graph.pull(LARGEST, log2_size(slope))
    routes = strongest_routes(graph, uses, best, slope, most)
    return tuple(_path(graph, route, all_log10, first) for route in routes)


@dataclass(frozen=True, slots=True)
class _Number:
    """mantissa * 2**exponent."""

    mantissa: float
    exponent: int

    @property
    def sign(self) -> int:
        return 0 if not self.mantissa or math.isnan(self.mantissa) else 1 if self.mantissa > 0 else -1

    @property
    def log10(self) -> float:
        if not self.mantissa:
            return -math.inf
        if not math.isfinite(self.mantissa):
            return abs(self.mantissa)
        return math.log10(abs(self.mantissa)) + self.exponent * LOG10_2

    @property
    def value(self) -> float:
        try:
            return math.ldexp(self.mantissa, self.exponent)
        except OverflowError:
            return math.copysign(math.inf, self.mantissa)


def _slope_at_loss(graph: Graph, rows: int, sample: int | None, alone: bool) -> Array:
    """dL/d(loss tensor) of the mean over the batch, or of one sample's own loss."""
    if sample is None:
        return graph.loss_slope
    if alone:
        return graph.loss_slope * rows
    slope = np.zeros_like(graph.loss_slope)
    slope[sample] = graph.loss_slope[sample] * rows
    return slope


def _meet(uses: list[Uses], found: list[Scaled | None], *, sized: bool = False) -> _Number:
    """The sum over all uses of what enters the weight times what comes back there."""
    parts = []
    for use in uses:
        back = found[use.tensor]
        if back is None:
            continue
        entering = Scaled.of(np.abs(use.entering) if sized else use.entering)
        rows = use.rows if len(back.values) > 1 else 0
        met = float(np.sum(entering.values * back.values[rows, use.units]))
        if met:
            parts.append(Scaled.of(np.array([met]), entering.exponent + back.exponent))
    if not parts:
        return _Number(0.0, 0)
    whole = Scaled.sum(parts)
    return _Number(float(whole.values[0]), whole.exponent)


def _count(graph: Graph, uses: list[Uses], end: int | None) -> int:
    """How many paths lead from the uses to the loss; `end`: only to the loss of that row."""
    outputs = graph.loss_slope.shape[1]
    wired = np.ones((1, outputs), np.int64)
    if end is not None:
        wired = np.zeros((graph.rows, outputs), np.int64)
        wired[end] = 1
    found = graph.pull(COUNT, wired.astype(object))
    total = 0
    for use in uses:
        back = found[use.tensor]
        if back is not None:
            rows = use.rows if len(back) > 1 else np.zeros_like(use.rows)
            total += int(back[rows, use.units].sum())
    return total


def _alive_share(graph: Graph, uses: list[Uses], slope: Array, count: int) -> float:
    """The fraction of the paths without a factor of 0."""
    entered = [Uses(u.tensor, u.rows, u.units, (u.entering != 0.0).astype(np.float64)) for u in uses]
    alive = _meet(entered, graph.pull_scaled(ALIVE, (slope != 0.0).astype(np.float64)))
    if not count or not alive.mantissa:
        return 0.0
    shift = max(count.bit_length() - 64, 0)
    share = math.ldexp(alive.mantissa / (count >> shift), alive.exponent - shift)
    return min(1.0, round(share, 12)) or share


def _ratio(log10_part: float, log10_whole: float) -> float:
    if log10_whole == -math.inf or math.isnan(log10_part - log10_whole):
        return math.nan
    return float(10.0 ** min(0.0, log10_part - log10_whole))


def _path(graph: Graph, route: Route, all_log10: float, first: int) -> Path:
    steps = [_step(graph, node, link.layer, link.role, factor, first) for node, link, factor in route.steps]
    layer = graph.tensors[route.start[0]].layer
    start = _step(graph, route.start, layer, "weight", route.entering, first)
    factors = [route.entering, *(step.factor for step in steps), route.loss_slope]
    product = reduce(_times, factors, _Number(1.0, 0))
    assert start.sample is not None
    return Path(
        sample=start.sample,
        activation=route.entering,
        start=start,
        steps=tuple(steps),
        loss_slope=route.loss_slope,
        contribution=product.value,
        sign=product.sign,
        log10=product.log10,
        share=_ratio(product.log10, all_log10),
    )


def _times(product: _Number, factor: float) -> _Number:
    mantissa, exponent = math.frexp(product.mantissa * factor)
    return _Number(mantissa, product.exponent + exponent)


def _step(graph: Graph, node: tuple[int, int, int], layer: int, role: str, factor: float, first: int) -> Step:
    number, row, index = node
    tensor = graph.tensors[number]
    place, unit = divmod(index, tensor.width // tensor.places)
    common = tensor.rows == 1 and graph.rows > 1
    return Step(layer, role, None if common else row + first, unit, place, tensor.time, factor)
