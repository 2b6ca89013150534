"""What a network is shown of two inputs: squares, product and sines beside the inputs themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from vgtui.data.dataset import Floats
from vgtui.scenario.errors import DataError, nearest

PLACE = "data.features"

FEATURES: dict[str, tuple[str, Callable[[Floats, Floats], Floats]]] = {
    "x1": ("{0}", lambda x1, x2: x1),
    "x2": ("{1}", lambda x1, x2: x2),
    "x1_squared": ("{0}²", lambda x1, x2: x1 * x1),
    "x2_squared": ("{1}²", lambda x1, x2: x2 * x2),
    "x1_x2": ("{0}·{1}", lambda x1, x2: x1 * x2),
    "sin_x1": ("sin {0}", lambda x1, x2: np.sin(x1)),
    "sin_x2": ("sin {1}", lambda x1, x2: np.sin(x2)),
}
"""TensorFlow Playground's list: a feature's name -> how it is called on the screen, and its formula."""


def expand_features(inputs: Floats, names: Sequence[str]) -> Floats:
    """The features `names` of two inputs, (n, 2) -> (n, len(names)); the inputs themselves without names.

    Numbers too large to be squared come out as infinities.
    Raises DataError, its place `data.features`, for inputs that are not two, and for names that are unknown
    or come twice.
    """
    if not names:
        return inputs
    check_features(inputs.shape[1:], names)
    x1, x2 = inputs[:, 0], inputs[:, 1]
    with np.errstate(all="ignore"):
        return np.column_stack([FEATURES[name][1](x1, x2) for name in names])


def called(names: Sequence[str], inputs: tuple[str, ...]) -> tuple[str, ...]:
    """What the features `names` of inputs called so are called: `x1²` or `sin width`."""
    return tuple(FEATURES[name][0].format(*inputs) for name in names) or inputs


def check_features(input_shape: tuple[int, ...], names: Sequence[str]) -> None:
    """Raises DataError as `expand_features`, for inputs of that shape."""
    if names and input_shape != (2,):
        count = " x ".join(map(str, input_shape)) or "1"
        raise DataError(f"made of two inputs, and this data has {count}; remove `features`", place=PLACE)
    for index, name in enumerate(names):
        if name not in FEATURES:
            raise DataError(f"unknown name {name!r}{nearest(name, FEATURES)}", place=f"{PLACE}[{index}]")
        if name in names[:index]:
            raise DataError(f"{name!r} comes a second time", place=f"{PLACE}[{index}]")
