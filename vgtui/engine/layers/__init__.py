"""The kinds of layers: one file a kind, each with what it lowers to and how its parameters begin.

lower(compiler, number, entry, layer)              adds the layer's instructions
initial(layer, number, name, shape, seed)          the initial values of one of its parameters
origin(layer, name)                                the settings that decide how one of its parameters begins
describe(layer)                                    its name in records
"""

from __future__ import annotations

from types import ModuleType

import numpy as np

from vgtui.engine.compiler import Compiler
from vgtui.engine.layers import conv, dense, pool, recurrent
from vgtui.scenario.model import Conv, Dense, Gru, Layer, Lstm, Pool, Rnn

KINDS: dict[type, ModuleType] = {
    Dense: dense,
    Conv: conv,
    Pool: pool,
    Rnn: recurrent,
    Lstm: recurrent,
    Gru: recurrent,
}


def lower(compiler: Compiler, number: int, entry: int, layer: Layer) -> None:
    """Add network layer `number`, which the scenario's `layers[entry]` describes."""
    KINDS[type(layer)].lower(compiler, number, entry, layer)


def initial(layer: Layer, number: int, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """The initial values of one parameter of network layer `number`; name without the layer's number."""
    values: np.ndarray = KINDS[type(layer)].initial(layer, number, name, shape, seed)
    return values


def origin(layer: Layer, name: str) -> tuple[object, ...]:
    """The settings that decide how one parameter begins; name without the layer's number."""
    settings: tuple[object, ...] = KINDS[type(layer)].origin(layer, name)
    return settings


def describe(layer: Layer) -> str:
    """A short name for records and panes."""
    return str(KINDS[type(layer)].describe(layer))
