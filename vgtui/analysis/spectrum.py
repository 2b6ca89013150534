"""How the network stretches and shrinks around one sample: singular values of its Jacobian and of its layers'."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.analysis.graph import Graph, graph_of
from vgtui.analysis.graph.operators import SUM, Array
from vgtui.analysis.graph.products import log10_singular_values
from vgtui.engine.simulation import Simulation

WIDEST = 256
"""Rows or columns up to which a Jacobian is taken apart: the time grows with their cube."""

BINS = 24


@dataclass(frozen=True, slots=True)
class SingularValues:
    """The singular values of one Jacobian.

    log10           (n,) log10 of each, largest first, n the smaller of its two sides; -inf for a 0. None where its
                    smaller side (of a layer: either) is above `widest`
    condition_log10 log10(largest / smallest): inf where one is 0
    mean_log10      mean of log10, and spread_log10 its standard deviation: 0 and 0 at dynamical isometry
    isometry        exp(-rms of ln): 1 where every singular value is 1, towards 0 as they leave it (the mean and the
                    spread of ln in one number; Saxe et al. 2014, Pennington et al. 2017)
    rank            how many are not 0
    """

    log10: Array | None
    condition_log10: float
    mean_log10: float
    spread_log10: float
    isometry: float
    rank: int


@dataclass(frozen=True, slots=True)
class LayerSpectrum:
    """One layer's Jacobian, d(what it hands on) / d(what the layer before hands on), for the sample.

    A skip that begins right before the layer is in it; what a longer skip brings is held constant. The last layer's
    ends at what the loss reads. values: its singular values.
    """

    layer: int
    name: str
    values: SingularValues


@dataclass(frozen=True, slots=True)
class Spectrum:
    """The Jacobians at one sample of the latest pass.

    whole      d(what the loss reads) / d(input), every skip included: logits where the loss takes logits
    layers     one after the other, from the input
    edges      (bins + 1,) log10, the same for every row of the histogram; zeros are counted in no bin
    histogram  (layers, bins) how many singular values of each layer fall in each bin
    """

    sample: int
    whole: SingularValues
    layers: tuple[LayerSpectrum, ...]
    edges: Array
    histogram: Array


def spectrum(sim: Simulation, sample: int = 0, widest: int = WIDEST) -> Spectrum:
    """The singular values of the input-output Jacobian and of each layer's, at a sample of the latest batch.

    Statistics of batch normalisation are held constant, so that every Jacobian is the sample's own and, without
    long skips, their product is that of the whole. That product is never multiplied out: its factors are made
    triangular one by one, so that a thousand layers neither underflow nor lose the small ones (see products).

    Raises ValueError for a sample that is not in the batch.
    """
    if not 0 <= sample < sim.batch_rows:
        raise ValueError(f"the batch has no sample {sample}; samples go from 0 to {sim.batch_rows - 1}")
    graph = graph_of(sim, sample, held=True)
    layers = tuple(
        LayerSpectrum(layer, name, _summary(_of_layer(graph, layer, widest)))
        for layer, name in enumerate(sim.layer_names)
    )
    edges, histogram = _histogram([layer.values.log10 for layer in layers])
    return Spectrum(
        sample=sample,
        whole=_summary(_of_all(graph, widest)),
        layers=layers,
        edges=edges,
        histogram=histogram,
    )


def _of_layer(graph: Graph, layer: int, widest: int) -> Array | None:
    """log10 of the singular values of a layer's own Jacobian; None where it is too wide."""
    source, target = (0 if layer == 0 else graph.outputs[layer - 1]), graph.outputs[layer]
    inputs, outputs = graph.tensors[source].width, graph.tensors[target].width
    if max(inputs, outputs) > widest:
        return None
    found: dict[int, Array] = {target: np.eye(outputs)}
    for number in range(target - 1, source - 1, -1):
        for link in graph.leaving[number]:
            if link.layer == layer and link.target in found:
                found[number] = graph.carried(SUM, found.get(number), link, found[link.target])
    jacobian = found.get(source, np.zeros((outputs, inputs)))
    return log10_singular_values([jacobian])


def _of_all(graph: Graph, widest: int) -> Array | None:
    """log10 of the singular values of d(loss tensor) / d(input), by factors."""
    inputs, outputs = graph.tensors[0].width, graph.tensors[graph.loss_tensor].width
    if min(inputs, outputs) > widest:
        return None
    values = log10_singular_values(graph.factors())
    missing = min(inputs, outputs) - len(values)
    return np.concatenate([values, np.full(missing, np.nan if np.isnan(values).any() else -np.inf)])


def _summary(log10: Array | None) -> SingularValues:
    """What is said of singular values."""
    if log10 is None or np.isnan(log10).any():
        return SingularValues(log10, math.nan, math.nan, math.nan, math.nan, 0)
    log10.flags.writeable = False
    rank = int(np.sum(log10 > -np.inf))
    if rank < len(log10):
        return SingularValues(log10, math.inf, -math.inf, math.nan, 0.0, rank)
    mean, root = float(np.mean(log10)), float(np.sqrt(np.mean(log10**2)))
    condition = float(log10[0] - log10[-1])
    return SingularValues(
        log10, condition, mean, float(np.std(log10)), math.exp(-root * math.log(10.0)), rank
    )


def _histogram(found: list[Array | None]) -> tuple[Array, Array]:
    """(edges, counts): bins of equal width over all that is finite, at least a tenth of a decade each."""
    finite = [values[np.isfinite(values)] for values in found if values is not None]
    every = np.concatenate([*finite, np.zeros(0)])
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 0.0)
    middle, half = (low + high) / 2.0, max((high - low) / 2.0, BINS * 0.05)
    edges = np.linspace(middle - half, middle + half, BINS + 1)
    counts = [np.histogram([] if v is None else v[np.isfinite(v)], edges)[0] for v in found]
    return edges, np.array(counts).reshape(len(found), BINS)
