"""Reads the latest pass of a simulation into a graph, instruction by instruction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vgtui.analysis.graph.model import Graph
from vgtui.analysis.graph.operators import Array, Diagonal, Full, Pick, Sparse, Tap, Taps
from vgtui.engine.network import Network
from vgtui.engine.operations import pool, windows
from vgtui.engine.stages import AFTER_LAYER, AFTER_NORM, AFTER_SLOPE, AFTER_WEIGHT
from vgtui.engine.table import (
    AUX,
    AUX2,
    DST,
    FUSED,
    LAYER,
    LOSS_TENSOR,
    OTHER,
    PARAM,
    PLACES,
    SRC,
    STAGE,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
)
from vgtui.engine.tangents import loss_slope
from vgtui.scenario.model import Layer, Pool


@dataclass
class Reader:
    """A graph that grows, and the memory of the pass that it is read from.

    chosen    the rows of the batch that are read
    numbers   column offset of a tensor in the memory -> its number in the graph
    held      statistics of the batch are constants, not functions of the batch
    """

    network: Network
    batch_rows: int
    chosen: slice
    held: bool
    graph: Graph
    numbers: dict[int, int]

    def values(self, column: int, width: int) -> Array:
        """(rows, width) of a tensor in the workspace, a copy in float64."""
        stored = self.network.memory.tensor(WORKSPACE, column, self.batch_rows, width)
        return np.array(stored[self.chosen], np.float64)

    def stretch(self, column: int, count: int, start: int = 0) -> Array:
        """`count` numbers of the workspace that stand behind a column's beginning, not laid out by rows."""
        first = column * self.network.memory.capacity + start
        return np.array(self.network.memory.view(WORKSPACE)[first : first + count], np.float64)

    def weights(self, place: int, *shape: int) -> Array:
        """Parameters as they were in the pass, from an offset on."""
        count = int(np.prod(shape))
        stored = self.network.memory.passed[place : place + count]
        return np.array(stored, np.float64).reshape(shape)

    def begin(self, row: Array, places: int | None = None) -> tuple[int, int]:
        """(the source's number, the number of a new tensor for what the instruction writes)."""
        count = int(row[PLACES]) if places is None else places
        made = self.graph.tensor(int(row[LAYER]), int(row[WIDTH_OUT]), places=count)
        self.numbers[int(row[DST])] = made
        return self.numbers[int(row[SRC])], made


Read = Callable[[Reader, Array, Layer], None]


def read_graph(
    network: Network, rows: int, affine: dict[type, Read], sample: int | None = None, *, held: bool = False
) -> Graph:
    """The graph of the latest pass of `rows` samples, or of one sample of it.

    affine: how the weights of each kind of layer are read. With `held` the statistics of batch normalisation are
    constants; a graph of one sample needs it.
    """
    program = network.program
    reader = _begun(network, rows, program.instructions[0], -1, sample, held=held)
    graph = reader.graph
    graph.loss_slope = loss_slope(network, rows)[reader.chosen]
    for index in range(len(program.instructions) - int(program.header[FUSED])):
        row = program.instructions[index]
        layer = network.layers[row[LAYER]]
        if row[STAGE] == AFTER_WEIGHT:
            affine[type(layer)](reader, row, layer)
            graph.affine[int(row[LAYER])] = reader.numbers[int(row[DST])]
        elif row[STAGE] == AFTER_NORM:
            (_layer_norm if layer.normalization == "layer" else _batch_norm)(reader, row)
        elif row[STAGE] == AFTER_SLOPE and layer.activation == "softmax":
            _softmax(reader, row)
        elif row[STAGE] == AFTER_LAYER:
            _skip(reader, row, float(program.coefficients[index]))
        else:
            role = "slope" if row[STAGE] == AFTER_SLOPE else "dropout"
            source, made = reader.begin(row)
            values = reader.values(int(row[AUX]), int(row[WIDTH_OUT]))
            graph.link(role, source, made, Diagonal(values))
        graph.outputs[row[LAYER] :] = [reader.numbers[int(row[DST])]]
    graph.loss_tensor = reader.numbers[int(program.header[LOSS_TENSOR])]
    return graph


def read_layer(network: Network, rows: int, read: Read, layer: int, sample: int | None = None) -> Graph:
    """Of the graph of the latest pass what the weights of one layer make of its input, as far as `affine`."""
    row = network.program.instructions[network.program.weight_instruction(layer)]
    reader = _begun(network, rows, row, layer - 1, sample)
    read(reader, row, network.layers[layer])
    reader.graph.affine[layer] = reader.numbers[int(row[DST])]
    return reader.graph


def _begun(
    network: Network, rows: int, row: Array, layer: int, sample: int | None, *, held: bool = False
) -> Reader:
    """Nothing read yet but what the instruction reads, which `layer` hands on."""
    chosen = slice(None) if sample is None else slice(sample, sample + 1)
    graph = Graph(rows if sample is None else 1)
    return Reader(
        network, rows, chosen, held, graph, {int(row[SRC]): graph.tensor(layer, int(row[WIDTH_IN]))}
    )


def read_dense(reader: Reader, row: Array, layer: Layer) -> None:
    """weight @ x."""
    inputs, outputs = int(row[WIDTH_IN]), int(row[WIDTH_OUT])
    source, made = reader.begin(row)
    reader.graph.link("weight", source, made, Full(reader.weights(int(row[PARAM]), inputs, outputs).T))


def read_conv(reader: Reader, row: Array, layer: Layer) -> None:
    """Each tap of the kernel at every place where it meets the image and not the zeros around it."""
    height, width, channels, rows, columns, filters, kernel, stride, top, left = (
        int(n) for n in row[windows.HEIGHT : windows.LEFT + 1]
    )
    weight = reader.weights(int(row[PARAM]), kernel, kernel, channels, filters)
    taps = []
    for i, j in np.ndindex(kernel, kernel):
        y, x = (axis.ravel() for axis in np.mgrid[:rows, :columns])
        seen_y, seen_x = y * stride + i - top, x * stride + j - left
        inside = (seen_y >= 0) & (seen_y < height) & (seen_x >= 0) & (seen_x < width)
        places = (seen_y * width + seen_x)[inside], (y * columns + x)[inside]
        taps.append(Tap(*places, weight[i, j].T))
    source, made = reader.begin(row)
    reader.graph.link("weight", source, made, Taps(tuple(taps), height * width, rows * columns))


def read_pool(reader: Reader, row: Array, layer: Layer) -> None:
    """From the largest of each window, or from all of it in equal shares."""
    assert isinstance(layer, Pool)
    inputs, outputs = int(row[WIDTH_IN]), int(row[WIDTH_OUT])
    source, made = reader.begin(row)
    if layer.kind == "max":
        index = reader.values(int(row[AUX]), outputs).astype(np.int64)
        reader.graph.link("pool", source, made, Pick(index, inputs))
        return
    _, across, channels, rows, columns, window_rows, window_columns = (
        int(n) for n in row[pool.HEIGHT : pool.WINDOW_COLUMNS + 1]
    )
    y, x, i, j, channel = np.ogrid[:rows, :columns, :window_rows, :window_columns, :channels]
    sources = ((y * window_rows + i) * across + x * window_columns + j) * channels + channel
    targets = np.broadcast_to((y * columns + x) * channels + channel, sources.shape)
    share = np.full((1, sources.size), 1.0 / (window_rows * window_columns))
    operator = Sparse(sources.ravel(), targets.ravel(), share, (inputs, outputs))
    reader.graph.link("pool", source, made, operator)


def _batch_norm(reader: Reader, row: Array) -> None:
    """Straight, by the mean of each feature, and by its spread: w / s (dz - mean dz - xhat mean(xhat dz)).

    Mean and spread are nodes of their own, which every sample and place adds to and reads.
    """
    width, places = int(row[WIDTH_OUT]), int(row[PLACES])
    features = width // places
    scale = reader.weights(int(row[PARAM]), features) * reader.stretch(int(row[AUX2]), features)
    graph = reader.graph
    kinds = () if reader.held else ("mean", "spread")
    statistics = [graph.tensor(int(row[LAYER]), features, rows=1) for _ in kinds]
    source, made = reader.begin(row)
    graph.link("norm", source, made, Diagonal(np.tile(scale, places)[None]))
    xhat = reader.values(int(row[AUX]), width)
    feature, units = np.tile(np.arange(features), places), np.arange(width)
    share, down = 1.0 / (len(xhat) * places), -np.tile(scale, places)
    for role, statistic in zip(kinds, statistics, strict=True):
        pattern = xhat if role == "spread" else np.ones_like(xhat)
        into = Sparse(units, feature, pattern * share, (width, features), gathers=True)
        back = Sparse(feature, units, pattern * down, (features, width), scatters=True)
        graph.link(role, source, statistic, into)
        graph.link(role, statistic, made, back)


def _layer_norm(reader: Reader, row: Array) -> None:
    """The same by the mean and the spread of each sample, at each place."""
    width, places = int(row[WIDTH_OUT]), int(row[PLACES])
    features = width // places
    weight = np.tile(reader.weights(int(row[PARAM]), features), places)
    inverse = reader.stretch(int(row[AUX2]), reader.batch_rows * places)
    scale = weight * np.repeat(inverse.reshape(-1, places)[reader.chosen], features, axis=1)
    xhat = reader.values(int(row[AUX]), width)
    graph = reader.graph
    statistics = [graph.tensor(int(row[LAYER]), places, places=places) for _ in range(2)]
    source, made = reader.begin(row)
    graph.link("norm", source, made, Diagonal(scale))
    place, units = np.repeat(np.arange(places), features), np.arange(width)
    kinds = (("mean", np.ones_like(xhat)), ("spread", xhat))
    for statistic, (role, pattern) in zip(statistics, kinds, strict=True):
        graph.link(role, source, statistic, Sparse(units, place, pattern / features, (width, places)))
        graph.link(role, statistic, made, Sparse(place, units, -pattern * scale, (places, width)))


def _softmax(reader: Reader, row: Array) -> None:
    """Straight, and by the sum that every answer is divided by: a (dz - sum a dz)."""
    width = int(row[WIDTH_OUT])
    answer = reader.values(int(row[DST]), width)
    graph = reader.graph
    total = graph.tensor(int(row[LAYER]), 1)
    source, made = reader.begin(row)
    graph.link("softmax", source, made, Diagonal(answer))
    one, units = np.zeros(width, np.int64), np.arange(width)
    graph.link("softmax", source, total, Sparse(units, one, answer, (width, 1)))
    graph.link("softmax", total, made, Sparse(one, units, -answer, (1, width)))


def _skip(reader: Reader, row: Array, scale: float) -> None:
    """The branch, scaled, and beside it an earlier output as it is."""
    width = int(row[WIDTH_OUT])
    source, made = reader.begin(row)
    other = reader.numbers[int(row[OTHER])]
    reader.graph.link("branch", source, made, Diagonal(np.full((1, width), scale)))
    reader.graph.link("skip", other, made, Diagonal(np.ones((1, width))))
