"""Removes the compiled code of other versions that nobody has used for long; never what a process has in use.

In the folder of a version lies a file that every process which takes code from there, or brings some, keeps locked
together with the others for as long as it lives, and whose time is that of the last one's beginning.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from time import time
from typing import IO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

CLAIMS = "claims"
"""The folder, in that of the code, of files that are locked: while a function is compiled, and while it is used."""

USED = f"{CLAIMS}/used"
VERSIONS, REMOVED, UNFINISHED = "kernels-*", ".removed-", "tmp*"

KEPT_SECONDS = 30 * 24 * 3600
"""How long the code of a version is kept that nobody uses."""

KEPT_BYTES = 200 * 2**20
"""Of all versions together, at most: beyond it those go that were used least lately. One takes some ten million."""

DAY = 24 * 3600


def use(version: Path) -> IO[str] | None:
    """Have a version's folder in use until the file is closed, which the end of the process does too."""
    with contextlib.suppress(OSError):
        (version / CLAIMS).mkdir(exist_ok=True)
        file = open(version / USED, "a")  # noqa: SIM115  closed with the process
        os.utime(file.fileno())
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return file
    return None


def remove_old(version: Path) -> None:
    """Remove what is too old, or too much, of the versions beside this one, and what was left of writing it."""
    with contextlib.suppress(OSError):
        taken = size_of(version)
        for other in _others(version):
            taken += size_of(other)
            if taken > KEPT_BYTES or time() - last_used(other) > KEPT_SECONDS:
                _remove(other)
        for left in version.parent.glob(f"{REMOVED}*"):
            shutil.rmtree(left, ignore_errors=True)
        for left in version.glob(UNFINISHED):
            if time() - left.stat().st_mtime > DAY:
                left.unlink(missing_ok=True)


def last_used(version: Path) -> float:
    """When a process last began to use a version, in seconds since the epoch."""
    return max(_when(version), _when(version / USED))


def size_of(version: Path) -> int:
    """Bytes of all files of a version."""
    return sum(_size(Path(place, name)) for place, _, names in os.walk(version) for name in names)


def _others(version: Path) -> Iterator[Path]:
    """The folders of other versions, those that were used last before the others."""
    beside = [path for path in version.parent.glob(VERSIONS) if path != version and not path.is_symlink()]
    yield from sorted(filter(Path.is_dir, beside), key=last_used, reverse=True)


def _remove(version: Path) -> None:
    """All of it at once, unless a process uses it."""
    if fcntl is None:
        return
    with contextlib.ExitStack() as locked, contextlib.suppress(OSError):
        (version / CLAIMS).mkdir(exist_ok=True)
        file = locked.enter_context(open(version / USED, "a"))
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        gone = version.with_name(f"{REMOVED}{version.name}-{os.urandom(4).hex()}")
        version.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
