"""Where compiled kernels are kept: one folder for each version of the kernel sources. Imports no numba.

numba notices a changed function but not a changed callee in another file, so the folder's name is a hash of
every source that is compiled, with the versions that compile them. `READY` marks a folder that is complete.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import platform
import sys
from functools import cache
from pathlib import Path

import platformdirs

READY = "ready"


@cache
def folder() -> Path:
    """The folder of this version's kernels; it may not exist yet."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for source in sorted(here.rglob("*.py")):
        digest.update(source.read_bytes())
    versions = [importlib.metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    digest.update("|".join([sys.version, platform.machine(), str(here), *versions]).encode())
    return Path(platformdirs.user_cache_dir("vgtui")) / f"kernels-{digest.hexdigest()[:16]}"


def is_warm() -> bool:
    """Whether every kernel of this version is in the cache."""
    try:
        return (folder() / READY).is_file()
    except OSError:
        return False


def prepare() -> bool:
    """Make the folder; False where nothing can be kept (then kernels are compiled anew by each process)."""
    try:
        folder().mkdir(parents=True, exist_ok=True)
        probe = folder() / f"probe-{id(folder)}"
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def mark_ready() -> None:
    """Say that the cache is complete."""
    with contextlib.suppress(OSError):
        (folder() / READY).touch()
