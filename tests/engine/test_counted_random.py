"""Counted random numbers: the published words, and the distributions that are made of them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.reference import counted
from vgtui.engine.kernels.random import add_noise, dropout_mask, philox

PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]
"""(counter, key, words) of philox4x32-10: kat_vectors of the authors' Random123."""

FAR = 5.0  # standard errors


def parsed(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


def mask(rate: float, place: int = 0, step: int = 0, key: int = 7, count: int = 200_003) -> np.ndarray:
    values = np.full(count, math.nan)
    dropout_mask(values, rate, place, step, key)
    return values


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_words_that_its_authors_published(counter: str, key: str, words: str) -> None:
    assert philox(*parsed(counter), *parsed(key)) == parsed(words)
    assert counted.philox(parsed(counter), parsed(key)) == parsed(words)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.5, 0.9])
def test_a_mask_drops_its_rate_and_is_one_on_average(rate: float) -> None:
    drawn = mask(rate)
    assert set(np.unique(drawn)) == {0.0, 1.0 / (1.0 - rate)}
    error = math.sqrt(rate * (1.0 - rate) / drawn.size)
    assert abs((drawn == 0.0).mean() - rate) < FAR * error
    assert abs(drawn.mean() - 1.0) < FAR * error / (1.0 - rate)


@pytest.mark.parametrize(
    "other", [{"place": 1}, {"step": 1}, {"step": 2**32}, {"key": 8}, {"key": 7 + 2**32}]
)
def test_masks_of_other_places_steps_and_keys_are_independent(other: dict[str, int]) -> None:
    one, two = mask(0.5) - 1.0, mask(0.5, **other) - 1.0  # each entry -1 or 1
    assert abs((one * two).mean()) < FAR / math.sqrt(one.size)


def test_entries_of_a_mask_are_independent_of_their_neighbours() -> None:
    drawn = mask(0.5) - 1.0
    for apart in (1, 2, 3, 4, 64, drawn.size // 4):
        products = drawn[apart:] * drawn[:-apart]
        assert abs(products.mean()) < FAR / math.sqrt(products.size), apart


def test_a_mask_is_drawn_from_the_words_as_told() -> None:
    seed, step, layer = 42, 2**40 + 5, 3
    low, high = counted.key_of(seed, counted.DROPOUT)
    key = int(np.array(low | high << 32, np.uint64).view(np.int64))
    for rows, width in ((1, 1), (3, 5), (8, 4)):
        told = counted.dropout_mask(seed, step, layer, rows, width, 0.3)
        np.testing.assert_array_equal(mask(0.3, layer, step, key, rows * width), told.ravel())


def test_noise_is_normal() -> None:
    values = np.zeros(200_001)
    add_noise(values, 2.0, 0, 0, 7)
    drawn, n = values / 2.0, len(values)
    assert abs(drawn.mean()) < FAR / math.sqrt(n)
    assert abs(drawn.var() - 1.0) < FAR * math.sqrt(2.0 / n)
    assert abs((drawn**3).mean()) < FAR * math.sqrt(15.0 / n)
    assert abs((drawn**4).mean() - 3.0) < FAR * math.sqrt(96.0 / n)
    assert abs((drawn[1:] * drawn[:-1]).mean()) < FAR / math.sqrt(n)
    for limit in (1.0, 2.0, 3.0):
        share = math.erfc(limit / math.sqrt(2.0))
        assert abs((abs(drawn) > limit).mean() - share) < FAR * math.sqrt(share * (1.0 - share) / n)
