"""Pooling: the largest or the mean of some places of an image, channel by channel."""

from __future__ import annotations

import numpy as np

from vgtui.engine.compiler import Compiler, Shape
from vgtui.engine.layers.conv import image
from vgtui.engine.operations import pool
from vgtui.engine.stages import AFTER_WEIGHT
from vgtui.engine.table import AUX, OWN, PLACES
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Pool


def lower(compiler: Compiler, number: int, entry: int, layer: Pool) -> None:
    """One instruction that pools and, so that it is measured as any layer is, a linear activation."""
    first = len(compiler.instructions)
    source, shape = compiler.outputs[-1]
    height, width, channels = image(shape, number, entry, "pool")
    whole = layer.kind == "global_average"
    window = (height, width) if whole else (layer.size, layer.size)
    if layer.size > min(height, width) and not whole:
        raise ScenarioError(
            f"a window of {layer.size} does not fit in the {height} x {width} places that come into"
            f" layer {number}",
            place=f"layers[{entry}].size",
        )
    rows, columns = height // window[0], width // window[1]
    places = rows * columns
    tensor = compiler.tensor(places * channels)
    geometry = (height, width, channels, rows, columns, *window)
    fields = {PLACES: places} | {OWN + index: value for index, value in enumerate(geometry)}
    if layer.kind == "max":
        fields[AUX] = compiler.tensor(places * channels)
    compiler.emit(pool.FACES[layer.kind], AFTER_WEIGHT, number, source, tensor, fields=fields)
    tensor = compiler.activate(number, layer.activation, 0.0, tensor, places)
    made: Shape = (channels,) if whole else (rows, columns, channels)
    compiler.end_layer(first, tensor, made)


def initial(layer: Pool, number: int, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """It has no parameters to begin with."""
    raise ValueError(f"a pool has no {name}")


def origin(layer: Pool, name: str) -> tuple[object, ...]:
    """Nothing begins."""
    return ()


def describe(layer: Pool) -> str:
    """max pool 2, or global average."""
    return "global average" if layer.kind == "global_average" else f"{layer.kind} pool {layer.size}"
