"""The latest pass as a graph: tensors, and between them the derivatives that backpropagation multiplies."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from vgtui.analysis.graph.operators import SUM, Array, Operator, Ring, log10_norm
from vgtui.analysis.graph.products import triangular


@dataclass(frozen=True, slots=True)
class Tensor:
    """One array of the pass: nodes (rows, width). A width of several `places` counts the features of each in turn.

    layer   -1 for the input; time: the time step of a recurrent layer's inner tensors, else None
    rows    of the batch, or 1 for what the batch has in common (a statistic)
    """

    layer: int
    rows: int
    width: int
    places: int = 1
    time: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The derivative of units target_at ... of one tensor by units source_at ... of another, numbers in the graph.

    role  weight, norm, mean, spread, slope, softmax, dropout, branch, skip, pool; in recurrent layers also
          recurrent, reset, update, carry, cell, show and output
    """

    role: str
    layer: int
    source: int
    target: int
    operator: Operator
    source_at: int = 0
    target_at: int = 0


@dataclass(frozen=True, slots=True)
class Uses:
    """Where one weight is used: nodes of a tensor, and what enters the weight there."""

    tensor: int
    rows: Array
    units: Array
    entering: Array


@dataclass(frozen=True, slots=True)
class Moment:
    """One time step of a recurrent layer.

    by_input, by_state  tensors that weight_ih and weight_hh reach, each with the first of its rows of the weight
    gates               rows of either weight
    hidden, cell        the tensors of the states after the step; cell: of an LSTM, else None
    before              (rows, units) the hidden state before it
    """

    by_input: tuple[tuple[int, int], ...]
    by_state: tuple[tuple[int, int], ...]
    gates: int
    hidden: int
    cell: int | None
    before: Array


@dataclass
class Graph:
    """Tensors in the order of the pass and the links between them.

    outputs        the tensor that each layer hands on; loss_tensor: the one that the loss reads
    affine         for each layer the tensor whose gradient is its delta: weight @ x + bias, of a recurrent layer
                   and of a pool what they hand on
    moments        of every recurrent layer its time steps
    loss_slope     (rows, units) dL/d(loss tensor), L the mean over the batch
    """

    rows: int
    tensors: list[Tensor] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    leaving: list[list[Link]] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    affine: dict[int, int] = field(default_factory=dict)
    moments: dict[int, list[Moment]] = field(default_factory=dict)
    loss_tensor: int = 0
    loss_slope: Array = field(default_factory=lambda: np.zeros((0, 0)))

    def tensor(
        self, layer: int, width: int, *, places: int = 1, time: int | None = None, rows: int | None = None
    ) -> int:
        """Add a tensor; its number."""
        self.tensors.append(Tensor(layer, self.rows if rows is None else rows, width, places, time))
        self.leaving.append([])
        return len(self.tensors) - 1

    def link(
        self, role: str, source: int, target: int, operator: Operator, source_at: int = 0, target_at: int = 0
    ) -> None:
        """Add a link; it belongs to the layer of its target."""
        layer = self.tensors[target].layer
        made = Link(role, layer, source, target, operator, source_at, target_at)
        self.links.append(made)
        self.leaving[source].append(made)

    def pull(self, ring: Ring, at_loss: Array) -> list[Array | None]:
        """For every tensor what all paths from it to the loss tensor carry back, in a ring without exponents."""
        found: list[Array | None] = [None] * len(self.tensors)
        found[self.loss_tensor] = at_loss
        for number in range(self.loss_tensor - 1, -1, -1):
            for link in self.leaving[number]:
                arrived = found[link.target]
                if arrived is not None:
                    found[number] = self.carried(ring, found[number], link, arrived)
        return found

    def carried(self, ring: Ring, into: Array | None, link: Link, arrived: Array) -> Array:
        """`into`, the values of the link's source (None: none yet), with what the link carries back to it."""
        operator = link.operator
        part = arrived[:, link.target_at : link.target_at + operator.outputs]
        part = operator.pull(part, ring)
        width = self.tensors[link.source].width
        if into is None:
            if part.shape[1] == width:
                return part
            into = ring.empty(len(part), width)
        if len(into) < len(part):
            into = np.repeat(into, len(part), axis=0)
        stretch = slice(link.source_at, link.source_at + operator.inputs)
        into = into.copy()
        into[:, stretch] = ring.plus(into[:, stretch], part)
        return into

    def pull_scaled(
        self, ring: Ring, at_loss: Array, keep: Callable[[Link], bool] | None = None
    ) -> list[Scaled | None]:
        """The same in SUM or ABSOLUTE, each tensor with an exponent of its own, so that nothing is lost below 1e-308.

        keep: which links are followed; by default all.
        """
        found: list[Scaled | None] = [None] * len(self.tensors)
        found[self.loss_tensor] = Scaled.of(at_loss)
        for number in range(self.loss_tensor - 1, -1, -1):
            parts = []
            for link in self.leaving[number]:
                arrived = found[link.target]
                if arrived is not None and (keep is None or keep(link)):
                    parts.append(Scaled.of(self.carried(ring, None, link, arrived.values), arrived.exponent))
            found[number] = Scaled.sum(parts) if parts else None
        return found

    def along(self, link: Link, arrived: Scaled) -> Scaled:
        """What one link carries back of the gradient at its target, as a gradient of the whole source."""
        return Scaled.of(self.carried(SUM, None, link, arrived.values), arrived.exponent)

    def factors(self) -> list[Array]:
        """Matrices whose product is the transpose of d(loss tensor) / d(input), in a graph of one sample.

        What is carried back is made orthonormal wherever a layer or a time step begins, all tensors that are still
        to be read together, and the triangle that is taken out is a factor: none is far from 1.
        """
        found: dict[int, Array] = {self.loss_tensor: np.eye(self.tensors[self.loss_tensor].width)}
        earliest = self._earliest()
        triangles: list[Array] = []
        for number in range(self.loss_tensor - 1, -1, -1):
            if self._begins(number + 1):
                found = {
                    tensor: values
                    for tensor, values in found.items()
                    if earliest.get(tensor, self.loss_tensor) <= number
                }
                stacked = np.concatenate([*found.values()], axis=1)
                if not np.isfinite(stacked).all():
                    return [np.full((self.tensors[0].width, self.loss_slope.shape[1]), np.nan)]
                turn, triangle = triangular(stacked.T)
                triangles.append(triangle)
                places = np.cumsum([values.shape[1] for values in found.values()])[:-1]
                found = dict(zip(found, np.split(turn.T, places, axis=1), strict=True))
            for link in self.leaving[number]:
                if link.target in found:
                    found[number] = self.carried(SUM, found.get(number), link, found[link.target])
        return [found[0].T, *triangles[::-1]]

    def _earliest(self) -> dict[int, int]:
        """For every tensor the first that it is computed from."""
        earliest: dict[int, int] = {}
        for link in self.links:
            earliest[link.target] = min(earliest.get(link.target, link.source), link.source)
        return earliest

    def _begins(self, number: int) -> bool:
        """Whether a layer or a time step begins with this tensor."""
        now, before = self.tensors[number], self.tensors[number - 1]
        return (now.layer, now.time) != (before.layer, before.time)


@dataclass(frozen=True, slots=True)
class Scaled:
    """values * 2**exponent, the largest value near 1."""

    values: Array
    exponent: int = 0

    @classmethod
    def of(cls, values: Array, exponent: int = 0) -> Scaled:
        """Any values, brought near 1; as they are where they are 0 or not finite."""
        top = float(np.abs(values).max(initial=0.0))
        if top == 0.0 or not math.isfinite(top):
            return cls(values, exponent)
        shift = math.frexp(top)[1]
        return cls(np.ldexp(values, -shift) if shift else values, exponent + shift)

    @classmethod
    def sum(cls, parts: list[Scaled]) -> Scaled:
        """The sum of gradients of one tensor."""
        if len(parts) == 1:
            return parts[0]
        shown = [part.exponent for part in parts if part.values.any()]
        exponent = max(shown, default=0)
        total = sum(
            np.ldexp(part.values, max(part.exponent - exponent, -4000)) for part in parts if part.values.any()
        )
        return cls.of(np.asarray(total), exponent) if shown else parts[0]

    @property
    def log10(self) -> float:
        """log10 of the Euclidean norm, of any size; -inf for zeros."""
        return log10_norm(self.values) + self.exponent * LOG10_2


LOG10_2 = math.log10(2.0)
