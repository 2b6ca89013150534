"""What a weight does at one of the places or time steps that share it, up to what its layer hands on."""

from __future__ import annotations

import math

import numpy as np

from vgtui.analysis.graph.model import Graph, Uses
from vgtui.analysis.graph.operators import Array
from vgtui.engine.tangents import Moved

SMALL = 2.0**-400
"""Signals below this are brought back near 1: a state of long ago would else be lost below 1e-308."""


def of_place(uses: list[Uses], filters: int, place: int) -> Uses:
    """A convolution's uses at one place of its output."""
    (every,) = uses
    there = every.units // filters == place
    return Uses(every.tensor, every.rows[there], every.units[there], every.entering[there])


def moved_by(graph: Graph, use: Uses, answer: int) -> Moved:
    """How the tensor `answer` moves when the weight moves by 1 in this use of it alone."""
    start = np.zeros((graph.rows, graph.tensors[use.tensor].width))
    start[use.rows, use.units] = use.entering
    given = np.zeros(graph.rows)
    given[use.rows] = use.entering
    return Moved(given, *_pushed(graph, use.tensor, start, answer))


def _pushed(graph: Graph, source: int, start: Array, answer: int) -> tuple[Array, int]:
    """(values, exponent) of what arrives at `answer`, values * 2**exponent."""
    live, exponent = {source: start}, 0
    for number in range(source, answer):
        values = live.pop(number, None)
        if values is None:
            continue
        top = max(float(np.abs(one).max(initial=0.0)) for one in (values, *live.values()))
        if 0.0 < top < SMALL:
            shift = math.frexp(top)[1]
            values, exponent = np.ldexp(values, -shift), exponent + shift
            live = {tensor: np.ldexp(one, -shift) for tensor, one in live.items()}
        for link in graph.leaving[number]:
            if link.target <= answer:
                part = link.operator.push(values[:, link.source_at : link.source_at + link.operator.inputs])
                into = live.setdefault(link.target, np.zeros((graph.rows, graph.tensors[link.target].width)))
                into[:, link.target_at : link.target_at + link.operator.outputs] += part
    return live.get(answer, np.zeros((graph.rows, graph.tensors[answer].width))), exponent
