"""Counted random numbers once more, in plain Python: which word decides on which entry, and how it is drawn."""

from __future__ import annotations

from typing import Any

import numpy as np

DROPOUT, NOISE = 2, 3
"""Spawn keys of the seed's streams."""

Four = tuple[int, int, int, int]


def philox(counter: Four, key: tuple[int, int]) -> Four:
    """Philox4x32-10, from the paper: Salmon et al. 2011, section 4.3."""
    a, b, c, d = counter
    left, right = key
    for _ in range(10):
        high_a, low_a = divmod(0xD2511F53 * a, 2**32)
        high_c, low_c = divmod(0xCD9E8D57 * c, 2**32)
        a, b, c, d = high_c ^ b ^ left, low_c, high_a ^ d ^ right, low_a
        left, right = (left + 0x9E3779B9) % 2**32, (right + 0xBB67AE85) % 2**32
    return a, b, c, d


def key_of(seed: int, purpose: int) -> tuple[int, int]:
    """The key of a stream of the seed, low word first."""
    words = np.random.SeedSequence(seed, spawn_key=(purpose,)).generate_state(2, np.uint32)
    return int(words[0]), int(words[1])


def words(seed: int, purpose: int, layer: int, step: int, count: int) -> list[Four]:
    """The first blocks of a layer in a step, `count` of them."""
    key = key_of(seed, purpose)
    return [philox((block, layer, step % 2**32, step >> 32), key) for block in range(count)]


def dropout_mask(
    seed: int, step: int, layer: int, rows: int, width: int, rate: float
) -> np.ndarray[Any, Any]:
    """The mask (rows, width) of a layer: the first words of all blocks, then the second ones, and so on."""
    size = rows * width
    drawn = np.array(words(seed, DROPOUT, layer, step, size // 4 + 1))
    whole, rest = drawn[: size // 4].T.ravel(), drawn[size // 4, : size % 4]
    kept = np.concatenate([whole, rest]) >= np.floor(rate * 2**32)
    return np.where(kept, 1 / (1 - rate), 0.0).reshape(rows, width)
