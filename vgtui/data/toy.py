"""Toy sets: a name, a generator. Small enough to see, hard enough to need hidden layers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vgtui.data.builtin import BuiltIn
from vgtui.data.dataset import Floats, Integers, Labels, Shape
from vgtui.data.streams import data_stream
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Data


def moons(data: Data, seed: int) -> tuple[Floats, Integers]:
    """Two interleaved half circles, the samples of scikit-learn's `make_moons`.

    Class 0 is (cos t, sin t), class 1 is (1 - cos t, 1/2 - sin t), t evenly spaced over 0..pi, ends included;
    then shuffled, then Gaussian noise on both coordinates.
    """
    outer, inner = _halves(data.sample_count)
    t, u = np.linspace(0, np.pi, outer), np.linspace(0, np.pi, inner)
    first = np.column_stack((np.cos(t), np.sin(t)))
    second = np.column_stack((1 - np.cos(u), 1 - np.sin(u) - 0.5))  # in this order: the same rounding
    return _shuffled_then_noisy([first, second], data.noise, np.random.RandomState(seed))


def circles(data: Data, seed: int) -> tuple[Floats, Integers]:
    """A circle within a circle, the samples of scikit-learn's `make_circles`.

    Class 0 has radius 1, class 1 radius `data.factor`; angles evenly spaced over 0..2 pi without the end;
    then shuffled, then Gaussian noise on both coordinates.
    """
    outer, inner = _halves(data.sample_count)
    first, second = (
        radius * np.column_stack((np.cos(angles), np.sin(angles)))
        for radius, count in ((1.0, outer), (data.factor, inner))
        for angles in (np.linspace(0, 2 * np.pi, count, endpoint=False),)
    )
    return _shuffled_then_noisy([first, second], data.noise, np.random.RandomState(seed))


def blobs(data: Data, seed: int) -> tuple[Floats, Integers]:
    """Gaussian clouds, the samples of scikit-learn's `make_blobs` with `cluster_std = data.noise`.

    Centres uniform over the square -10..10, one cloud a class; then shuffled.
    """
    random = np.random.RandomState(seed)
    counts = _shares(data.sample_count, _class_count(data))
    centres = random.uniform(-10.0, 10.0, size=(len(counts), 2))
    clouds = [
        random.normal(loc=centre, scale=data.noise, size=(count, 2))
        for centre, count in zip(centres, counts, strict=True)
    ]
    return _shuffled_then_noisy(clouds, 0.0, random)


def xor(data: Data, seed: int) -> tuple[Floats, Integers]:
    """Exclusive or: class 1 where x1 and x2 differ in sign, the quadrants equally full.

    |x1| and |x2| are uniform over 0.3..5.3, the square and the gap of TensorFlow Playground; Gaussian noise
    moves the points once they have their class.
    """
    random = data_stream(seed)
    quadrant = np.arange(data.sample_count) % 4
    signs = np.column_stack((1 - 2 * (quadrant % 2), 1 - 2 * (quadrant // 2)))
    points = signs * random.uniform(0.3, 5.3, size=signs.shape)
    different = signs[:, 0] != signs[:, 1]
    return _shuffled_then_noisy([points[~different], points[different]], data.noise, random)


def spiral(data: Data, seed: int) -> tuple[Floats, Integers]:
    """One spiral arm a class: x = r (sin a, cos a), r = 5 t, a = 3.5 pi t + 2 pi k / classes for class k.

    t = 1/n, 2/n .. 1 over the n samples of an arm. TensorFlow Playground's spiral (its arms all start at the
    origin, where t = 0 would give one point to every class), with Gaussian noise on both coordinates.
    """
    classes = _class_count(data)
    arms = []
    for index, count in enumerate(_shares(data.sample_count, classes)):
        t = np.arange(1, count + 1) / count
        angle = 3.5 * np.pi * t + 2 * np.pi * index / classes
        arms.append(5 * t[:, None] * np.column_stack((np.sin(angle), np.cos(angle))))
    return _shuffled_then_noisy(arms, data.noise, data_stream(seed))


def sine(data: Data, seed: int) -> tuple[Floats, Floats]:
    """Regression: y = sin(x) + noise, x uniform over -pi..pi, noise Gaussian."""
    random = data_stream(seed)
    x = random.uniform(-np.pi, np.pi, size=(data.sample_count, 1))
    return x, np.sin(x) + data.noise * random.standard_normal(x.shape)


def plane(data: Data, seed: int) -> tuple[Floats, Floats]:
    """Regression: y = (x1 + x2) / 10 + noise, x1 and x2 uniform over -6..6, noise Gaussian.

    TensorFlow Playground's plane.
    """
    random = data_stream(seed)
    x = random.uniform(-6.0, 6.0, size=(data.sample_count, 2))
    y = x.sum(axis=1, keepdims=True) / 10
    return x, y + data.noise * random.standard_normal(y.shape)


PEAKS = np.array([[x1, x2] for x2 in (2.5, -2.5) for x1 in (-4.0, 0.0, 4.0)])
"""Where the peaks of `gaussians` are; upwards and downwards in turn."""


def gaussians(data: Data, seed: int) -> tuple[Floats, Floats]:
    """Regression: six peaks, y = +-(1 - d / 2) within d = 2 of the nearest and 0 beyond, + noise.

    x1 and x2 uniform over -6..6, noise Gaussian. TensorFlow Playground's multi-Gaussian.
    """
    random = data_stream(seed)
    x = random.uniform(-6.0, 6.0, size=(data.sample_count, 2))
    distances = np.linalg.norm(x[:, None, :] - PEAKS, axis=2)
    nearest = distances.argmin(axis=1)
    heights = np.clip(1 - distances.min(axis=1) / 2, 0.0, None)
    y = np.where(nearest % 2 == 0, heights, -heights)[:, None]
    return x, y + data.noise * random.standard_normal(y.shape)


def _points(
    generate: Callable[[Data, int], tuple[Floats, Labels]],
    *,
    names: tuple[str, ...] = ("x1", "x2"),
    classes: int = 2,
    any_classes: bool = False,
) -> BuiltIn:
    """A set of points; `classes` 0 for regression, `any_classes` where `data.classes` may say another number."""

    def shape(data: Data) -> Shape:
        count = data.classes or classes
        if count > data.sample_count:
            raise DataError(
                f"{data.sample_count} samples are too few for {count} classes", place="data.classes"
            )
        return Shape((len(names),), count, 1)

    return BuiltIn(generate, shape, lambda _: names, ("classes",) if any_classes else ())


TOYS: dict[str, BuiltIn] = {
    "moons": _points(moons),
    "circles": _points(circles),
    "xor": _points(xor),
    "spiral": _points(spiral, any_classes=True),
    "blobs": _points(blobs, classes=3, any_classes=True),
    "sine": _points(sine, names=("x",), classes=0),
    "plane": _points(plane, classes=0),
    "gaussians": _points(gaussians, classes=0),
}


def _class_count(data: Data) -> int:
    return TOYS[data.source].shape(data).classes


def _halves(count: int) -> tuple[int, int]:
    """The first class has one fewer where `count` is odd."""
    return count // 2, count - count // 2


def _shares(count: int, classes: int) -> list[int]:
    """The first classes have one more where `count` cannot be shared evenly."""
    return [count // classes + (index < count % classes) for index in range(classes)]


def _shuffled_then_noisy(
    parts: list[Floats], noise: float, random: np.random.RandomState | np.random.Generator
) -> tuple[Floats, Integers]:
    """The classes' points, (n, 2) each, in random order and then moved: scikit-learn's order of draws."""
    inputs = np.concatenate(parts)
    labels = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.arange(len(inputs))
    random.shuffle(order)
    inputs, labels = inputs[order], labels[order]
    if noise > 0:
        inputs += random.normal(scale=noise, size=inputs.shape)
    return inputs, labels.astype(np.int64)
