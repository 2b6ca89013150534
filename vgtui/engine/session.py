"""Session files (.vgtui): an npz, read with pickling off, holding its scenarios as TOML. Written atomically."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.lib import format as npy

from vgtui.data import allowance
from vgtui.data.archive import check_directory
from vgtui.engine.history import Course, History, Segment, Snapshot
from vgtui.scenario import library
from vgtui.scenario.errors import DataError, SessionError, UserError
from vgtui.scenario.files import atomic_file
from vgtui.scenario.model import Scenario

FORMAT = "vgtui session 1"
MAX_META = 16 * 2**20
ENTRY = 100
"""Bytes that an entry of the description takes at most once it is read, beside its text."""
MAX_SEGMENTS = 10_000
MAX_DIRECTORY = 8_000_000
"""Bytes of the archive's list of its parts: more than MAX_SEGMENTS ask for."""
MAX_LAYERS = 200_000
"""Of all the scenarios in one file that are not the same: each is compiled before its arrays are believed."""
WRONG = "is not a whole vgtui session; it is damaged or something else"
NUMBERS: dict[str, type] = {"float64": np.float64, "uint8": np.uint8}
"""What arrays that are kept with the notes may be made of."""
PARTS = ("parameters", "first", "second", "running", "initial")


class Counts(NamedTuple):
    """Of the network of a scenario: its parameters, its running statistics, and the steps between two keyframes."""

    parameters: int
    running: int
    stride: int


Count = Callable[[Scenario, Path | None], Counts]
"""Of the network of a scenario whose data files are in that folder."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What a session file holds: the courses, their segments each with its first keyframe, and the present state.

    notes, arrays: see Simulation.
    """

    courses: list[Course]
    course: Course
    current: Snapshot
    step: int
    notes: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @property
    def present(self) -> Segment:
        """The segment that `step` is in."""
        return _segment_at(self.course.segments, self.step)


def write(
    path: Path | BinaryIO,
    history: History,
    step: int,
    current: Snapshot,
    folder: Path,
    notes: dict[str, Any],
    noted: Mapping[str, np.ndarray],
    *,
    compressed: bool = True,
) -> None:
    """Save a timeline and where it stands; `folder` is where relative data files are.

    Raises SessionError; the old file at a path is whole until the new one is.
    """
    arrays = _pack("now", current, None) | {f"notes.{name}": array for name, array in noted.items()}
    before = _last_keyframe(history, step)
    if before is not None:
        arrays |= _pack("before", before[1], None)
    others = [segment for segment in history.all_segments() if segment not in history.segments]
    segments = [*history.segments, *others]
    for index, segment in enumerate(segments):
        arrays |= _pack(str(index), segment.keyframes[segment.start], segment.initial)
    described = [_describe_segment(segment) for segment in segments]
    meta = {
        "format": FORMAT,
        "step": step,
        "last_step": history.last_step,
        **_state_of(current),
        "before": None if before is None else {"step": before[0], **_state_of(before[1])},
        "folder": str(folder.resolve()),
        "segments": described[: len(history.segments)],
        "other_segments": described[len(history.segments) :],
        "branches": [_describe(course, segments) for course in history.courses],
        "branch": history.courses.index(history.present),
        "notes": notes,
        "arrays": {name: [str(array.dtype), len(array)] for name, array in noted.items()},
    }
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    with atomic_file(path, SessionError) if isinstance(path, Path) else nullcontext(path) as file:
        savez = np.savez_compressed if compressed else np.savez
        savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]


def _describe_segment(segment: Segment) -> dict[str, Any]:
    return {
        "scenario": text_of(segment.scenario),
        "start": segment.start,
        "base_step": segment.base_step,
        "base_epoch": segment.base_epoch,
        **_state_of(segment.keyframes[segment.start]),
    }


def _state_of(snapshot: Snapshot) -> dict[str, Any]:
    return {"moments_from": snapshot.moments_from, "scaling": snapshot.scaling.tolist()}


def _last_keyframe(history: History, step: int) -> tuple[int, Snapshot] | None:
    """From which the last update is made again, with its step; None where that is the first of the segment."""
    if history.at(step).start == step:
        return None
    segment, keyframe, snapshot = history.before(step)
    return None if keyframe == segment.start else (keyframe, snapshot)


@lru_cache(maxsize=1024)
def text_of(scenario: Scenario) -> str:
    """As TOML; what is kept every few seconds is written out once."""
    return library.dump(scenario)


def _describe(course: Course, segments: list[Segment]) -> dict[str, Any]:
    return {
        "number": course.number,
        "parent": course.parent,
        "start": course.start,
        "last_step": course.last_step,
        "loss": repr(course.loss),
        "segments": [segments.index(segment) for segment in course.segments],
    }


def _pack(prefix: str, snapshot: Snapshot, initial: np.ndarray | None) -> dict[str, np.ndarray]:
    """In float64, which holds any precision's numbers as they are."""
    values = (snapshot.parameters, *snapshot.moments, snapshot.running, initial)
    pairs = zip(PARTS, values, strict=True)
    return {f"{prefix}.{part}": value.astype(np.float64) for part, value in pairs if value is not None}


def read(path: Path, count: Count, inside: bytes | None = None) -> Saved:
    """Read a session file; or the one `inside` of it. Raises SessionError for anything that is not a whole one.

    No array is unpacked that is larger than the network of its scenario asks for, and of all together no more than
    the process is allowed.
    """
    try:
        with _opened(path) if inside is None else BytesIO(inside) as file:
            _check_directory(file)
            with _Archive(file) as archive:
                return _read(archive, path, count)
    except SessionError as error:
        raise SessionError(error.message, source=str(path)) from None
    except UserError as error:
        raise SessionError(f"holds a scenario that cannot be used: {error}", source=str(path)) from None
    except OSError as error:
        raise SessionError(f"cannot be read: {error.strerror or error}", source=str(path)) from None
    except Exception:  # whatever a damaged archive makes zipfile, zlib, json or numpy raise
        raise SessionError(WRONG, source=str(path)) from None


def _opened(path: Path) -> BinaryIO:
    if not path.is_file():
        raise SessionError("is not a file" if path.exists() else "there is no such file")
    return path.open("rb")


def _check_directory(file: BinaryIO) -> None:
    try:
        check_directory(file, MAX_DIRECTORY)
    except DataError:
        raise SessionError(WRONG) from None


class _Archive(zipfile.ZipFile):
    """A session's, with how much of it may still be unpacked."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._left = allowance.current().memory

    def take(self, size: int) -> None:
        """So many bytes are about to be unpacked. Raises SessionError where they are too many."""
        self._left -= size
        if self._left < 0:
            most = allowance.written(allowance.current().memory)
            raise SessionError(f"would need more than the {most} of memory that are allowed (--memory)")


class _Networks:
    """The scenarios of a file, each read and counted once however often it comes."""

    def __init__(self, count: Callable[[Scenario], Counts]) -> None:
        self._count = count
        self._known: dict[str, tuple[Scenario, Counts]] = {}
        self._layers = 0

    def of(self, text: str) -> tuple[Scenario, Counts]:
        """A scenario and what its network holds. Raises UserError."""
        if text not in self._known:
            scenario = library.parse(text)
            self._layers += len(scenario.expanded())
            if self._layers > MAX_LAYERS:
                raise SessionError(f"holds networks of more than {MAX_LAYERS:,} layers together")
            self._known[text] = scenario, self._count(scenario)
        return self._known[text]


def _read(archive: _Archive, path: Path, count: Count) -> Saved:
    meta = _described(archive)
    if meta["format"] != FORMAT:
        raise SessionError(f"has the format {str(meta['format'])[:40]!r}; this version reads {FORMAT!r}")
    described = [*meta["segments"], *meta.get("other_segments", [])]
    if not meta["segments"] or len(described) > MAX_SEGMENTS:
        raise SessionError("holds no timeline")
    step, last = _whole(meta["step"]), _whole(meta["last_step"])
    folder = _folder(meta, path)
    networks = _Networks(lambda scenario: count(scenario, folder))
    segments = [_segment(archive, index, segment, networks) for index, segment in enumerate(described)]
    course = Course(1, 0, 0, segments[: len(meta["segments"])], last)
    courses = [_course(told, segments) for told in meta.get("branches", [])] or [course]
    if "branches" in meta:
        course = courses[_whole(meta["branch"])]
    numbers = [one.number for one in courses]
    if (
        not step <= last == course.last_step
        or numbers != sorted(set(numbers))
        or not all(map(_in_order, courses))
    ):
        raise SessionError("its timeline is out of order")
    counts = count(_segment_at(course.segments, step).scenario, folder)
    now = _snapshot(archive, "now", meta, step, counts)
    if meta.get("before") is not None:
        keyframe, segment = _whole(meta["before"]["step"]), _segment_at(course.segments, step)
        if not segment.start < keyframe < step:
            raise SessionError("its timeline is out of order")
        segment.keyframes[keyframe] = _snapshot(archive, "before", meta["before"], keyframe, counts)
    return Saved(courses, course, now, step, dict(meta.get("notes", {})), _noted(archive, meta))


def _described(archive: _Archive) -> dict[str, Any]:
    """The description; what it takes once it is read, which may be many times its size, is counted before."""
    content = _array(archive, "meta", np.uint8, None).tobytes()
    archive.take(ENTRY * sum(map(content.count, (b",", b"[", b"{"))))
    described: dict[str, Any] = json.loads(content)
    return described


def _noted(archive: _Archive, meta: dict[str, Any]) -> dict[str, np.ndarray]:
    """The arrays that were kept with the notes."""
    described = meta.get("arrays", {})
    if not set(NUMBERS) >= {kind for kind, _ in described.values()} or len(described) > MAX_SEGMENTS:
        raise SessionError("holds notes that are none")
    return {
        str(name): _array(archive, f"notes.{name}", NUMBERS[kind], _whole(length))
        for name, (kind, length) in described.items()
    }


def _course(told: dict[str, Any], segments: list[Segment]) -> Course:
    return Course(
        number=_whole(told["number"]),
        parent=_whole(told["parent"]),
        start=_whole(told["start"]),
        segments=[segments[_whole(index)] for index in told["segments"]],
        last_step=_whole(told["last_step"]),
        loss=float(told["loss"]),
    )


def _in_order(course: Course) -> bool:
    starts = [segment.start for segment in course.segments]
    return starts[0] == 0 and starts == sorted(set(starts)) and starts[-1] <= course.last_step


def _folder(meta: dict[str, Any], path: Path) -> Path:
    """Where relative data files were when the session was saved; where that is gone, beside the session."""
    told = meta.get("folder")
    return Path(told) if isinstance(told, str) and Path(told).is_dir() else path.parent


def _segment(archive: _Archive, index: int, described: dict[str, Any], networks: _Networks) -> Segment:
    scenario, counts = networks.of(str(described["scenario"]))
    segment = Segment(
        scenario=scenario,
        start=_whole(described["start"]),
        base_step=_whole(described["base_step"]),
        base_epoch=float(_whole(described["base_epoch"])),
        initial=_array(archive, f"{index}.initial", np.float64, counts.parameters),
        stride=counts.stride,
    )
    if segment.base_step > segment.start:
        raise SessionError("its timeline is out of order")
    segment.keyframes[segment.start] = _snapshot(archive, str(index), described, segment.start, counts)
    return segment


def _segment_at(segments: list[Segment], step: int) -> Segment:
    return next(segment for segment in reversed(segments) if segment.start <= step)


def _snapshot(
    archive: _Archive, prefix: str, described: dict[str, Any], step: int, counts: Counts
) -> Snapshot:
    moments_from = _whole(described["moments_from"])
    if moments_from > step:
        raise SessionError("its timeline is out of order")
    sizes = (*[counts.parameters] * 3, counts.running)
    parameters, first, second, running = (
        _array(archive, f"{prefix}.{part}", np.float64, size)
        for part, size in zip(PARTS[:4], sizes, strict=True)
    )
    scaling = _scaling(described.get("scaling", [0, 0, 0]), step)
    return Snapshot(parameters, np.stack([first, second]), running, scaling, moments_from)


def _scaling(told: Any, step: int) -> np.ndarray:
    """The state of loss scaling: a power of two that float64 holds, and two counts of steps."""
    exponent, good, skipped = told
    if not abs(exponent) <= 1000 or exponent != int(exponent) or not max(good, skipped) <= step:
        raise SessionError("holds a loss scale that no run arrives at")
    return np.array([exponent, _whole(good), _whole(skipped)], np.float64)


def _whole(value: Any) -> int:
    """A whole number from 0 on."""
    if isinstance(value, bool) or value != int(value) or not 0 <= value < 2**53:
        raise SessionError(f"holds {str(value)[:40]!r} where a count belongs")
    return int(value)


def _array(archive: _Archive, name: str, dtype: type, count: int | None) -> np.ndarray:
    """One flat array of the archive, `count` long (None: MAX_META at most), its header checked before it is read."""
    with archive.open(f"{name}.npy") as file:
        version = npy.read_magic(file)
        reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, found = reader(file)
        if found != np.dtype(dtype) or len(shape) != 1:
            raise SessionError(f"{name} is not what a session holds")
        if shape[0] > MAX_META if count is None else shape[0] != count:
            raise SessionError(f"{name} does not fit its scenario")
        size = shape[0] * found.itemsize
        archive.take(size)
        content = file.read(size + 1)
    if len(content) != size:
        raise SessionError(f"{name} is cut short or too long")
    return np.frombuffer(content, dtype).copy()
