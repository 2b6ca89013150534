"""Where samples come into the engine: images are (channels, height, width) outside and channels last inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.engine.compiler import Shape
from vgtui.scenario.model import Conv, Pool, Scenario


@dataclass(frozen=True, slots=True)
class Door:
    """Turns flattened samples, (n, features), from the data's order to the engine's and back."""

    given: tuple[int, ...]

    def shape(self, scenario: Scenario) -> Shape:
        """Of one sample inside. Two axes are an image of one channel where the first layer is one of images."""
        if len(self.given) == 3:
            channels, height, width = self.given
            return (height, width, channels)
        if len(self.given) == 2 and isinstance(scenario.layers[0], Conv | Pool):
            return (*self.given, 1)
        return self.given

    @property
    def _turns(self) -> bool:
        return len(self.given) == 3 and self.given[0] > 1

    def inward(self, samples: np.ndarray) -> np.ndarray:
        """Samples as the engine takes them, C-contiguous; the same array where the orders agree."""
        if not self._turns:
            return np.ascontiguousarray(samples)
        images = samples.reshape(-1, *self.given).transpose(0, 2, 3, 1)
        return np.ascontiguousarray(images).reshape(samples.shape)

    def outward(self, samples: np.ndarray) -> np.ndarray:
        """Samples of the engine as the data gives them: a copy."""
        if not self._turns:
            return samples.copy()
        channels, height, width = self.given
        images = samples.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)
        return np.ascontiguousarray(images).reshape(samples.shape)
