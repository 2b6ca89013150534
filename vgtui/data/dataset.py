"""What data is on its way to the network: samples as read or drawn, then a training and a test part."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Labels = Floats | Integers


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network's two ends must fit: inputs of `features` numbers, and the answer that is asked for.

    classes   how many classes; 0 for regression
    targets   columns of the target: 1 for classification
    """

    features: int
    classes: int
    targets: int


@dataclass(frozen=True, slots=True)
class Samples:
    """Every sample, before the split.

    inputs   (n, features) float64
    labels   (n,) int64 for classification, (n, targets) float64 for regression
    """

    inputs: Floats
    labels: Labels
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples in two parts, C-contiguous, every number finite. The test part may be empty.

    train_inputs, test_inputs   (n, features) float64
    train_labels, test_labels   (n,) int64 classes counted from 0, or (n, targets) float64 for regression
    class_names                 empty for regression
    """

    train_inputs: Floats
    train_labels: Labels
    test_inputs: Floats
    test_labels: Labels
    feature_names: tuple[str, ...]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]

    @property
    def shape(self) -> Shape:
        """The same as `describe` gives, without reading anything again."""
        return Shape(len(self.feature_names), len(self.class_names), len(self.target_names))
