"""Random numbers by counting: a number is a function of a key and of its place, so that no generator has a state.

Philox4x32-10 (Salmon et al. 2011, Parallel random numbers: as easy as 1, 2, 3) turns a counter of four 32-bit
words into four random ones. Counted here are the block of four numbers, the place and the training step: the same
numbers come however a step is reached. Words are kept in int64.
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL, SCALAR
from vgtui.engine.kernels.literals import number

WORD = 0xFFFFFFFF
ROUNDS = 10
FIRST_MULTIPLIER, SECOND_MULTIPLIER = 0xD2511F53, 0xCD9E8D57
FIRST_WEYL, SECOND_WEYL = 0x9E3779B9, 0xBB67AE85
TO_UNIT = 2.0**-32


@njit(**SCALAR)
def philox(c0, c1, c2, c3, k0, k1):
    """Four random words out of four counted ones and a key of two."""
    for _ in range(ROUNDS):
        first = c0 * FIRST_MULTIPLIER
        second = c2 * SECOND_MULTIPLIER
        c0, c1, c2, c3 = (
            (second >> 32) & WORD ^ c1 ^ k0,
            second & WORD,
            (first >> 32) & WORD ^ c3 ^ k1,
            first & WORD,
        )
        k0 = (k0 + FIRST_WEYL) & WORD
        k1 = (k1 + SECOND_WEYL) & WORD
    return c0, c1, c2, c3


@njit(**SCALAR)
def words(block, place, step, key):
    """The four random words of a block, at a place, in a step; the key's 64 bits are its two words."""
    return philox(block, place, step & WORD, (step >> 32) & WORD, key & WORD, (key >> 32) & WORD)


@njit(**KERNEL)
def dropout_mask(mask, rate, place, step, key):
    """Each entry 0 with probability `rate`, to 2^-32, else 1 / (1 - rate): its expectation is 1.

    A word of every block stands beside the same word of the next block, so that blocks are drawn side by side.
    """
    limit = math.floor(rate / TO_UNIT)
    kept = number(mask, 1.0 / (1.0 - rate))
    blocks = mask.size // 4
    for block in range(blocks):
        a, b, c, d = words(block, place, step, key)
        mask[block] = kept if a >= limit else 0.0
        mask[blocks + block] = kept if b >= limit else 0.0
        mask[2 * blocks + block] = kept if c >= limit else 0.0
        mask[3 * blocks + block] = kept if d >= limit else 0.0
    last = words(blocks, place, step, key)
    for k in range(mask.size - 4 * blocks):
        mask[4 * blocks + k] = kept if last[k] >= limit else 0.0


@njit(**KERNEL)
def add_noise(out, deviation, place, step, key):
    """out += deviation * N(0, 1), two normal numbers out of two uniform ones. Box & Muller 1958."""
    for start in range(0, out.size, 4):
        a, b, c, d = words(start // 4, place, step, key)
        for pair, (radial, angular) in enumerate(((a, b), (c, d))):
            radius = deviation * math.sqrt(-2.0 * math.log((radial + 0.5) * TO_UNIT))
            angle = 2.0 * math.pi * TO_UNIT * angular
            k = start + 2 * pair
            if k < out.size:
                out[k] += radius * math.cos(angle)
            if k + 1 < out.size:
                out[k + 1] += radius * math.sin(angle)
