"""Where compiled kernels are kept: one folder for each version of the kernel sources. Imports no numba.

numba notices a changed function but not a changed callee in another file, so the folder's name is a hash of
every source that is compiled, with the versions that compile them. A file marks a folder that is complete, one
for each of the numbers that an arena is made of.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import platform
import sys
import tempfile
from functools import cache
from pathlib import Path

import platformdirs

READY = "ready-{}"

COMPILED = ("kernels/*.py", "operations/*.py", "machine.py", "faces.py", "table.py", "record.py", "stages.py")
"""The sources that are compiled, and those whose constants they hold."""


def sources() -> list[Path]:
    """The files of COMPILED."""
    here = Path(__file__).parent
    return sorted(path for pattern in COMPILED for path in here.glob(pattern))


@cache
def folder() -> Path:
    """The folder of this version's kernels; it may not exist yet."""
    digest = hashlib.sha256()
    for source in sources():
        digest.update(source.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update("|".join([sys.version, platform.machine(), str(Path(__file__).parent), *versions]).encode())
    return Path(platformdirs.user_cache_dir("vgtui")) / f"kernels-{digest.hexdigest()[:16]}"


def is_warm(numbers: str) -> bool:
    """Whether every kernel of this version is in the cache, compiled for float64 or float32."""
    try:
        return (folder() / READY.format(numbers)).is_file()
    except OSError:
        return False


@cache
def prepare() -> bool:
    """Make the folder, once a process; False where nothing can be kept, and every process compiles anew."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder()).close()
    except OSError:
        return False
    return True


def mark_ready(numbers: str) -> None:
    """Say that the cache is complete for these numbers."""
    with contextlib.suppress(OSError):
        (folder() / READY.format(numbers)).touch()
