"""A file's target turned into labels: classes counted from 0, or numbers to regress on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vgtui.data.dataset import Floats, Integers, Labels
from vgtui.data.limits import MAX_CLASSES
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Task

MOST_CLASSES_BY_LOOK = 20
MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
"""Spellings of a missing value, in any case."""
SHOWN = 40
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values came from, in an error's words: the `whole`, and one `entry` (row, column) from 0."""

    whole: str
    entry: Callable[[int, int], str]


def quoted(text: str) -> str:
    """`text` as an error shows it: quoted, control characters escaped, cut short."""
    return repr(text if len(text) <= SHOWN else text[: SHOWN - 1] + "…")


def shortened(message: str) -> str:
    """`message` cut to a line that a terminal can hold: a file may have thousands of names to list."""
    return message if len(message) <= LONGEST else message[: LONGEST - 1] + "…"


def is_missing(text: str) -> bool:
    """Whether a cell holds no value at all."""
    return text.strip().lower() in MISSING


def missing(text: str, place: str) -> DataError:
    """The fault of a cell without a value."""
    shown = f" ({quoted(text)})" if text.strip() else ""
    return DataError(f"missing value{shown}; fill it in or remove the row", place=place)


def check_finite(values: Floats, origin: Origin) -> None:
    """Raises DataError at the first nan or infinity of `values`, (rows, columns)."""
    finite = np.isfinite(values)
    if not finite.all():
        row, column = np.argwhere(~finite)[0].tolist()
        raise DataError(f"{values[row, column]} is not a finite number", place=origin.entry(row, column))


def is_classes(values: Floats) -> bool:
    """Whether a numeric target, (n, targets), is taken for classes where the task is `auto`.

    It is when it is one-hot, or one column of whole numbers, at most 20 different ones, with at least two rows to
    each on average. A text target always is.
    """
    if values.shape[1] != 1:
        return _first_not_one_hot(values) is None
    if not np.array_equal(values, np.rint(values)):
        return False
    different = len(np.unique(values))
    return different <= MOST_CLASSES_BY_LOOK and 2 * different <= len(values)


def labels_of_numbers(values: Floats, task: Task, origin: Origin) -> tuple[Labels, tuple[str, ...]]:
    """Labels and class names of a numeric target, (n, targets).

    Classes in one column are sorted as numbers; several columns are one-hot, and the classes their numbers.
    Raises DataError for a number that is not finite, for classes that are one or too many, and for several columns
    that are to be classes and are not one-hot.
    """
    check_finite(values, origin)
    if task == "regression" or (task == "auto" and not is_classes(values)):
        return values, ()
    if values.shape[1] != 1:
        return _labels_of_one_hot(values, origin)
    found, labels = np.unique(values[:, 0], return_inverse=True)
    names = tuple(repr(value + 0.0).removesuffix(".0") for value in found.tolist())
    return _checked(labels.reshape(-1), names, origin.whole)


def _labels_of_one_hot(values: Floats, origin: Origin) -> tuple[Labels, tuple[str, ...]]:
    wrong = _first_not_one_hot(values)
    if wrong is not None:
        raise DataError(
            f"classes in {values.shape[1]} columns must be one-hot, one 1 and else 0 in a row; row {wrong} is not",
            place=origin.whole,
        )
    labels = values.argmax(axis=1)
    if (labels == labels[0]).all():
        raise DataError(
            f"only one class, column {labels[0]}; two are needed to tell apart", place=origin.whole
        )
    return _checked(labels, tuple(map(str, range(values.shape[1]))), origin.whole)


def _first_not_one_hot(values: Floats) -> int | None:
    """The first row that is not one 1 among zeros."""
    one_hot = ((values == 0) | (values == 1)).all(axis=1) & (values.sum(axis=1) == 1)
    return None if one_hot.all() else int(one_hot.argmin())


def labels_of_texts(texts: Sequence[str], task: Task, origin: Origin) -> tuple[Labels, tuple[str, ...]]:
    """Labels and class names of a target that came as text: as of numbers where every one is a number.

    Classes are sorted by name. Raises DataError as `labels_of_numbers`, for a missing value, for text where
    regression is asked for, and for names that no terminal could show.
    """
    gap = next((row for row, text in enumerate(texts) if is_missing(text)), None)
    if gap is not None:
        raise missing(texts[gap], origin.entry(gap, 0))
    numbers, word = _as_numbers(texts)
    if word is None:
        return labels_of_numbers(numbers, task, origin)
    if task == "regression":
        raise DataError(
            f"{quoted(texts[word])} is not a number, and regression needs one", place=origin.entry(word, 0)
        )
    names = tuple(sorted(set(texts)))
    if len(names) > MAX_CLASSES:
        raise DataError(
            f"{quoted(texts[word])} is text, so all are classes, {len(names):,} of them;"
            f" at most {MAX_CLASSES} are read",
            place=origin.entry(word, 0),
        )
    for name in names:
        if len(name) > LONGEST or not name.isprintable():
            raise DataError(
                f"{quoted(name)} cannot be shown as a class name", place=origin.entry(texts.index(name), 0)
            )
    number = {name: index for index, name in enumerate(names)}
    labels = np.fromiter((number[text] for text in texts), dtype=np.int64, count=len(texts))
    return _checked(labels, names, origin.whole)


def _as_numbers(texts: Sequence[str]) -> tuple[Floats, int | None]:
    """The texts as numbers, (n, 1), and the row of the first that is not one, at which it stops."""
    values = np.empty((len(texts), 1))
    for row, text in enumerate(texts):
        try:
            values[row, 0] = float(text)
        except ValueError:
            return values, row
    return values, None


def _checked(labels: Integers, names: tuple[str, ...], place: str) -> tuple[Integers, tuple[str, ...]]:
    if len(names) == 1:
        raise DataError(f"only one class, {quoted(names[0])}; two are needed to tell apart", place=place)
    if len(names) > MAX_CLASSES:
        raise DataError(f"{len(names):,} classes; at most {MAX_CLASSES} are read", place=place)
    return labels.astype(np.int64), names
