"""Random streams by purpose: changing one setting leaves every other stream alone."""

from __future__ import annotations

import numpy as np

WEIGHTS, BATCHES = range(2)
"""What a stream is for."""


def stream(seed: int, *key: int) -> np.random.Generator:
    """The generator for a purpose and its place (layer, parameter, block ...): the same bits every time."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
