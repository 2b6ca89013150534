"""The random numbers of drawn data."""

from __future__ import annotations

import numpy as np

DATA_STREAM = int.from_bytes(b"data", "big")
"""Spawn key of the data's random stream: apart from those of weights and batches under the same seed."""


def data_stream(seed: int) -> np.random.Generator:
    """The data's own stream under `seed`."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(DATA_STREAM,))))
