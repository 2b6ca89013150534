"""How much of a file is read: nothing that a person is handed can hang the program or fill the memory."""

from __future__ import annotations

from vgtui.data import allowance
from vgtui.scenario.errors import DataError

MAX_BYTES = 200_000_000
MIN_ROWS = 4
MAX_ROWS = 1_000_000
MAX_COLUMNS = 4096
MAX_ENTRIES = 65_536
"""Numbers in one image or sequence: 256 x 256 grey pixels."""
MAX_VALUES = 50_000_000
"""Rows times columns: 400 MB as float64. MNIST's training part has 47 million."""
MAX_CLASSES = 100
COPIES = 4
"""Of the samples, at most, at one time: as read, split, prepared and in the engine's order."""


def check_rows(count: int, *, place: str = "") -> None:
    """Raises DataError for fewer rows than can be trained on."""
    if count < MIN_ROWS:
        rows = "no rows" if count == 0 else "1 row" if count == 1 else f"{count} rows"
        raise DataError(f"{rows} of data; at least {MIN_ROWS} are needed", place=place)


def check_size(rows: int, columns: int, *, place: str = "", shaped: bool = False) -> None:
    """Raises DataError for more rows, columns or values than are read; `shaped` for images and sequences."""
    for count, most, what in (
        (rows, MAX_ROWS, "rows"),
        (columns, MAX_ENTRIES, "numbers in a sample") if shaped else (columns, MAX_COLUMNS, "columns"),
        (rows * columns, MAX_VALUES, "values"),
    ):
        if count > most:
            raise DataError(f"{count:,} {what}; at most {most:,} are read", place=place)
    needed, allowed = COPIES * 8 * rows * columns, allowance.current().memory
    if needed > allowed:
        size, room = allowance.written(needed), allowance.written(allowed)
        raise DataError(f"{rows:,} rows would need about {size} of memory; {room} are allowed", place=place)
