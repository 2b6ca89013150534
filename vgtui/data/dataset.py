"""What data is on its way to the network: samples as read or drawn, then a training and a test part."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = Floats | Integers


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network's two ends must fit: its inputs, and the answer that is asked for.

    input_shape   of one sample: (features,), an image (height, width) or (channels, height, width), or a
                  sequence (steps, channels)
    classes       how many classes; 0 for regression
    targets       columns of the target: 1 for classification
    """

    input_shape: tuple[int, ...]
    classes: int
    targets: int

    @property
    def features(self) -> int:
        """How many numbers a sample has."""
        return math.prod(self.input_shape)


@dataclass(frozen=True, slots=True)
class Samples:
    """Every sample, before the split.

    inputs        (n, features) float64: each sample flattened, the last index of `input_shape` the fastest
    labels        (n,) int64 for classification, (n, targets) float64 for regression
    """

    inputs: Floats
    labels: Labels
    input_shape: tuple[int, ...]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples in two parts, C-contiguous, every number finite. The test part may be empty.

    train_inputs, test_inputs   (n, features) float64: what the network is shown, each sample flattened, the
                                last index of its shape the fastest
    train_labels, test_labels   (n,) int64 classes counted from 0, or (n, targets) float64 for regression
    input_shape                 of one sample, as in Shape
    class_names                 empty for regression
    transform                   raw inputs, (n, columns) as in the file (images with their channels first) or as
                                drawn -> what the network is shown of them, (n, features): `data.features`,
                                then the scaling fitted on the training part; numbers out of the range of
                                float64 become infinities
    """

    train_inputs: Floats
    train_labels: Labels
    test_inputs: Floats
    test_labels: Labels
    input_shape: tuple[int, ...]
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]
    transform: Callable[[Floats], Floats]

    @property
    def shape(self) -> Shape:
        """The same as `describe` gives, without reading anything again."""
        return Shape(self.input_shape, len(self.class_names), len(self.target_names))


def entry_names(shape: tuple[int, ...], stem: str = "x") -> tuple[str, ...]:
    """A name for every number of a sample: `x`, or `x1` .. in a plain vector, else its index, `x[0, 7]`."""
    if len(shape) > 1:
        return tuple(f"{stem}{list(index)}" for index in product(*map(range, shape)))
    return (stem,) if shape == (1,) else tuple(f"{stem}{index + 1}" for index in range(shape[0]))
