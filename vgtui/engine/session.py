"""Session files (.vgtui): an npz, read with pickling off, holding its scenarios as TOML. Written atomically."""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from vgtui.engine.history import History, Segment, Snapshot
from vgtui.engine.program import Program
from vgtui.scenario import library
from vgtui.scenario.errors import SessionError, UserError

FORMAT = "vgtui session 1"
MAX_META = 16 * 2**20
MAX_ARRAY = 2**31
MAX_SEGMENTS = 10_000
PARTS = ("parameters", "first", "second", "running", "initial")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a session file holds: the timeline's segments, each with its first keyframe, and the present state."""

    segments: list[Segment]
    current: Snapshot
    step: int
    last_step: int


def write(path: Path, history: History, step: int, current: Snapshot) -> None:
    """Save a timeline and where it stands. Raises SessionError; the old file is whole until the new one is."""
    arrays = _pack("now", current, None)
    described = []
    for index, segment in enumerate(history.segments):
        snapshot = segment.keyframes[segment.start]
        arrays |= _pack(str(index), snapshot, segment.initial)
        described.append(
            {
                "scenario": library.dump(segment.scenario),
                "start": segment.start,
                "base_step": segment.base_step,
                "base_epoch": segment.base_epoch,
                "moments_from": snapshot.moments_from,
            }
        )
    meta = {
        "format": FORMAT,
        "step": step,
        "last_step": history.last_step,
        "moments_from": current.moments_from,
        "segments": described,
    }
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    try:
        _write_atomically(path, arrays)
    except OSError as error:
        raise SessionError(f"cannot be written: {error.strerror or error}", source=str(path)) from None


def _pack(prefix: str, snapshot: Snapshot, initial: np.ndarray | None) -> dict[str, np.ndarray]:
    values = (snapshot.parameters, *snapshot.moments, snapshot.running, initial)
    return {f"{prefix}.{part}": value for part, value in zip(PARTS, values, strict=True) if value is not None}


def _write_atomically(path: Path, arrays: dict[str, np.ndarray]) -> None:
    handle, name = tempfile.mkstemp(prefix=".vgtui-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> Saved:
    """Read a session file. Raises SessionError for anything that is not a whole one."""
    try:
        if not path.is_file():
            raise SessionError(
                "is not a file" if path.exists() else "there is no such file", source=str(path)
            )
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except SessionError as error:
        raise SessionError(error.message, source=str(path)) from None
    except UserError as error:
        raise SessionError(f"holds a scenario that cannot be used: {error}", source=str(path)) from None
    except OSError as error:
        raise SessionError(f"cannot be read: {error.strerror or error}", source=str(path)) from None
    except Exception:  # whatever a damaged archive makes zipfile, zlib, json or numpy raise
        raise SessionError(
            "is not a whole vgtui session; it is damaged or something else", source=str(path)
        ) from None


def _read(archive: zipfile.ZipFile) -> Saved:
    if archive.getinfo("meta.npy").file_size > MAX_META:
        raise SessionError("its description is too large")
    meta = json.loads(bytes(_array(archive, "meta", np.uint8)))
    if meta["format"] != FORMAT:
        raise SessionError(f"has the format {str(meta['format'])[:40]!r}; this version reads {FORMAT!r}")
    if not 1 <= len(meta["segments"]) <= MAX_SEGMENTS:
        raise SessionError("holds no timeline")
    segments = [_segment(archive, index, described) for index, described in enumerate(meta["segments"])]
    starts = [s.start for s in segments]
    step, last = _whole(meta["step"]), _whole(meta["last_step"])
    if starts[0] != 0 or starts != sorted(set(starts)) or not max(starts) <= last or not step <= last:
        raise SessionError("its timeline is out of order")
    return Saved(segments, _snapshot(archive, "now", _whole(meta["moments_from"])), step, last)


def _segment(archive: zipfile.ZipFile, index: int, described: dict[str, Any]) -> Segment:
    segment = Segment(
        scenario=library.parse(str(described["scenario"])),
        start=_whole(described["start"]),
        base_step=_whole(described["base_step"]),
        base_epoch=float(_whole(described["base_epoch"])),
        initial=_array(archive, f"{index}.initial", np.float64),
    )
    segment.keyframes[segment.start] = _snapshot(archive, str(index), _whole(described["moments_from"]))
    return segment


def _snapshot(archive: zipfile.ZipFile, prefix: str, moments_from: int) -> Snapshot:
    parameters, first, second, running = (
        _array(archive, f"{prefix}.{part}", np.float64) for part in PARTS[:4]
    )
    return Snapshot(parameters, np.stack([first, second]), running, moments_from)


def _whole(value: Any) -> int:
    """A whole number from 0 on."""
    if isinstance(value, bool) or value != int(value) or not 0 <= value < 2**53:
        raise SessionError(f"holds {str(value)[:40]!r} where a count belongs")
    return int(value)


def _array(archive: zipfile.ZipFile, name: str, dtype: type) -> np.ndarray:
    """One flat array of the archive, its header checked before anything is allocated."""
    with archive.open(f"{name}.npy") as file:
        version = npy.read_magic(file)
        reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, _, found = reader(file)
        size = int(np.prod(shape)) * found.itemsize
        if found != np.dtype(dtype) or len(shape) != 1 or size > MAX_ARRAY:
            raise SessionError(f"{name} is not what a session holds")
        content = file.read(size + 1)
    if len(content) != size:
        raise SessionError(f"{name} is cut short or too long")
    return np.frombuffer(content, dtype).copy()


def check(segment: Segment, snapshots: list[Snapshot], program: Program) -> None:
    """Whether the arrays fit the network that they claim to be of. Raises SessionError."""
    wanted = (program.parameter_count, (2, program.parameter_count), program.running_count)
    for snapshot in snapshots:
        found = (snapshot.parameters.size, snapshot.moments.shape, snapshot.running.size)
        if found != wanted or segment.initial.size != program.parameter_count:
            raise SessionError("its weights do not fit its scenario")
