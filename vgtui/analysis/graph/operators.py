"""Derivatives of one tensor by another, and how anything that is carried along them is pulled back.

A value of a tensor is an array (rows, width): one number a node, be it a gradient, a count of paths or the largest
path. What pulling back does with them is said by a Ring: a semiring, as in Mohri 2002.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np

Array = np.ndarray[Any, Any]

CHUNK = 1 << 22  # numbers that are worked on at once


@dataclass(frozen=True)
class Ring:
    """How derivatives along a path are combined (`times`) and how paths are (`plus`, whose neutral is `zero`).

    edge    a derivative -> what it is in this ring
    blind   whether that is the same for every derivative: then one row of values stands for all that are alike
    """

    edge: Callable[[Array], Array]
    times: np.ufunc
    plus: np.ufunc
    zero: Any
    dtype: Any
    blind: bool = False

    def empty(self, *shape: int) -> Array:
        """Values of a tensor that nothing has reached."""
        return np.full(shape, self.zero, self.dtype)


def log2_size(values: Array) -> Array:
    """log2 |v|, -inf for 0."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log2(np.abs(values)))


def log10_norm(values: Array) -> float:
    """log10 of the Euclidean norm of all entries; -inf for zeros."""
    top = float(np.abs(values).max(initial=0.0))
    if top == 0.0 or not math.isfinite(top):
        return -math.inf if top == 0.0 else top
    return math.log10(top) + 0.5 * math.log10(float(np.sum((values / top) ** 2)))


def _ones(values: Array) -> Array:
    return np.ones(values.shape, object)


def _alive(values: Array) -> Array:
    return np.asarray(values != 0.0, np.float64)


SUM = Ring(np.asarray, np.multiply, np.add, 0.0, np.float64)
"""The sum over all paths: backpropagation."""
ABSOLUTE = Ring(np.abs, np.multiply, np.add, 0.0, np.float64)
"""The same without signs."""
SQUARES = Ring(np.square, np.multiply, np.add, 0.0, np.float64)
"""The sum over all paths of their squares."""
LARGEST = Ring(log2_size, np.add, np.maximum, -np.inf, np.float64)
"""log2 of the size of the largest path."""
COUNT = Ring(_ones, np.multiply, np.add, 0, object, blind=True)
"""How many paths there are: Python's integers, of any size."""
ALIVE = Ring(_alive, np.multiply, np.add, 0.0, np.float64)
"""How many paths have no factor of 0, as a float."""


@dataclass(frozen=True)
class Edges:
    """The derivatives by one node: to which nodes (row, unit) of the target, and how large."""

    rows: Array
    units: Array
    values: Array


class Operator(Protocol):
    """The derivative of a stretch of `outputs` units by a stretch of `inputs` units, row by row."""

    @property
    def inputs(self) -> int:
        """Units that are read."""
        ...

    @property
    def outputs(self) -> int:
        """Units that are reached."""
        ...

    def pull(self, values: Array, ring: Ring) -> Array:
        """Values (rows, outputs) of the target, carried back: (rows, inputs)."""
        ...

    def push(self, values: Array) -> Array:
        """Tangents (rows, inputs) of the source, carried forward: (rows, outputs)."""
        ...

    def edges(self, row: int, unit: int) -> Edges:
        """What one node of the source reaches."""
        ...

    def log10_norm(self) -> float:
        """log10 of the Frobenius norm, the root mean square of it over the rows."""
        ...


@dataclass(frozen=True)
class Full:
    """Every output by every input: matrix (outputs, inputs), the same for every row."""

    matrix: Array

    @property
    def inputs(self) -> int:
        """Units that are read."""
        return int(self.matrix.shape[1])

    @property
    def outputs(self) -> int:
        """Units that are reached."""
        return int(self.matrix.shape[0])

    def pull(self, values: Array, ring: Ring) -> Array:
        """A product with the matrix, in the ring."""
        edge = ring.edge(self.matrix)
        if ring.plus is np.add:
            if ring.dtype is object and bool(edge.all()):
                total = values.sum(axis=1, keepdims=True)
                return np.repeat(total, self.inputs, axis=1)
            return np.asarray(values @ edge)
        out = np.empty((len(values), self.inputs))
        step = max(1, CHUNK // edge.size)
        for row in range(0, len(values), step):
            part = values[row : row + step, :, None]
            out[row : row + step] = ring.plus.reduce(ring.times(part, edge), axis=1)
        return out

    def push(self, values: Array) -> Array:
        """matrix v."""
        return np.asarray(values @ self.matrix.T)

    def edges(self, row: int, unit: int) -> Edges:
        """A column of the matrix."""
        return Edges(np.full(self.outputs, row), np.arange(self.outputs), self.matrix[:, unit])

    def log10_norm(self) -> float:
        """Of the matrix."""
        return log10_norm(self.matrix)


@dataclass(frozen=True)
class Diagonal:
    """Output k by input k alone: values (rows, units), or (1, units) for all rows alike."""

    values: Array

    @property
    def inputs(self) -> int:
        """Units that are read."""
        return int(self.values.shape[1])

    outputs = inputs

    def pull(self, values: Array, ring: Ring) -> Array:
        """Entry by entry."""
        return values if ring.blind else np.asarray(ring.times(values, ring.edge(self.values)))

    def push(self, values: Array) -> Array:
        """Entry by entry."""
        return np.asarray(values * self.values)

    def edges(self, row: int, unit: int) -> Edges:
        """One edge."""
        value = self.values[row if len(self.values) > 1 else 0, unit]
        return Edges(np.array([row]), np.array([unit]), np.array([value]))

    def log10_norm(self) -> float:
        """Of the diagonal."""
        return log10_norm(self.values) - 0.5 * math.log10(len(self.values))


@dataclass(frozen=True)
class Sparse:
    """Some outputs by some inputs, the same ones in every row.

    source, target  (edges,) units; values (rows, edges), or (1, edges) for all rows alike
    shape           (inputs, outputs)
    gathers         the target has one row, to which every row of the source adds: a statistic of the batch
    scatters        the source has one row, which every row of the target reads
    """

    source: Array
    target: Array
    values: Array
    shape: tuple[int, int]
    gathers: bool = False
    scatters: bool = False

    @property
    def inputs(self) -> int:
        """Units that are read."""
        return self.shape[0]

    @property
    def outputs(self) -> int:
        """Units that are reached."""
        return self.shape[1]

    @cached_property
    def _by_source(self) -> tuple[Array, Array, Array]:
        return _groups(self.source)

    @cached_property
    def _by_target(self) -> tuple[Array, Array, Array]:
        return _groups(self.target)

    def pull(self, values: Array, ring: Ring) -> Array:
        """Edge by edge, then what belongs to one input together."""
        if self.scatters:
            values = np.broadcast_to(values, (len(self.values), self.outputs))
        rows = len(values) if ring.blind else max(len(values), len(self.values))
        step = max(1, CHUNK // max(len(self.source), 1))
        parts = [self._pull(values, ring, row, min(row + step, rows)) for row in range(0, rows, step)]
        out = np.concatenate(parts) if len(parts) > 1 else parts[0]
        return np.asarray(ring.plus.reduce(out, axis=0, keepdims=True)) if self.scatters else out

    def _pull(self, values: Array, ring: Ring, first: int, last: int) -> Array:
        order, starts, units = self._by_source
        kept = self.values[:1] if ring.blind else _some_rows(self.values, first, last)
        edge = ring.edge(kept[:, order])
        carried = ring.times(_some_rows(values, first, last)[:, self.target[order]], edge)
        out = ring.empty(last - first, self.inputs)
        out[:, units] = ring.plus.reduceat(carried, starts, axis=1)
        return out

    def push(self, values: Array) -> Array:
        """Edge by edge, then what belongs to one output together."""
        order, starts, units = self._by_target
        carried = values[:, self.source[order]] * self.values[:, order]
        out = np.zeros((len(carried), self.outputs))
        out[:, units] = np.add.reduceat(carried, starts, axis=1)
        return out

    def edges(self, row: int, unit: int) -> Edges:
        """In every row of the target where it reads one row of the source."""
        order, starts, units = self._by_source
        group = int(np.searchsorted(units, unit))
        if group == len(units) or units[group] != unit:
            nothing = np.zeros(0, np.int64)
            return Edges(nothing, nothing, np.zeros(0))
        end = starts[group + 1] if group + 1 < len(starts) else len(order)
        chosen = order[starts[group] : end]
        if self.scatters:
            rows = np.repeat(np.arange(len(self.values)), len(chosen))
            units = np.tile(self.target[chosen], len(self.values))
            return Edges(rows, units, self.values[:, chosen].ravel())
        values = self.values[row if len(self.values) > 1 else 0, chosen]
        return Edges(np.full(len(chosen), 0 if self.gathers else row), self.target[chosen], values)

    def log10_norm(self) -> float:
        """Of all edges."""
        return log10_norm(self.values) - 0.5 * math.log10(len(self.values))


@dataclass(frozen=True)
class Tap:
    """One weight matrix of a kernel, (filters, channels), from places of the source to as many of the target."""

    source: Array
    target: Array
    matrix: Array


@dataclass(frozen=True)
class Taps:
    """A convolution: the taps of its kernel, from `places_in` places to `places_out`; features run fastest."""

    taps: tuple[Tap, ...]
    places_in: int
    places_out: int

    @property
    def inputs(self) -> int:
        """Units that are read."""
        return self.places_in * int(self.taps[0].matrix.shape[1])

    @property
    def outputs(self) -> int:
        """Units that are reached."""
        return self.places_out * int(self.taps[0].matrix.shape[0])

    def pull(self, values: Array, ring: Ring) -> Array:
        """Tap by tap; no two places of one tap share a place of the source."""
        rows, channels = len(values), self.taps[0].matrix.shape[1]
        image = values.reshape(rows, self.places_out, -1)
        out = ring.empty(rows, self.places_in, channels)
        for tap in self.taps:
            seen = image[:, tap.target]
            pulled = Full(tap.matrix).pull(seen.reshape(-1, image.shape[2]), ring)
            out[:, tap.source] = ring.plus(out[:, tap.source], pulled.reshape(*seen.shape[:2], channels))
        return out.reshape(rows, -1)

    def push(self, values: Array) -> Array:
        """Tap by tap."""
        image = values.reshape(len(values), self.places_in, -1)
        out = np.zeros((len(values), self.places_out, self.taps[0].matrix.shape[0]))
        for tap in self.taps:
            out[:, tap.target] += image[:, tap.source] @ tap.matrix.T
        return out.reshape(len(values), -1)

    def edges(self, row: int, unit: int) -> Edges:
        """Every filter at every place that sees this one."""
        filters, channels = self.taps[0].matrix.shape
        place, channel = divmod(unit, channels)
        seen = [
            (int(tap.target[k]), tap.matrix) for tap in self.taps for k in np.flatnonzero(tap.source == place)
        ]
        units = [target * filters + np.arange(filters) for target, _ in seen]
        values = [matrix[:, channel] for _, matrix in seen]
        found = np.concatenate([*units, np.zeros(0, np.int64)])
        return Edges(np.full(len(found), row), found, np.concatenate([*values, np.zeros(0)]))

    def log10_norm(self) -> float:
        """Every weight once for each place where it is used."""
        return log10_norm(np.stack([math.sqrt(len(tap.source)) * tap.matrix for tap in self.taps]))


@dataclass(frozen=True)
class Pick:
    """Output k of row r is input index[r, k], which no other output picks. index (rows, outputs)."""

    index: Array
    inputs: int

    @property
    def outputs(self) -> int:
        """Units that are reached."""
        return int(self.index.shape[1])

    def pull(self, values: Array, ring: Ring) -> Array:
        """To the input that was picked."""
        rows = max(len(values), len(self.index))
        out = ring.empty(rows, self.inputs)
        index, given = (np.broadcast_to(a, (rows, self.outputs)) for a in (self.index, values))
        np.put_along_axis(out, index, given, axis=1)
        return out

    def push(self, values: Array) -> Array:
        """What was picked."""
        index = np.broadcast_to(self.index, (len(values), self.outputs))
        return np.asarray(np.take_along_axis(values, index, axis=1))

    def edges(self, row: int, unit: int) -> Edges:
        """One edge, where it was picked."""
        found = np.flatnonzero(self.index[row if len(self.index) > 1 else 0] == unit)
        return Edges(np.full(len(found), row), found, np.ones(len(found)))

    def log10_norm(self) -> float:
        """A one for each output."""
        return 0.5 * math.log10(self.outputs)


def _groups(keys: Array) -> tuple[Array, Array, Array]:
    """(order that sorts the keys, where each group starts in it, its key)."""
    order = np.argsort(keys, kind="stable")
    units, starts = np.unique(keys[order], return_index=True)
    return order, starts, units


def _some_rows(values: Array, first: int, last: int) -> Array:
    return values if len(values) == 1 else values[first:last]
