"""CSV: a header row, then numbers, and one column that is the target."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import BinaryIO

import numpy as np

from vgtui.data import limits
from vgtui.data.dataset import Floats, Samples
from vgtui.data.labels import Origin, is_missing, labels_of_texts, missing, quoted, shortened
from vgtui.scenario.errors import DataError, nearest
from vgtui.scenario.model import Task

DELIMITERS = (",", ";", "\t")
MAX_LINE = 2_000_000
MAX_LINES = 2 * limits.MAX_ROWS
MAX_NAME = 200


def read_csv(file: BinaryIO, target: str | None, task: Task) -> Samples:
    """The samples of a CSV file: UTF-8, a header row, the delimiter a comma, semicolon or tab.

    Every column but the target is a feature, and numeric (as Python's `float` reads numbers). Blank lines are
    passed over. Rows in errors are lines of the file, as editors and spreadsheets count them from 1.
    Raises DataError.
    """
    records = _records(file)
    row, cells = next(records, (1, []))
    if not cells:
        raise DataError("holds nothing but blank lines")
    names = _header(cells, row)
    index = _target_index(names, target)
    features = (*names[:index], *names[index + 1 :])
    inputs, texts, rows = _body(records, names, index)
    origin = Origin(f"column {names[index]!r}", lambda at, _: f"row {rows[at]}, column {names[index]!r}")
    labels, class_names = labels_of_texts(texts, task, origin)
    return Samples(inputs, labels, (len(features),), features, class_names, (names[index],))


def _records(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Every record that is not blank, with the row that it ends on."""
    lines = _lines(file)
    blank = 0
    for first in lines:
        if first.strip():
            break
        blank += 1
    else:
        return
    delimiter = _delimiter(first)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True, skipinitialspace=True)
    try:
        for cells in reader:
            if len(cells) > 1 or "".join(cells).strip():
                yield blank + reader.line_num, cells
    except csv.Error as error:
        raise DataError(f"not well-formed CSV: {error}", place=f"row {blank + reader.line_num}") from None


def _delimiter(header: str) -> str:
    """The delimiter that parts the header into most columns."""

    def columns(mark: str) -> int:
        try:
            return len(next(csv.reader([header], delimiter=mark)))
        except csv.Error:  # with this mark a field would be too long; a fault of the file itself is met later
            return 0

    return max(DELIMITERS, key=columns)


def _lines(file: BinaryIO) -> Iterator[str]:
    """The lines with their ends, whichever of the three ends they have.

    Read as bytes and decoded one by one, so that a fault can name its row.
    """
    number = 0
    while chunk := file.readline(MAX_LINE):
        if len(chunk) == MAX_LINE:
            raise DataError(f"a line of {MAX_LINE:,} bytes or more", place=f"row {number + 1}")
        for raw in chunk.splitlines(keepends=True):
            number += 1
            if number > MAX_LINES:
                raise DataError(f"more than {MAX_LINES:,} lines")
            yield _decoded(raw, number)


def _decoded(raw: bytes, number: int) -> str:
    if b"\0" in raw:
        raise DataError("binary, not CSV text in UTF-8", place=f"row {number}")
    try:
        return raw.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        raise DataError(
            f"not UTF-8 text (byte 0x{byte:02x}); save it as UTF-8", place=f"row {number}"
        ) from None


def _header(cells: Sequence[str], row: int) -> tuple[str, ...]:
    """The columns' names: there, different, and fit to be shown."""
    limits.check_size(1, len(cells), place=f"row {row}")
    names = tuple(" ".join(cell.split()) for cell in cells)
    for index, name in enumerate(names):
        place = f"row {row}, column {index + 1}"
        if not name:
            raise DataError("the column has no name; name it or remove it", place=place)
        if len(name) > MAX_NAME or not name.isprintable():
            raise DataError(f"{quoted(name)} will not do as a column's name", place=place)
        if name in names[:index]:
            raise DataError(f"a second column named {quoted(name)}", place=place)
    if all(_is_number(name) for name in names):
        raise DataError("numbers, where the first row must name the columns", place=f"row {row}")
    if len(names) == 1:
        raise DataError(
            "only one column (tried comma, semicolon and tab); a target and a feature are needed",
            place=f"row {row}",
        )
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _target_index(names: tuple[str, ...], target: str | None) -> int:
    """Where the target's column is."""
    if target is None:
        raise DataError(shortened(f"say which column is the target: {', '.join(names)}"), place="data.target")
    if target not in names:
        raise DataError(shortened(f"no column {quoted(target)}{nearest(target, names)}"), place="data.target")
    return names.index(target)


def _body(
    records: Iterator[tuple[int, list[str]]], names: tuple[str, ...], target: int
) -> tuple[Floats, list[str], array[int]]:
    """Inputs (n, features), the target as text, and each sample's row in the file."""
    values, texts, rows = array("d"), list[str](), array("q")
    features = (*names[:target], *names[target + 1 :])
    for row, cells in records:
        if len(cells) != len(names):
            given = f"{len(cells)} value{'s' * (len(cells) != 1)}"
            raise DataError(f"{given} where the header names {len(names)} columns", place=f"row {row}")
        limits.check_size(len(rows) + 1, len(names), place=f"row {row}")
        texts.append(cells.pop(target).strip())
        values.fromlist(_numbers(cells, features, row))
        rows.append(row)
    limits.check_rows(len(rows))
    return np.frombuffer(values).reshape(len(rows), len(features)), texts, rows


def _numbers(cells: list[str], features: tuple[str, ...], row: int) -> list[float]:
    """A row's features, looked at one by one only where one is amiss: most of the time goes here."""
    try:
        numbers = list(map(float, cells))
        if math.isfinite(sum(numbers)):
            return numbers
    except ValueError:
        pass
    return [_number(cell, f"row {row}, column {name!r}") for cell, name in zip(cells, features, strict=True)]


def _number(cell: str, place: str) -> float:
    if is_missing(cell):
        raise missing(cell, place)
    try:
        number = float(cell)
    except ValueError:
        hint = "; decimals take a point" if _is_number(cell.replace(",", ".")) else ""
        raise DataError(
            f"{quoted(cell)} is not a number, and a feature must be one{hint}", place=place
        ) from None
    if not math.isfinite(number):
        raise DataError(f"{quoted(cell)} is not a finite number", place=place)
    return number
