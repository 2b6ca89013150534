"""Where in the graph of a pass one weight is used, and what enters it there."""

from __future__ import annotations

import numpy as np

from vgtui.analysis.graph.model import Graph, Uses
from vgtui.analysis.graph.operators import Array, Taps
from vgtui.engine.network import Network
from vgtui.engine.table import PARAM, SRC, WIDTH_IN, WIDTH_OUT, WORKSPACE
from vgtui.scenario.model import Conv, Recurrent


def uses_of(
    network: Network, graph: Graph, layer: int, row: int, column: int, sample: int | None = None
) -> list[Uses]:
    """The nodes where the weight of `layer` from input `column` to output `row` multiplies what enters it.

    A dense weight is used once a sample, a convolution's at every place where it does not meet the zeros around
    the image, a recurrent one at every time step. sample: the one that the graph is of, if it is of one.
    """
    instruction = network.program.instructions[network.program.weight_instruction(layer)]
    place = network.program.place_of(layer, row, column) - int(instruction[PARAM])
    rows = network.memory.tensor(WORKSPACE, int(instruction[SRC]), graph.rows, int(instruction[WIDTH_IN]))
    if sample is not None:
        width = int(instruction[WIDTH_IN])
        rows = network.memory.tensor(WORKSPACE, int(instruction[SRC]), sample + 1, width)[sample:]
    entering = np.array(rows, np.float64)
    kind = network.layers[layer]
    if isinstance(kind, Conv):
        return [_convolved(graph, layer, place, entering)]
    if isinstance(kind, Recurrent):
        return _through_time(graph, layer, place, entering)
    source, unit = divmod(place, int(instruction[WIDTH_OUT]))
    return [_once(graph.affine[layer], unit, entering[:, source])]


def _once(tensor: int, unit: int, entering: Array) -> Uses:
    """One node a row."""
    return Uses(tensor, np.arange(len(entering)), np.full(len(entering), unit), entering)


def _convolved(graph: Graph, layer: int, place: int, entering: Array) -> Uses:
    tensor = graph.affine[layer]
    operator = next(link.operator for link in graph.links if link.target == tensor)
    assert isinstance(operator, Taps)
    filters, channels = operator.taps[0].matrix.shape
    rest, unit = divmod(place, filters)
    number, channel = divmod(rest, channels)
    tap = operator.taps[number]
    rows = np.repeat(np.arange(len(entering)), len(tap.source))
    units = np.tile(tap.target * filters + unit, len(entering))
    return Uses(tensor, rows, units, entering[:, tap.source * channels + channel].ravel())


def _through_time(graph: Graph, layer: int, place: int, entering: Array) -> list[Uses]:
    moments = graph.moments[layer]
    features = entering.shape[1] // len(moments)
    wide = moments[0].gates
    column, unit = divmod(place, wide)
    uses = []
    for t, moment in enumerate(moments):
        of_input = column < features
        tensor, first = [b for b in (moment.by_input if of_input else moment.by_state) if b[1] <= unit][-1]
        given = entering[:, t * features + column] if of_input else moment.before[:, column - features]
        uses.append(_once(tensor, unit - first, given))
    return uses
