"""NPZ: numpy's zip of arrays, read without trusting a byte of it.

Only what an array's header claims, once that is known to be small enough, is unpacked; only plain numbers and
text are read, never pickles.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.typing import NDArray

from vgtui.data import limits
from vgtui.data.dataset import Floats, Labels, Samples, entry_names
from vgtui.data.labels import (
    Origin,
    check_finite,
    labels_of_numbers,
    labels_of_texts,
    quoted,
    shortened,
)
from vgtui.scenario.errors import DataError, nearest
from vgtui.scenario.model import Task

INPUT_NAMES = ("inputs", "x", "X")
TARGET_NAMES = ("targets", "y")
TARGET_SHAPES = ("(samples,)", "(samples, columns)")
INPUT_SHAPES = (
    *TARGET_SHAPES,
    "(samples, height, width)",
    "(samples, height, width, channels) or (samples, channels, height, width)",
)
"""By the number of dimensions, from 1 on. A sequence, (samples, steps, channels), looks like a grey image."""
MOST_CHANNELS_LAST = 4
"""Of RGBA; more are taken for channels only where PyTorch has them, before height and width."""
MAX_HEADER = 10_000
MAX_DIGITS = 20
MAX_DIRECTORY = 1_000_000
CHUNK = 1 << 18
NPY_MAGIC = b"\x93NUMPY"
END_RECORD = b"PK\x05\x06"
END_RECORD_SIZE = 22
ZIP64_LOCATOR = b"PK\x06\x07"
ZIP64_LOCATOR_SIZE = 20

BROKEN = (BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, RuntimeError, ValueError)
"""What `zipfile` raises for archives that are cut short, altered, encrypted or otherwise not for us."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an array claims to be, before any of it is unpacked."""

    name: str
    member: ZipInfo
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran: bool

    @property
    def rows(self) -> int:
        return self.shape[0]

    @property
    def columns(self) -> int:
        return math.prod(self.shape[1:])

    @property
    def is_text(self) -> bool:
        return self.dtype.kind in "US"


def read_npz(file: BinaryIO, target: str | None, task: Task) -> Samples:
    """The samples of an NPZ archive, as `numpy.savez` and `savez_compressed` write them.

    Inputs are the array `inputs`, `x` or `X`: (n,), (n, features), images (n, height, width),
    (n, height, width, channels) or (n, channels, height, width) as `channels_are_last` tells, or sequences
    (n, steps, channels). The target is the array named `target`, else `targets` or `y`: (n,) or (n, targets)
    numbers, or (n,) text. The samples of images come out with their channels first.
    Raises DataError, its place the array (`inputs[3, 0]`, counted from 0).
    """
    check_directory(file)
    try:
        with ZipFile(file) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            inputs = _header(archive, members, INPUT_NAMES, INPUT_SHAPES)
            targets = _header(archive, members, TARGET_NAMES if target is None else (target,), TARGET_SHAPES)
            _check_fit(inputs, targets)
            values = _as_floats(_array(archive, inputs))
            check_finite(values, _origin(inputs))
            labels, class_names = _labels(_array(archive, targets), targets, task)
    except BROKEN as error:
        raise DataError(shortened(f"not a sound NPZ archive: {error}")) from None
    shape = inputs.shape[1:] or (1,)
    if len(shape) == 3 and channels_are_last(shape):
        values, shape = _channels_first(values, shape)
    target_names = (targets.name,) if class_names else entry_names((targets.columns,), targets.name)
    return Samples(values, labels, shape, entry_names(shape), class_names, target_names)


def channels_are_last(image: tuple[int, ...]) -> bool:
    """Whether the three sizes of an image are height, width and channels, and not channels, height and width.

    They are where the last is at most 4 and smaller than both others: what has more rows and columns than colours.
    """
    *others, last = image
    return last <= MOST_CHANNELS_LAST and last < min(others)


def _channels_first(values: Floats, image: tuple[int, ...]) -> tuple[Floats, tuple[int, ...]]:
    """Images (n, height * width * channels) as (n, channels * height * width), and the shape of one."""
    images = values.reshape(-1, *image).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(images).reshape(values.shape), images.shape[1:]


def check_directory(file: BinaryIO, most: int = MAX_DIRECTORY) -> None:
    """Refuses a directory of more than `most` bytes, which `zipfile` would read whole. Raises DataError."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - (1 << 16) - END_RECORD_SIZE - ZIP64_LOCATOR_SIZE))
    tail = file.read()
    file.seek(0)
    at = len(tail) - END_RECORD_SIZE
    if at < 0 or not (tail.startswith(END_RECORD, at) and tail.endswith(b"\0\0")):
        at = tail.rfind(END_RECORD)
    if at < 0 or at + END_RECORD_SIZE > len(tail):
        raise DataError("not an NPZ archive")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    if directory > most or tail.startswith(ZIP64_LOCATOR, max(0, at - ZIP64_LOCATOR_SIZE)):
        raise DataError("an archive of too many members for an NPZ")


def _header(
    archive: ZipFile, members: dict[str, ZipInfo], names: tuple[str, ...], shapes: tuple[str, ...]
) -> Header:
    """The header of the first of `names` that the archive holds, its size checked, its shape one of `shapes`."""
    name = next((name for name in names if name in members), None)
    if name is None:
        wanted = " or ".join(quoted(name) for name in names)
        place = "data.target" if len(names) == 1 else ""
        raise DataError(shortened(f"no array named {wanted}{_held(names[0], members)}"), place=place)
    member = members[name]
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise DataError("packed in a way that numpy does not use", place=name)
    with archive.open(member) as stream:
        text = _header_text(stream, name)
    dtype, shape, fortran = _parsed(text, name)
    if not 1 <= len(shape) <= len(shapes) or 0 in shape[1:]:
        raise DataError(shortened(f"shape {shape} is not {' or '.join(shapes)}"), place=name)
    limits.check_size(shape[0], math.prod(shape[1:]), place=name, shaped=len(shape) > 2)
    if math.prod(shape) * dtype.itemsize > limits.MAX_VALUES * 8:
        raise DataError(f"{math.prod(shape) * dtype.itemsize:,} bytes of text are too many", place=name)
    return Header(name, member, dtype, shape, fortran)


def _held(name: str, members: Iterable[str]) -> str:
    printable = [member for member in members if member.isprintable() and len(member) <= 100]
    return nearest(name, printable) or "; the archive is empty"


def _header_text(stream: IO[bytes], name: str) -> str:
    """The text of an NPY header (format versions 1 and 2), `stream` left where the numbers begin."""
    magic = stream.read(8)
    if not magic.startswith(NPY_MAGIC) or magic[6:7] not in (b"\1", b"\2"):
        raise DataError("not an array in the NPY format", place=name)
    length = int.from_bytes(stream.read(2 if magic[6] == 1 else 4), "little")
    text = stream.read(length) if length <= MAX_HEADER else b""
    if len(text) != length:
        raise DataError("its header is cut short, or too long", place=name)
    return text.decode("latin-1")


def _parsed(text: str, name: str) -> tuple[np.dtype[Any], tuple[int, ...], bool]:
    """Type, shape, order of a header such as `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.

    Read by pattern, not evaluated: only plain types are taken, so objects, records and dates are refused.
    """
    descr = re.search(r"""['"]descr['"]\s*:\s*(['"]([^'"]*)['"])?""", text)
    order = re.search(r"""['"]fortran_order['"]\s*:\s*(True|False)""", text)
    shape = re.search(r"""['"]shape['"]\s*:\s*\(([\d\s,L]*)\)""", text)
    sizes = re.findall(r"\d+", shape.group(1)) if shape else []
    if descr is None or order is None or shape is None or len(max(sizes, key=len, default="")) > MAX_DIGITS:
        raise DataError("its header makes no sense", place=name)
    kind = descr.group(2) or "records"
    if not re.fullmatch(r"[<>|=]?[biufSU]\d{1,9}", kind):
        pickled = " (pickled objects are never read)" if "O" in kind else ""
        raise DataError(f"type {quoted(kind)} is neither numbers nor text{pickled}", place=name)
    try:
        dtype = np.dtype(kind)
    except (TypeError, ValueError):
        raise DataError(f"type {quoted(kind)} is unknown", place=name) from None
    if dtype.itemsize == 0:
        raise DataError("text of no length", place=name)
    return (
        dtype,
        tuple(int(size) for size in sizes),
        order.group(1) == "True",
    )


def _check_fit(inputs: Header, targets: Header) -> None:
    if inputs.is_text:
        raise DataError("text, and inputs must be numbers", place=inputs.name)
    if targets.is_text and targets.columns != 1:
        raise DataError(f"{targets.columns} columns of text; one names the class", place=targets.name)
    if inputs.rows != targets.rows:
        raise DataError(
            f"{targets.rows:,} targets for {inputs.rows:,} rows of {inputs.name!r}", place=targets.name
        )
    limits.check_rows(inputs.rows, place=inputs.name)


def _array(archive: ZipFile, header: Header) -> NDArray[Any]:
    """The array, (n, columns), unpacked no further than its header claims."""
    count = math.prod(header.shape)
    data = bytearray(count * header.dtype.itemsize)
    filled = 0
    with archive.open(header.member) as stream:
        _header_text(stream, header.name)
        while filled < len(data) and (chunk := stream.read(min(CHUNK, len(data) - filled))):
            data[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
        if filled < len(data) or stream.read(1):  # reading on to the end also checks the checksum
            raise DataError("not as long as its header says", place=header.name)
    array = np.frombuffer(data, dtype=header.dtype).reshape(
        header.shape, order="F" if header.fortran else "C"
    )
    return array.reshape(header.rows, header.columns)


def _as_floats(array: NDArray[Any]) -> Floats:
    with np.errstate(all="ignore"):  # what overflows is inf, and told as such
        return np.ascontiguousarray(array, dtype=np.float64)


def _labels(array: NDArray[Any], header: Header, task: Task) -> tuple[Labels, tuple[str, ...]]:
    if not header.is_text:
        return labels_of_numbers(_as_floats(array), task, _origin(header))
    try:
        texts = _texts(array)
    except UnicodeDecodeError as error:
        raise DataError(f"not text: {error.reason}", place=header.name) from None
    return labels_of_texts(texts, task, _origin(header))


def _texts(array: NDArray[Any]) -> list[str]:
    """Cells of bytes (UTF-8) or of UTF-32, (n, 1), as text without their padding.

    Decoded here, since numpy's own `tolist` gives a SystemError for numbers that are no character.
    """
    encoding = "utf-8" if array.dtype.kind == "S" else "utf-32-le"
    data, size = array.astype(array.dtype.newbyteorder("<")).tobytes(), array.dtype.itemsize
    cells = (data[at : at + size] for at in range(0, len(data), size))
    return [cell.decode(encoding).rstrip("\0").strip() for cell in cells]


def _origin(header: Header) -> Origin:
    """Numpy's own way to name an entry."""

    def entry(row: int, column: int) -> str:
        index = [row, *map(int, np.unravel_index(column, header.shape[1:]))]
        return f"{header.name}{index}"

    return Origin(header.name, entry)
