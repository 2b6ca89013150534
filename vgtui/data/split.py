"""Which samples are taken, and the split into training and test part."""

from __future__ import annotations

import math

import numpy as np

from vgtui.data.dataset import Integers
from vgtui.scenario.errors import DataError


def choice(count: int, wanted: int, random: np.random.Generator) -> Integers:
    """Indices of `wanted` samples of `count`, at random; under the same seed a larger choice begins with a smaller."""
    return random.permutation(count)[:wanted].astype(np.int64)


def split(count: int, test_fraction: float, seed: int) -> tuple[Integers, Integers]:
    """Indices of the training and of the test samples, of `count` in all.

    The same as scikit-learn's `train_test_split(..., test_size=test_fraction, random_state=seed)`: the first
    ceil(test_fraction * count) of a random permutation are the test part, the rest the training part. With
    a fraction of 0 every sample is for training, in its own order.
    Raises DataError where no sample is left for training.
    """
    if test_fraction == 0:
        return np.arange(count, dtype=np.int64), np.empty(0, dtype=np.int64)
    tests = math.ceil(test_fraction * count)
    if tests >= count:
        raise DataError(
            f"{test_fraction:g} of {count} samples leaves none for training; at most"
            f" {(count - 1) / count:.6g} would do",
            place="data.test_fraction",
        )
    order = np.random.RandomState(seed).permutation(count).astype(np.int64)
    return order[tests:], order[:tests]
