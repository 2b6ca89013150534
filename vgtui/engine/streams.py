"""Random streams by purpose: changing one setting leaves every other stream alone."""

from __future__ import annotations

import numpy as np

WEIGHTS, BATCHES, DROPOUT, NOISE = range(4)
"""What a stream is for."""


def stream(seed: int, *key: int) -> np.random.Generator:
    """The generator for a purpose and its place (layer, parameter, block ...): the same bits every time."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))


def counted(seed: int, purpose: int) -> int:
    """The key, 64 bits as a signed integer, of a purpose whose numbers are counted (see kernels.random)."""
    sequence = np.random.SeedSequence(seed, spawn_key=(purpose,))
    return int(sequence.generate_state(1, np.uint64).view(np.int64)[0])
