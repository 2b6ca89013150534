"""The latest pass as a graph of scalar derivatives: what paths, spectra and losses of gradient are read from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.analysis.graph.build import (
    Read,
    read_conv,
    read_dense,
    read_graph,
    read_layer,
    read_pool,
)
from vgtui.analysis.graph.model import Graph, Link, Scaled, Tensor
from vgtui.analysis.graph.recurrent import read_recurrent
from vgtui.scenario.model import Conv, Dense, Gru, Lstm, Pool, Rnn

if TYPE_CHECKING:
    from vgtui.engine.simulation import Simulation

__all__ = ["Graph", "Link", "Scaled", "Tensor", "graph_of", "graph_of_layer"]

KINDS: dict[type, Read] = {
    Dense: read_dense,
    Conv: read_conv,
    Pool: read_pool,
    Rnn: read_recurrent,
    Lstm: read_recurrent,
    Gru: read_recurrent,
}
"""How the weights of each kind of layer are read."""


def graph_of(sim: Simulation, sample: int | None = None, *, held: bool = False) -> Graph:
    """The graph of the latest pass; measures first if there was none. See read_graph."""
    return read_graph(sim.network, sim.batch_rows, KINDS, sample, held=held)


def graph_of_layer(sim: Simulation, layer: int, sample: int | None = None) -> Graph:
    """What the weights of one layer alone did in the latest pass. See read_layer."""
    return read_layer(sim.network, sim.batch_rows, KINDS[type(sim.network.layers[layer])], layer, sample)
