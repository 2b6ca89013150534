"""Where the gradient is lost: every boundary between two layers, and what did what to it there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from vgtui.analysis.graph import Graph, Link, Scaled, graph_of
from vgtui.analysis.graph.model import Moment
from vgtui.analysis.graph.operators import SQUARES, SUM, Array, Diagonal, Ring, Sparse
from vgtui.engine.simulation import Simulation

PARTS = ("weights", "slopes", "normalization", "dropout", "skip", "memory", "alignment")
"""What a boundary is split into; they add up to `total`."""

THROUGH_TIME = frozenset({"recurrent", "carry", "cell"})


@dataclass(frozen=True, slots=True)
class Attenuation:
    """One boundary that the gradient passes on its way back: total = log10(|delta| / |delta above|), in decades.

    delta is dL/dz, z = weight @ x + bias, over units and batch; of a recurrent layer and of a pool dL/d(what it
    hands on). `above` is the layer that it comes from, or None: the loss, whose delta is dL/d(what it reads). With
    `time` the boundary is between two steps of one recurrent layer, time + 1 and time, and delta is dL/dh. A gain
    is the root mean square one, what the map does to a vector that is not aligned with it: |J|_F / sqrt(outputs).

    weights        log10 |W|_F / sqrt(rows of W) of the layer above, over all places of a convolution; along time of
                   weight_hh. Of a pool the gain of pooling
    slopes         log10 of the root mean square of phi'(z) over units and batch, of this layer; of a recurrent
                   layer above the gain dh_t/dz_t within one step; of a softmax that of its Jacobian
    normalization  log10 of the gain of this layer's normalisation, its statistics included
    dropout        log10 of the root mean square of this layer's mask
    skip           log10 |all that arrives at the layer's output| / |what the weights above bring|, and log10 of the
                   layer's own skip_scale; along time of what the gates carry past the weights, and what the next
                   layer brings at that step
    memory         what comes back through time within a recurrent layer above: log10 |what its weights bring| / |the
                   same without links between time steps|; along time what an LSTM's cell brings from later steps
    alignment      the rest: how much more or less the gradient there is changed than a random one would be; nan
                   where the total or a part that decides it is not a number
    delta_log10    log10 |delta|, true also far below the range of float64
    """

    layer: int
    name: str
    above: int | None
    time: int | None
    total: float
    weights: float
    slopes: float
    normalization: float
    dropout: float
    skip: float
    memory: float
    alignment: float
    delta_log10: float

    @property
    def cause(self) -> str:
        """The part that shrinks the gradient most, or, where it grows here, makes it grow most."""
        sign = 1.0 if self.total > 0.0 else -1.0
        sizes = {part: sign * getattr(self, part) for part in PARTS}
        return max(sizes, key=lambda part: -math.inf if math.isnan(sizes[part]) else sizes[part])


@dataclass(frozen=True, slots=True)
class WhereLost:
    """The way of the gradient from the loss to the first layer, in the latest pass.

    boundaries  from the input up: entry l leads into layer l; the last one comes from the loss
    through_time  for every recurrent layer (by its number) the boundaries between its time steps, earliest first
    total       log10(|delta of layer 0| / |dL/d(what the loss reads)|): the sum of the boundaries' totals
    culprit     the layer whose boundary shrinks the gradient most (makes it grow most where the total is positive);
                None where no boundary changes its size
    """

    boundaries: tuple[Attenuation, ...]
    through_time: dict[int, tuple[Attenuation, ...]]
    total: float
    culprit: int | None

    def sum_of(self, part: str) -> float:
        """One of PARTS over all boundaries, in decades."""
        return float(sum(getattr(boundary, part) for boundary in self.boundaries))


def where_lost(sim: Simulation) -> WhereLost:
    """Split the loss of gradient at every boundary of layers, and of time steps, of the latest pass; see Attenuation.

    The gradients are taken with exponents of their own, so that a vanished one is split as truly as any other.
    """
    graph = graph_of(sim)
    found = graph.pull_scaled(SUM, graph.loss_slope)
    own: list[list[Link]] = [[] for _ in sim.layer_names]
    for link in graph.links:
        own[link.layer].append(link)
    reading = _Reading(sim.layer_names, graph, found, own)
    boundaries = tuple(reading.boundary(layer) for layer in range(len(sim.layer_names)))
    total = boundaries[0].delta_log10 - Scaled.of(graph.loss_slope).log10
    totals = [0.0 if math.isnan(b.total) else b.total for b in boundaries]
    culprit = int(np.argmax(totals) if total > 0.0 else np.argmin(totals))
    return WhereLost(
        boundaries=boundaries,
        through_time={layer: reading.through_time(layer) for layer in graph.moments},
        total=total,
        culprit=culprit if totals[culprit] != 0.0 else None,
    )


@dataclass(frozen=True)
class _Reading:
    names: tuple[str, ...]
    graph: Graph
    found: list[Scaled | None]
    own: list[list[Link]]

    def log10(self, tensor: int) -> float:
        """log10 |dL/d(tensor)|."""
        found = self.found[tensor]
        return -math.inf if found is None else found.log10

    def boundary(self, layer: int) -> Attenuation:
        """The boundary that leads into a layer."""
        graph, last = self.graph, len(self.names) - 1
        delta, out = self.log10(graph.affine[layer]), self.log10(graph.outputs[layer])
        own = self.own[layer]
        if layer == last:
            above, weights, memory, inner, brought = out, 0.0, 0.0, 0.0, out
        else:
            above = self.log10(graph.affine[layer + 1])
            entering = [k for k in graph.leaving[graph.outputs[layer]] if k.role in ("weight", "pool")]
            entering = [link for link in entering if link.layer == layer + 1]
            brought = self.brought(entering)
            moments = graph.moments.get(layer + 1)
            weights = _weight_gain([*entering] if moments is None else entering[: len(moments[0].by_input)])
            inner = 0.0 if moments is None else _cell_gain(graph, [(m, m.by_input) for m in moments])
            memory = 0.0 if moments is None else brought - self.at_once(layer + 1, entering)
        branch = sum((_gain(link) for link in own if link.role == "branch"), 0.0)
        return _made(
            layer=layer,
            name=self.names[layer],
            above=None if layer == last else layer + 1,
            time=None,
            total=delta - above,
            weights=weights,
            slopes=inner + (0.0 if layer in graph.moments else _slopes(own)),
            normalization=_normalization(own),
            dropout=sum((_gain(link) for link in own if link.role == "dropout"), 0.0),
            skip=out - brought + branch,
            memory=memory,
            delta_log10=delta,
        )

    def brought(self, links: list[Link]) -> float:
        """log10 of the gradient that these links bring to their source, all together."""
        parts = [self.graph.along(k, arrived) for k in links if (arrived := self.found[k.target]) is not None]
        return Scaled.sum(parts).log10 if parts else -math.inf

    def at_once(self, layer: int, links: list[Link]) -> float:
        """The same if nothing of a recurrent layer went from one time step to another."""

        def keep(link: Link) -> bool:
            return link.layer != layer or link.role not in THROUGH_TIME

        found = self.graph.pull_scaled(SUM, self.graph.loss_slope, keep)
        return _Reading(self.names, self.graph, found, self.own).brought(links)

    def through_time(self, layer: int) -> tuple[Attenuation, ...]:
        """The boundaries between the time steps of a recurrent layer, earliest first."""
        moments = self.graph.moments[layer]
        return tuple(self.step(layer, t, *moments[t : t + 2]) for t in range(len(moments) - 1))

    def step(self, layer: int, t: int, now: Moment, after: Moment) -> Attenuation:
        """The boundary from step t + 1 to step t."""
        graph = self.graph
        back = [link for link in graph.leaving[now.hidden] if link.role == "recurrent"]
        delta, above, brought = self.log10(now.hidden), self.log10(after.hidden), self.brought(back)
        memory, arrived = 0.0, self.found[after.hidden]
        if back and arrived is not None:
            inner = _within(graph, after, SUM, arrived.values)
            alone = [Scaled.of(inner[link.target], arrived.exponent) for link in back]
            parts = [graph.along(link, part) for link, part in zip(back, alone, strict=True)]
            memory = brought - Scaled.sum(parts).log10
        return _made(
            layer=layer,
            name=self.names[layer],
            above=layer,
            time=t,
            total=delta - above,
            weights=_weight_gain(back),
            slopes=_cell_gain(graph, [(after, after.by_state)]),
            normalization=0.0,
            dropout=0.0,
            skip=delta - brought,
            memory=memory,
            delta_log10=delta,
        )


def _made(*, total: float, delta_log10: float, **told: Any) -> Attenuation:
    """An attenuation, its alignment being what the other parts leave."""
    known = sum(told[part] for part in PARTS[:-1])
    alignment = 0.0 if math.isinf(total) and known == total else total - known
    return Attenuation(total=total, alignment=alignment, delta_log10=delta_log10, **told)


def _log10_root(mean_square: float) -> float:
    return (
        0.5 * math.log10(mean_square) if mean_square > 0.0 else -math.inf if mean_square == 0.0 else math.nan
    )


def _gain(link: Link) -> float:
    """log10 of the root mean square gain of one link, for a gradient at its target."""
    return link.operator.log10_norm() - 0.5 * math.log10(link.operator.outputs)


def _weight_gain(links: list[Link]) -> float:
    """The same of the parts of one weight together."""
    if not links:
        return -math.inf
    norms = np.array([link.operator.log10_norm() for link in links])
    outputs = sum(link.operator.outputs for link in links)
    top = float(norms.max())
    together = top + 0.5 * math.log10(np.sum(100.0 ** (norms - top))) if math.isfinite(top) else top
    return together - 0.5 * math.log10(outputs)


def _slopes(own: list[Link]) -> float:
    """Of an activation: of its slopes, or, J = diag(a) - a a', of a softmax."""
    for link in own:
        if link.role == "slope":
            return _gain(link)
        if link.role == "softmax" and isinstance(link.operator, Diagonal):
            a = link.operator.values
            squares = (a**2).sum(axis=1)
            jacobian = squares - 2.0 * (a**3).sum(axis=1) + squares**2
            return _log10_root(float(np.mean(jacobian)) / a.shape[1])
    return 0.0


def _normalization(own: list[Link]) -> float:
    """Of J = scale (1 - 11'/n - xhat xhat'/n): from the squared norms of its rows, n numbers sharing a statistic."""
    norm = next((link for link in own if link.role == "norm"), None)
    if norm is None:
        return 0.0
    into = next(k.operator for k in own if k.role == "spread" and k.source == norm.source)
    assert isinstance(norm.operator, Diagonal)
    assert isinstance(into, Sparse)
    n = into.inputs / into.outputs * (len(into.values) if into.gathers else 1)
    xhat = into.values * n
    mean, square = _shared_mean(into, xhat, n), _shared_mean(into, xhat**2, n)
    rows = 1.0 - 1.0 / n + xhat**2 * (square - 2.0) / n + 2.0 * xhat * mean / n
    return _log10_root(max(0.0, float(np.mean(norm.operator.values**2 * rows))))


def _shared_mean(into: Sparse, values: Array, n: float) -> Array:
    """The mean over the n numbers that share a statistic, for each of them."""
    share = Sparse(into.source, into.target, np.full((1, len(into.source)), 1.0 / n), into.shape)
    means = share.push(values)
    return np.asarray((means.sum(axis=0, keepdims=True) if into.gathers else means)[:, into.target])


def _within(graph: Graph, moment: Moment, ring: Ring, at_hidden: Array) -> dict[int, Array]:
    """What is carried back from the state after a step to the tensors of that step, within it."""
    found = {moment.hidden: at_hidden}
    for number in range(moment.hidden - 1, min(t for t, _ in moment.by_input + moment.by_state) - 1, -1):
        for link in graph.leaving[number]:
            if link.target in found and link.role not in THROUGH_TIME:
                found[number] = graph.carried(ring, found.get(number), link, found[link.target])
    return found


def _cell_gain(graph: Graph, reached: list[tuple[Moment, tuple[tuple[int, int], ...]]]) -> float:
    """log10 of the gain from the state after a step to z (the tensors named), within the step; over all steps."""
    squares = []
    for moment, tensors in reached:
        units = graph.tensors[moment.hidden].width
        found = _within(graph, moment, SQUARES, np.ones((1, units)))
        squares.append(sum(float(found[tensor].sum()) / len(found[tensor]) for tensor, _ in tensors) / units)
    return _log10_root(float(np.mean(squares)))
