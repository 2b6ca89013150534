"""Sequence tasks: the answer lies far back in time, so the gradient must reach there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vgtui.data import limits
from vgtui.data.builtin import BuiltIn
from vgtui.data.dataset import Floats, Integers, Labels, Shape
from vgtui.data.streams import data_stream
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data

SYMBOLS = 4
"""Symbols to recall where `data.classes` says no other number."""

DISTRACTORS = 2
PERIODS = (20.0, 7.0)
"""Of the two sines of `wave`, in steps."""


def adding(data: Data, seed: int) -> tuple[Floats, Floats]:
    """Regression: the sum of the two marked numbers, + noise; inputs (samples, length, 2).

    Channel 0 holds numbers uniform over [0, 1), channel 1 two ones among zeros, one anywhere in the first
    length // 2 steps and one in the rest. Hochreiter & Schmidhuber's adding problem (Long Short-Term Memory,
    Neural Computation 9, 1997) in the form of Arjovsky, Shah & Bengio (Unitary Evolution Recurrent Neural
    Networks, 2016): always to answer 1 has a mean squared error of 1/6. The noise is Gaussian.
    """
    random, half = data_stream(seed), data.sequence_length // 2
    inputs = np.zeros((data.sample_count, data.sequence_length, 2))
    inputs[:, :, 0] = random.random(inputs.shape[:2])
    sample = np.arange(data.sample_count)
    first = random.integers(0, half, data.sample_count)
    second = random.integers(half, data.sequence_length, data.sample_count)
    inputs[sample, first, 1] = inputs[sample, second, 1] = 1
    sums = inputs[sample, first, 0] + inputs[sample, second, 0]
    return inputs, (sums + data.noise * random.standard_normal(data.sample_count))[:, None]


def recall(data: Data, seed: int) -> tuple[Floats, Integers]:
    """Which symbol came first? Inputs (samples, length, classes + 2): one-hot, + Gaussian noise.

    The first step holds one of `classes` symbols, the class, each as often as the others; every later step
    holds one of two distractors at random. As in Hochreiter & Schmidhuber's experiment 2
    (1997), one symbol is to be kept, and those after it tell nothing.
    """
    random, channels = data_stream(seed), len(recall_channels(data))
    classes = channels - DISTRACTORS
    labels = random.permutation(np.arange(data.sample_count) % classes)
    symbols = random.integers(classes, channels, (data.sample_count, data.sequence_length))
    symbols[:, 0] = labels
    inputs = np.zeros((*symbols.shape, channels))
    inputs.reshape(-1)[np.arange(symbols.size) * channels + symbols.reshape(-1)] = 1
    return _noisy(inputs, data.noise, random), labels


def parity(data: Data, seed: int) -> tuple[Floats, Integers]:
    """Class 1 where an odd number of bits are set; inputs (samples, length, 1): 1 and -1, + Gaussian noise.

    Every bit is a fair coin, and every one of them counts: to have missed one is to know nothing.
    """
    random = data_stream(seed)
    bits = random.integers(0, 2, (data.sample_count, data.sequence_length), dtype=np.int8)
    inputs = np.where(bits[:, :, None] == 1, 1.0, -1.0)
    return _noisy(inputs, data.noise, random), bits.sum(axis=1, dtype=np.int64) % 2


def wave(data: Data, seed: int) -> tuple[Floats, Floats]:
    """Regression: the next value of a wave; inputs (samples, length, 1).

    Value t is (sin(2 pi t / 20 + p) + sin(2 pi t / 7 + q)) / 2 + noise, p and q uniform over 0..2 pi for each
    sample. The noise is Gaussian and on the answer too, as on everything that is measured.
    """
    random = data_stream(seed)
    phases = random.uniform(0, 2 * np.pi, (len(PERIODS), data.sample_count, 1))
    t = 2 * np.pi * np.arange(data.sequence_length + 1)
    values = np.zeros((data.sample_count, len(t)))
    for period, phase in zip(PERIODS, phases, strict=True):
        values += np.sin(t / period + phase) / len(PERIODS)
    values = _noisy(values, data.noise, random)
    return values[:, :-1, None], values[:, -1:].copy()


def recall_channels(data: Data) -> tuple[str, ...]:
    """One channel a symbol, then one a distractor."""
    symbols = (f"symbol {index}" for index in range(data.classes or SYMBOLS))
    return (*symbols, *(f"distractor {index}" for index in range(DISTRACTORS)))


def _noisy(values: Floats, noise: float, random: np.random.Generator) -> Floats:
    """Drawn last, so that it leaves what is under it alone."""
    if noise > 0:
        values += random.normal(scale=noise, size=values.shape)
    return values


def _sequence(
    generate: Callable[[Data, int], tuple[Floats, Labels]],
    channels: Callable[[Data], tuple[str, ...]],
    classes: Callable[[Data], int],
    takes: tuple[str, ...] = (),
) -> BuiltIn:
    """A task of `data.length` steps of these channels; `classes` 0 for regression to one number."""

    def shape(data: Data) -> Shape:
        steps, width = data.sequence_length, len(channels(data))
        if data.sample_count * steps * width > limits.MAX_VALUES:
            raise DataError(
                f"{data.sample_count:,} samples of {steps:,} steps of {width:,} numbers are"
                f" {data.sample_count * steps * width:,} numbers; at most {limits.MAX_VALUES:,} are drawn",
                place="data.length",
            )
        return Shape((steps, width), classes(data), 1)

    def names(data: Data) -> tuple[str, ...]:
        return tuple(f"{name}[{t}]" for t in range(data.sequence_length) for name in channels(data))

    return BuiltIn(generate, shape, names, ("length", *takes))


SEQUENCES: dict[str, BuiltIn] = {
    "adding": _sequence(adding, lambda _: ("number", "marker"), lambda _: 0),
    "recall": _sequence(recall, recall_channels, lambda data: data.classes or SYMBOLS, ("classes",)),
    "parity": _sequence(parity, lambda _: ("bit",), lambda _: 2),
    "wave": _sequence(wave, lambda _: ("value",), lambda _: 0),
}
