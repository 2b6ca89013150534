"""A convolution over the places of an image."""

from __future__ import annotations

import numpy as np

from vgtui.engine.compiler import Compiler, Shape, spell
from vgtui.engine.initializers import draw_bias, draw_weight
from vgtui.engine.layers import dense
from vgtui.engine.operations import convolve, windows
from vgtui.engine.stages import AFTER_WEIGHT
from vgtui.engine.table import OWN, PARAM, PLACES, WEIGHTS
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Conv


def lower(compiler: Compiler, number: int, entry: int, layer: Conv) -> None:
    """Convolution, normalisation, activation, dropout, skip; all but the first place by place."""
    first = len(compiler.instructions)
    source, shape = compiler.outputs[-1]
    height, width, channels = image(shape, number, entry, "conv")
    (rows, top), (columns, left) = (span(n, layer, number, entry) for n in (height, width))
    places, taps = rows * columns, layer.kernel**2
    start = compiler.parameter(
        number, "weight", layer.filters, channels, layer.kernel, layer.kernel, axes=(2, 3, 1, 0)
    )
    compiler.parameter(number, "bias", layer.filters)
    tensor = compiler.tensor(places * layer.filters)
    over = (channels, layer.filters, layer.kernel, layer.stride)
    tiles = windows.tiles(rows, columns, *over)
    geometry = (height, width, channels, rows, columns, *over[1:], top, left, tiles)
    fields = {PARAM: start, WEIGHTS: taps * channels * layer.filters, PLACES: places}
    fields |= {OWN + index: value for index, value in enumerate(geometry)}
    compiler.need_scratch(windows.scratch(height, width, *over, tiles))
    faces = (convolve.forward, convolve.backward, convolve.push, convolve.nudge)
    compiler.emit(faces, AFTER_WEIGHT, number, source, tensor, fields=fields)
    tensor = compiler.normalize(number, layer.normalization, tensor, places)
    tensor = compiler.activate(number, layer.activation, layer.slope_alpha, tensor, places)
    tensor = compiler.drop_out(number, layer.dropout, tensor, places)
    made = (rows, columns, layer.filters)
    if layer.skip is not None:
        tensor = compiler.skip(number, entry, layer, tensor, made)
    compiler.end_layer(first, tensor, made)


def image(shape: Shape, number: int, entry: int, kind: str) -> tuple[int, int, int]:
    """The shape that a layer of images is given. Raises ScenarioError where it is no image."""
    if len(shape) != 3:
        origin = "the data gives" if number == 0 else f"layer {number - 1} gives"
        raise ScenarioError(
            f"{kind} needs an image (height x width x channels), and {origin} {spell(shape)}",
            place=f"layers[{entry}].type",
        )
    height, width, channels = shape
    return height, width, channels


def span(size: int, layer: Conv, number: int, entry: int) -> tuple[int, int]:
    """(places made of `size` places, zeros before the first). Raises ScenarioError where none are made."""
    if layer.padding == "same":
        made = -(-size // layer.stride)
        return made, max((made - 1) * layer.stride + layer.kernel - size, 0) // 2
    if layer.kernel > size:
        raise ScenarioError(
            f"a kernel of {layer.kernel} does not fit in the {size} places that come into layer {number};"
            ' make it smaller, or padding = "same"',
            place=f"layers[{entry}].kernel",
        )
    return (size - layer.kernel) // layer.stride + 1, 0


def initial(layer: Conv, number: int, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """weight by `init`, bias by `bias_init`; normalisation begins as the identity."""
    if name == "weight":
        flat = (shape[0], shape[1] * shape[2] * shape[3])
        return draw_weight(layer, number, flat, seed).reshape(shape)
    if name == "bias":
        return draw_bias(layer, number, seed)
    if name == "norm_weight":
        return np.ones(shape)
    if name == "alpha":
        return np.full(shape, layer.slope_alpha)
    return np.zeros(shape)


def origin(layer: Conv, name: str) -> tuple[object, ...]:
    """The settings that decide how a parameter begins: those of a dense layer."""
    return dense.origin(layer, name)


def describe(layer: Conv) -> str:
    """conv 16 relu."""
    return f"conv {layer.filters} {layer.activation}"
