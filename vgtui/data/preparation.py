"""From raw inputs to what the network is shown: features, then a scaling.

The scaling is fitted on the training part alone, so that nothing of the test part leaks in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vgtui.data.dataset import Floats
from vgtui.data.features import PLACE, expand_features
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


@dataclass(frozen=True, slots=True)
class Preparation:
    """Raw inputs (n, columns) -> network inputs (n, features): (features(x) - centre) / width.

    features        names as in `data.features`; none for the inputs as they are
    centre, width   (features,), or None where nothing is scaled
    """

    features: tuple[str, ...]
    scaling: Scaling
    centre: Floats | None = None
    width: Floats | None = None

    def __call__(self, raw_inputs: Floats) -> Floats:
        """What is too large for float64 comes out as an infinity or nan."""
        inputs = expand_features(np.asarray(raw_inputs, dtype=np.float64), self.features)
        if self.centre is None or self.width is None:
            return inputs
        with np.errstate(all="ignore"):
            return (inputs - self.centre) / self.width

    def checked(self, raw_inputs: Floats) -> Floats:
        """The same. Raises DataError where a number leaves the range of float64, its place the key at fault."""
        inputs = self(raw_inputs)
        if np.isfinite(inputs).all():
            return inputs
        if not np.isfinite(expand_features(raw_inputs, self.features)).all():
            raise DataError("some feature is out of the range of float64", place=PLACE)
        raise DataError(f"{self.scaling} takes some input out of the range of float64", place="data.scaling")


def fitted(raw_train: Floats, features: tuple[str, ...], scaling: Scaling) -> Preparation:
    """The preparation whose scaling suits `raw_train`, (n, columns).

    A column that is constant there is centred and not divided. Raises DataError as `expand_features`.
    """
    if scaling == "none":
        return Preparation(features, scaling)
    train = expand_features(raw_train, features)
    constant = train.min(axis=0) == train.max(axis=0)
    with np.errstate(all="ignore"):  # what overflows is told when it is applied
        centre, width = FITS[scaling](train)
    centre = np.where(constant, train[0], centre)  # the mean of equal numbers may round off them
    return Preparation(features, scaling, centre, np.where(constant | (width == 0), 1.0, width))
