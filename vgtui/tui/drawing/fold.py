"""A whole depth in few rows: when there are more layers than rows, each row stands for a run of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

Run = tuple[int, int]
"""The items start..stop-1 that one row stands for."""


@lru_cache(maxsize=64)
def fold(count: int, rows: int, alone: tuple[int, ...] = ()) -> tuple[Run, ...]:
    """`count` items as at most `rows` runs, in order, each item in one of them.

    Runs are of one length (the last may be shorter); the items in `alone` keep a row of their own as long as
    there are rows enough. count <= rows folds nothing.
    """
    if rows <= 0 or count <= 0:
        return ()
    if count <= rows:
        return tuple((index, index + 1) for index in range(count))
    kept = sorted({index for index in alone if 0 <= index < count})
    if rows < 2 * len(kept) + 1:
        kept = []
    length = max(2, -(-count // rows))
    while len(runs := _runs(count, length, kept)) > rows:
        length += 1
    return tuple(runs)


def _runs(count: int, length: int, kept: list[int]) -> list[Run]:
    """Runs of `length` items between the kept ones."""
    runs: list[Run] = []
    start = 0
    for stop in [*kept, count]:
        runs += [(first, min(first + length, stop)) for first in range(start, stop, length)]
        if stop < count:
            runs.append((stop, stop + 1))
        start = stop + 1
    return runs


def label(run: Run) -> str:
    """`7`, or `12-15` for a run of several."""
    return str(run[0]) if run[1] - run[0] == 1 else f"{run[0]}-{run[1] - 1}"


def common_name(names: Sequence[str], run: Run) -> str:
    """The name of the items in a run; of the first of them, marked, where they differ."""
    start, stop = run
    first = names[start]
    alike = stop - start == 1 or all(name == first for name in names[start:stop])
    return first if alike else f"{first}…"


def row_of(runs: Sequence[Run], item: int) -> int:
    """The row that stands for `item`; -1 where none does."""
    return next((row for row, (start, stop) in enumerate(runs) if start <= item < stop), -1)


def item_at(runs: Sequence[Run], row: int) -> int | None:
    """The first item that a row stands for; None where there is no such row."""
    return runs[row][0] if 0 <= row < len(runs) else None


def mean_of(values: np.ndarray) -> float:
    """The mean of those that are numbers; nan where none is."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else math.nan


def spread(
    values: np.ndarray, runs: Sequence[Run], absent: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Smallest, mean and largest of each run of log10 values, the mean being that of the geometric mean.

    values: (..., items); all three are (..., runs).
    A nan in a run makes the run nan: what is wrong in one layer must show. Items that are `absent`, one bool
    each, do not count; nan where all of a run are. Without runs, three empty arrays.
    """
    if not runs:
        return np.empty(0), np.empty(0), np.empty(0)
    values = np.asarray(values, np.float64)[..., : runs[-1][1]]
    if len(runs) == values.shape[-1]:
        alone = values if absent is None else np.where(absent[: len(runs)], np.nan, values)
        return alone, alone, alone
    starts = np.array([start for start, _ in runs])
    missing = np.zeros(values.shape, bool) if absent is None else absent[: values.shape[-1]]
    counts = np.add.reduceat(~missing, starts, axis=-1, dtype=np.int64)
    with np.errstate(invalid="ignore"):
        mean = np.add.reduceat(np.where(missing, 0.0, values), starts, axis=-1) / counts
    low = np.minimum.reduceat(np.where(missing, np.inf, values), starts, axis=-1)
    high = np.maximum.reduceat(np.where(missing, -np.inf, values), starts, axis=-1)
    low[counts == 0] = high[counts == 0] = np.nan
    return low, mean, high
