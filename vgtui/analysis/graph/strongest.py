"""The strongest paths of a graph: the largest first, then by what deviates least. Lawler 1972."""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass

import numpy as np

from vgtui.analysis.graph.model import Graph, Link, Uses
from vgtui.analysis.graph.operators import Array, log2_size

Node = tuple[int, int, int]
"""(tensor, row, unit of its width)."""


@dataclass(frozen=True, slots=True)
class Route:
    """One path: the node where the weight's product arrives, then (node, link, factor) up to the loss tensor."""

    start: Node
    entering: float
    steps: tuple[tuple[Node, Link, float], ...]
    loss_slope: float


@dataclass(frozen=True, slots=True)
class _Choice:
    """One way on from a node: `size` is the log2 of the largest path that takes it, from that node on."""

    size: float
    node: Node
    link: Link | None
    factor: float


class _Search:
    """Ways on from every node that was asked for, the best `most` of them, best first."""

    def __init__(self, graph: Graph, best: list[Array | None], most: int) -> None:
        self._graph, self._best, self.most = graph, best, most
        self._known: dict[Node, list[_Choice]] = {}

    def size(self, tensor: int, rows: Array, units: Array) -> Array:
        """log2 of the largest path from these nodes on."""
        found = self._best[tensor]
        return np.full(len(units), -np.inf) if found is None else found[rows, units]

    def choices(self, node: Node) -> list[_Choice]:
        """The best ways on from a node; none at the loss tensor, and none that are dead."""
        if node not in self._known:
            found = [choice for link in self._graph.leaving[node[0]] for choice in self._along(link, node)]
            self._known[node] = sorted(found, key=lambda choice: -choice.size)[: self.most]
        return self._known[node]

    def _along(self, link: Link, node: Node) -> list[_Choice]:
        _, row, unit = node
        unit -= link.source_at
        if not 0 <= unit < link.operator.inputs:
            return []
        edges = link.operator.edges(row, unit)
        units = edges.units + link.target_at
        sizes = self.size(link.target, edges.rows, units) + log2_size(edges.values)
        order = _largest(sizes, self.most)
        return [
            _Choice(
                float(sizes[k]),
                (link.target, int(edges.rows[k]), int(units[k])),
                link,
                float(edges.values[k]),
            )
            for k in order
        ]

    def complete(self, taken: list[_Choice]) -> list[_Choice]:
        """The largest path that begins with these choices."""
        path = list(taken)
        while ways := self.choices(path[-1].node):
            path.append(ways[0])
        return path


def _largest(sizes: Array, most: int) -> Array:
    """The places of the largest, largest first; those of -inf (or nan) left out."""
    order = np.argsort(-sizes, kind="stable")[:most] if len(sizes) > 1 else np.arange(len(sizes))
    return order[sizes[order] > -np.inf]


def strongest_routes(
    graph: Graph, uses: list[Uses], best: list[Array | None], loss_slope: Array, most: int
) -> list[Route]:
    """The `most` largest paths by size, largest first; fewer where fewer are not 0.

    best: for every tensor log2 of the largest path from its nodes to the loss. A path is split off its parent at
    the first choice that differs, so that each is met once; each costs one walk along the network.
    """
    search = _Search(graph, best, most)
    order = itertools.count()
    nothing: list[_Choice] = []
    heap = [(-start.size, next(order), nothing, 0, start) for start in _starts(search, uses)]
    heapq.heapify(heap)
    routes: list[Route] = []
    while heap and len(routes) < most:
        _, _, parent, split, taken = heapq.heappop(heap)
        path = search.complete([*parent[:split], taken])
        routes.append(_route(path, loss_slope))
        so_far = 0.0
        for place in range(1, len(path)):
            so_far += math.log2(abs(path[place - 1].factor))
            for other in search.choices(path[place - 1].node)[1:] if place > split else ():
                heapq.heappush(heap, (-so_far - other.size, next(order), path, place, other))
        if len(heap) > 4 * most:
            heap = heapq.nsmallest(most, heap)
    return routes


def _starts(search: _Search, uses: list[Uses]) -> list[_Choice]:
    """Every node where the weight is used, as the choice that a path begins with."""
    starts = []
    for use in uses:
        sizes = search.size(use.tensor, use.rows, use.units) + log2_size(use.entering)
        for k in _largest(sizes, search.most):
            node = (use.tensor, int(use.rows[k]), int(use.units[k]))
            starts.append(_Choice(float(sizes[k]), node, None, float(use.entering[k])))
    return starts


def _route(path: list[_Choice], loss_slope: Array) -> Route:
    steps = tuple((choice.node, choice.link, choice.factor) for choice in path[1:] if choice.link is not None)
    _, row, unit = path[-1].node
    return Route(path[0].node, path[0].factor, steps, float(loss_slope[row, unit]))
