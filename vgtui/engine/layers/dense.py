"""A fully connected layer."""

from __future__ import annotations

import math

import numpy as np

from vgtui.engine.compiler import Compiler
from vgtui.engine.initializers import draw_bias, draw_weight
from vgtui.engine.operations import dense
from vgtui.engine.stages import AFTER_WEIGHT
from vgtui.engine.table import PARAM, WEIGHTS
from vgtui.scenario.model import Conv, Dense


def lower(compiler: Compiler, number: int, entry: int, layer: Dense) -> None:
    """Affine map, normalisation, activation, dropout, skip. Whatever shape comes in is flattened."""
    first = len(compiler.instructions)
    source, shape = compiler.outputs[-1]
    inputs = math.prod(shape)
    axes, unfolded = (1, 0), ()
    if len(shape) == 3:  # an image: the weight's columns count (channels, height, width), as PyTorch flattens
        axes, unfolded = (2, 3, 1, 0), (layer.units, shape[2], shape[0], shape[1])
    start = compiler.parameter(number, "weight", layer.units, inputs, axes=axes, unfolded=unfolded)
    compiler.parameter(number, "bias", layer.units)
    tensor = compiler.tensor(layer.units)
    faces = (dense.forward, dense.backward, dense.push, dense.nudge)
    fields = {PARAM: start, WEIGHTS: layer.units * inputs}
    compiler.emit(faces, AFTER_WEIGHT, number, source, tensor, fields=fields)
    tensor = compiler.normalize(number, layer.normalization, tensor)
    tensor = compiler.activate(number, layer.activation, layer.slope_alpha, tensor)
    compiler.instructions[first][dense.AHEAD] = tensor
    tensor = compiler.drop_out(number, layer.dropout, tensor)
    if layer.skip is not None:
        tensor = compiler.skip(number, entry, layer, tensor, (layer.units,))
    compiler.end_layer(first, tensor, (layer.units,))


def initial(layer: Dense, number: int, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """weight by `init`, bias by `bias_init`; normalisation begins as the identity."""
    if name == "weight":
        return draw_weight(layer, number, (shape[0], shape[1]), seed)
    if name == "bias":
        return draw_bias(layer, number, seed)
    if name == "norm_weight":
        return np.ones(shape)
    if name == "alpha":
        return np.full(shape, layer.slope_alpha)
    return np.zeros(shape)


def origin(layer: Dense | Conv, name: str) -> tuple[object, ...]:
    """The settings that decide how a parameter begins. A critical weight's bias is drawn too."""
    if name == "weight":
        return (layer.init, layer.init_scale, layer.gain)
    if name == "bias":
        return (layer.bias_init, layer.bias_scale, layer.init == "critical")
    return (layer.slope_alpha,) if name == "alpha" else ()


def describe(layer: Dense) -> str:
    """10 sigmoid."""
    return f"{layer.units} {layer.activation}"
