"""Networks of images in the plainest numpy, loop by loop, (channels, height, width); complex numbers pass through.

An analytic function's derivative is Im f(x + ih) / h, exact to rounding for h = 1e-200 (Squire & Trapp 1998):
so the forward pass alone is a reference for gradients.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from vgtui.scenario.model import Conv, Dense, Layer, Pool, Scenario

Array = np.ndarray[Any, Any]
TINY = 1e-200

ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
    "relu": lambda z: np.where(z.real > 0.0, z, 0.0),
}


def padding(size: int, layer: Conv) -> tuple[int, int, int]:
    """(zeros before, zeros after, places made) along one axis."""
    if layer.padding == "valid":
        return 0, 0, (size - layer.kernel) // layer.stride + 1
    made = math.ceil(size / layer.stride)
    zeros = max((made - 1) * layer.stride + layer.kernel - size, 0)
    return zeros // 2, zeros - zeros // 2, made


def convolve(x: Array, weight: Array, bias: Array, layer: Conv) -> Array:
    """x (n, in, h, w), weight (out, in, k, k)."""
    (top, bottom, rows), (left, right, columns) = (padding(size, layer) for size in x.shape[2:])
    padded = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    out = np.zeros((len(x), len(weight), rows, columns), x.dtype)
    for y in range(rows):
        for column in range(columns):
            at = (y * layer.stride, column * layer.stride)
            seen = padded[:, :, at[0] : at[0] + layer.kernel, at[1] : at[1] + layer.kernel]
            out[:, :, y, column] = np.tensordot(seen, weight, ([1, 2, 3], [1, 2, 3])) + bias
    return out


def pooled(x: Array, layer: Pool) -> Array:
    """The first of the largest of each window, or its mean."""
    if layer.kind == "global_average":
        return x.mean((2, 3))
    size = layer.size
    rows, columns = x.shape[2] // size, x.shape[3] // size
    windows = x[:, :, : rows * size, : columns * size].reshape(*x.shape[:2], rows, size, columns, size)
    windows = windows.transpose(0, 1, 2, 4, 3, 5).reshape(*x.shape[:2], rows, columns, size * size)
    if layer.kind == "average":
        return windows.mean(-1)
    best = np.argmax(windows.real, -1)[..., None]
    return np.take_along_axis(windows, best, -1)[..., 0]


def normalized(z: Array, kind: str, weight: Array, bias: Array) -> Array:
    """Over batch and places, or over the channels of each place. (n, channels) or (n, channels, h, w)."""
    axes = ((0, *range(2, z.ndim)), (1,))[kind == "layer"]
    shape = (1, -1, *[1] * (z.ndim - 2))
    centred = z - z.mean(axes, keepdims=True)
    spread = np.sqrt((centred**2).mean(axes, keepdims=True) + 1e-5)
    return weight.reshape(shape) * (centred / spread) + bias.reshape(shape)


def _layer(layer: Layer, own: dict[str, Array], x: Array, earlier: list[Array]) -> Array:
    if isinstance(layer, Pool):
        return pooled(x, layer)
    if isinstance(layer, Conv):
        out = convolve(x, own["weight"], own["bias"], layer)
    else:
        out = x.reshape(len(x), -1) @ own["weight"].T + own["bias"]
    if layer.normalization != "none":
        out = normalized(out, layer.normalization, own["norm_weight"], own["norm_bias"])
    out = ACTIVATIONS[layer.activation](out)
    return out if layer.skip is None else earlier[-layer.skip] + layer.skip_scale * out


def loss(scenario: Scenario, parameters: dict[str, Array], images: Array, targets: Array) -> Any:
    """The mean squared error. images (n, channels, height, width)."""
    outputs = [images]
    for number, (_, layer) in enumerate(scenario.expanded()):
        own = {n.split(".")[1]: v for n, v in parameters.items() if n.startswith(f"{number}.")}
        outputs.append(_layer(layer, own, outputs[-1], outputs))
    assert isinstance(layer, Dense)
    return ((outputs[-1] - targets) ** 2).mean()


def slope(
    scenario: Scenario, parameters: dict[str, Array], name: str, along: Array, images: Array, targets: Array
) -> float:
    """How the loss moves when the parameter `name` moves along a direction."""
    moved = {n: v.astype(complex) for n, v in parameters.items()}
    moved[name] = moved[name] + 1j * TINY * along
    return float(loss(scenario, moved, images.astype(complex), targets).imag / TINY)
