"""The user's own file, CSV or NPZ: opened with care, every fault one line that names the file."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from vgtui.data import limits
from vgtui.data.archive import read_npz
from vgtui.data.dataset import Samples
from vgtui.data.table import read_csv
from vgtui.scenario.errors import DataError
from vgtui.scenario.model import Task

NOT_READ = {
    ".npy": "is one array alone; inputs and targets go into an .npz: numpy.savez(name, inputs=..., targets=...)",
    ".xlsx": "is a workbook; save its sheet as CSV",
    ".parquet": "is Parquet; save it as CSV, or its arrays as .npz",
}
"""Endings of files that a person may well try first -> what to do with them."""


def read_file(path: Path, target: str | None, task: Task) -> Samples:
    """The samples of an NPZ file (named so: `.npz`) or else of a CSV file.

    target   the target's column (CSV, required) or array (NPZ, by default `targets` or `y`)
    task     what the target is; `auto` decides as `labels.is_classes` says

    Raises DataError, its source the path.
    """
    suffix = path.suffix.lower()
    if suffix in NOT_READ:
        raise DataError(NOT_READ[suffix], source=str(path))
    read = read_npz if suffix == ".npz" else read_csv
    try:
        with _open(path) as file:
            return read(file, target, task)
    except DataError as error:
        raise DataError(error.message, place=error.place, source=str(path)) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(f"cannot be read: {reason}", source=str(path)) from None


def _open(path: Path) -> BinaryIO:
    """The file, opened; looked at first, since opening a pipe or a device may wait for ever."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise DataError("no such file") from None
    except ValueError:  # a null character within the name
        raise DataError("not a file name") from None
    if stat.S_ISDIR(status.st_mode):
        raise DataError("is a directory, not a file")
    if not stat.S_ISREG(status.st_mode):
        raise DataError("is not a regular file")
    file = path.open("rb")
    size = os.fstat(file.fileno()).st_size
    if 0 < size <= limits.MAX_BYTES:
        return file
    file.close()
    if size == 0:
        raise DataError("is empty")
    raise DataError(f"is {size:,} bytes; at most {limits.MAX_BYTES:,} are read")
