"""What the network answers, where it is asked: over the plane of two inputs, along one, for images, along time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.engine.simulation import Simulation
from vgtui.scenario.cells import is_recurrent

MOST_SAMPLES = 600
"""Samples of each part that are told of."""

MOST_IMAGES = 24
NO_NUMBER = "The network answers nothing that is a number any more."
MARGIN = 0.08
"""Of the extent of the samples, on every side of them."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Samples of the data. places (n, 1) or (n, 2) float64; labels (n,): class numbers, or values of the target.

    test (n,) bool: whether each is held back.
    """

    places: np.ndarray
    labels: np.ndarray
    test: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The answer over a grid of two inputs.

    x, y     (columns,), (rows,) float64: the places of the grid, y from the top down
    answer   (rows, columns): of two classes the probability of the second, of more the class, else the first output
    sure     (rows, columns): of more than two classes the probability of that class, else 1
    classes  how many; 0 for regression
    low, high  what the ends of the colours stand for
    """

    names: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    answer: np.ndarray
    sure: np.ndarray
    classes: int
    low: float
    high: float
    samples: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """The answer along the only input. x, answer (points,): as in Plane; more than two classes by the class."""

    name: str
    x: np.ndarray
    answer: np.ndarray
    classes: int
    samples: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Images:
    """Some samples as images (n, height, width), what they are and what the network takes them for, both (n,).

    sure (n,): the probability of the guess; from_test: whether they were held back. Class names where they have any.
    """

    images: np.ndarray
    labels: np.ndarray
    guesses: np.ndarray
    sure: np.ndarray
    from_test: bool
    class_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class AlongTime:
    """One sequence: what the network would answer if nothing but zeros came after step t.

    inputs   (steps, channels); answer (steps,): of classes the probability of the right one, else the first output
    guesses  (steps,) the class, empty for regression; target: the class, or the value
    """

    inputs: np.ndarray
    answer: np.ndarray
    guesses: np.ndarray
    target: float
    classes: int
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoPicture:
    """Why there is no picture, in a sentence."""

    reason: str


Decision = Plane | Curve | Images | AlongTime | NoPicture


def decision(sim: Simulation, columns: int, rows: int) -> Decision:
    """The picture that fits the network's data; a map of `columns` x `rows` places."""
    shape, names = sim.dataset.input_shape, sim.dataset.feature_names
    if len(shape) == 2 and sim.scenario.data.source != "digits" and is_recurrent(sim.scenario):
        return _along_time(sim)
    if len(shape) > 1:
        return _images(sim)
    if len(names) == 1:
        return _curve(sim, columns)
    if is_plane(sim):
        return _plane(sim, columns, rows)
    return NoPicture(f"A sample has {len(names)} inputs: a picture needs one or two, an image or a sequence.")


def answers(sim: Simulation, inputs: np.ndarray) -> np.ndarray:
    """(n, units): probabilities where classes are told apart, also of a network that ends in logits."""
    raw = sim.predict(inputs)
    if not sim.dataset.class_names or sim.scenario.expanded()[-1][1].activation != "linear":
        return raw
    if raw.shape[1] == 1:
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * raw))
    shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def _by_class(given: np.ndarray) -> np.ndarray:
    """(n, classes) probabilities, also of a network with one output for two classes."""
    return np.concatenate([1.0 - given, given], axis=1) if given.shape[1] == 1 else given


def _told(given: np.ndarray, classes: int) -> tuple[np.ndarray, np.ndarray]:
    """(answer, sure) of (n, units) answers, as Plane tells them."""
    if classes > 2 or (classes == 2 and given.shape[1] == 2):
        guess = given.argmax(axis=1)
        if classes == 2:
            return given[:, 1], np.ones(len(given))
        return guess.astype(np.float64), given.max(axis=1)
    return given[:, 0], np.ones(len(given))


def _samples(sim: Simulation, chosen: list[int]) -> Samples:
    """The first samples of both parts; of their features those that are chosen."""
    data = sim.dataset
    parts = ((data.train_inputs, data.train_labels), (data.test_inputs, data.test_labels))
    found = [(inputs[:MOST_SAMPLES][:, chosen], labels[:MOST_SAMPLES]) for inputs, labels in parts]
    counts = [len(inputs) for inputs, _ in found]
    labels = np.concatenate([labels.reshape(len(labels), -1)[:, 0] for _, labels in found])
    return Samples(np.concatenate([inputs for inputs, _ in found]), labels, np.repeat([False, True], counts))


def _extent(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    margin = MARGIN * (high - low) or 1.0
    return low - margin, high + margin


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Places over two inputs, and the inputs (rows * columns, features) that the network is given there.

    names, x, y, samples: as in Plane
    """

    names: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    inputs: np.ndarray
    samples: Samples


def is_plane(sim: Simulation) -> bool:
    """Whether the data has two inputs, or features that are made of two."""
    names = sim.dataset.feature_names
    return len(sim.dataset.input_shape) == 1 and (len(names) == 2 or {"x1", "x2"} <= set(names))


def grid_of(sim: Simulation, columns: int, rows: int) -> Grid:
    """The places of a map, `columns` x `rows`, over the samples and a margin around them; where `is_plane`."""
    names = sim.dataset.feature_names
    chosen = [names.index("x1"), names.index("x2")] if len(names) > 2 else [0, 1]
    samples = _samples(sim, chosen)
    x = np.linspace(*_extent(samples.places[:, 0]), columns)
    y = np.linspace(*_extent(samples.places[:, 1])[::-1], rows)
    places = np.stack([np.tile(x, rows), np.repeat(y, columns)], axis=1)
    return Grid((names[chosen[0]], names[chosen[1]]), x, y, _as_shown(sim, places, chosen), samples)


def _plane(sim: Simulation, columns: int, rows: int) -> Plane | NoPicture:
    grid, classes = grid_of(sim, columns, rows), len(sim.dataset.class_names)
    samples, given = grid.samples, answers(sim, grid.inputs)
    if not np.isfinite(given).any():
        return NoPicture(NO_NUMBER)
    answer, sure = _told(given, classes)
    low, high = (0.0, 1.0) if classes else (float(samples.labels.min()), float(samples.labels.max()))
    return Plane(
        names=grid.names,
        x=grid.x,
        y=grid.y,
        answer=answer.reshape(rows, columns),
        sure=sure.reshape(rows, columns),
        classes=classes,
        low=low,
        high=high,
        samples=samples,
    )


def _as_shown(sim: Simulation, grid: np.ndarray, chosen: list[int]) -> np.ndarray:
    """The inputs of a grid over two of the features; the others are made of those two, as they were for the data.

    x1 and x2 are shown as they are drawn, but for a scale and an offset: two points tell which.
    """
    data = sim.dataset
    if len(data.feature_names) == 2:
        return grid
    ends = data.transform(np.array([[0.0, 0.0], [1.0, 1.0]]))[:, chosen]
    drawn = (grid - ends[0]) / (ends[1] - ends[0])
    return np.asarray(data.transform(drawn))


def _curve(sim: Simulation, columns: int) -> Curve:
    data = sim.dataset
    samples = _samples(sim, [0])
    x = np.linspace(*_extent(samples.places[:, 0]), 2 * columns)
    classes = len(data.class_names)
    return Curve(data.feature_names[0], x, _told(answers(sim, x[:, None]), classes)[0], classes, samples)


def _images(sim: Simulation) -> Images | NoPicture:
    data = sim.dataset
    held_back = len(data.test_inputs) > 0
    inputs = (data.test_inputs if held_back else data.train_inputs)[:MOST_IMAGES]
    labels = (data.test_labels if held_back else data.train_labels)[:MOST_IMAGES]
    if not data.class_names:
        return NoPicture("A picture of images needs classes to guess.")
    shape = data.input_shape[-2:]
    given = answers(sim, inputs)
    both = _by_class(given)
    pictures = inputs.reshape(len(inputs), -1, *shape).mean(axis=1)
    return Images(pictures, labels, both.argmax(axis=1), both.max(axis=1), held_back, data.class_names)


def _along_time(sim: Simulation) -> AlongTime:
    data = sim.dataset
    held_back = len(data.test_inputs) > 0
    first = (data.test_inputs if held_back else data.train_inputs)[0]
    label = (data.test_labels if held_back else data.train_labels)[0]
    steps, channels = data.input_shape
    seen = np.tril(np.ones((steps, steps), bool))[:, :, None]
    given = answers(sim, np.where(seen, first.reshape(1, steps, channels), 0.0).reshape(steps, -1))
    classes = len(data.class_names)
    if not classes:
        target, answer, guesses = float(np.ravel(label)[0]), given[:, 0], np.empty(0, np.int64)
    else:
        both = _by_class(given)
        target, answer, guesses = float(label), both[:, int(label)], both.argmax(axis=1)
    names = tuple(name.removesuffix("[0]") for name in data.feature_names[:channels])
    return AlongTime(first.reshape(steps, channels), answer, guesses, target, classes, names)
