"""What every set that vgtui brings has in common: a generator, and what comes out of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vgtui.data.dataset import Floats, Labels, Samples, Shape
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A set that needs no file.

    generate   (data, seed) -> inputs (n, *input_shape) and labels, as in Samples
    shape      what they come to, known without generating; DataError for settings that do not fit together
    names      of the numbers of one sample
    takes      which of the settings that not every set has may be set: `classes`, `length`
    most       how many samples there are, where it is a collection; None where any number is made
    """

    generate: Callable[[Data, int], tuple[Floats, Labels]]
    shape: Callable[[Data], Shape]
    names: Callable[[Data], tuple[str, ...]]
    takes: tuple[str, ...] = ()
    most: int | None = None

    def draw(self, data: Data, seed: int) -> Samples:
        """The samples. Raises DataError where the noise overflows."""
        shape = self.shape(data)
        with np.errstate(all="ignore"):  # what overflows is told below
            inputs, labels = self.generate(data, seed)
        if not (np.isfinite(inputs).all() and np.isfinite(labels).all()):
            raise DataError(f"{data.noise:g} takes samples out of the range of float64", place="data.noise")
        return Samples(
            inputs=inputs.reshape(len(inputs), shape.features),
            labels=labels,
            input_shape=shape.input_shape,
            feature_names=self.names(data),
            class_names=tuple(str(index) for index in range(shape.classes)),
            target_names=("class",) if shape.classes else ("y",),
        )
