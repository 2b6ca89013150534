"""Scaling of the inputs: fitted on the training part alone, so that nothing of the test part leaks in."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vgtui.data.dataset import Floats
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Scaling


def standard(inputs: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation (dividing by n) of each column: scaled, mean 0 and deviation 1."""
    return inputs.mean(axis=0), inputs.std(axis=0)


def minmax(inputs: Floats) -> tuple[Floats, Floats]:
    """Middle and half-width of each column's range: scaled, from -1 to 1."""
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    return low / 2 + high / 2, high / 2 - low / 2


FITS: dict[str, Callable[[Floats], tuple[Floats, Floats]]] = {"standard": standard, "minmax": minmax}
"""A scaling's name -> (centre, width) of each column; scaled is (x - centre) / width."""


def scaled(train: Floats, test: Floats, scaling: Scaling) -> tuple[Floats, Floats]:
    """Both parts, (n, features), scaled by what is fitted on `train`; `none` gives them back as they are.

    A column that is constant in `train` is centred and not divided.
    Raises DataError where a scaled number is outside the range of float64.
    """
    if scaling == "none":
        return train, test
    constant = train.min(axis=0) == train.max(axis=0)
    with np.errstate(all="ignore"):  # what overflows is told below
        centre, width = FITS[scaling](train)
        centre = np.where(constant, train[0], centre)  # the mean of equal numbers may round off them
        width = np.where(constant | (width == 0), 1.0, width)
        results = (train - centre) / width, (test - centre) / width
    if not all(np.isfinite(result).all() for result in results):
        raise DataError(f"{scaling} takes some input out of the range of float64", place="data.scaling")
    return results
