"""Where compiled code is kept: a folder for each version of the sources, a file for each function and precision.

The folder's name is a hash of every source that is compiled, of what compiles it and of the processor, and of
nothing else: checkouts and processes share it. A file that is not whole, or not what it is called, is as good as
none. Imports no numba.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import IO

from vgtui.engine import tidying
from vgtui.scenario.folders import user_folder

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

COMPILED = (
    *("kernels/*.py", "operations/*.py"),
    *("compiling.py", "deferred.py", "faces.py", "loading.py", "machine.py", "machine_code.py"),
    *("narrowing.py", "record.py", "signatures.py", "stages.py", "table.py"),
)
"""The sources that are compiled, what compiles them, and the modules whose constants they hold."""

NOWHERE = Path(os.devnull)
"""In the place of the cache of a user who has no home: nothing can be kept there."""

DIGEST = hashlib.sha256().digest_size


def sources() -> list[Path]:
    """The files of COMPILED."""
    here = Path(__file__).parent
    return sorted(path for pattern in COMPILED for path in here.glob(pattern))


@cache
def digests() -> dict[str, bytes]:
    """Of every source that is compiled or compiles, by its path within the engine."""
    here = Path(__file__).parent
    return {
        path.relative_to(here).as_posix(): hashlib.sha256(path.read_bytes()).digest() for path in sources()
    }


@cache
def folder() -> Path:
    """The folder of this version's code; it may not exist yet, nor be possible."""
    import llvmlite
    import numpy
    from llvmlite import binding as llvm

    digest = hashlib.sha256()
    for name, of_source in digests().items():
        digest.update(name.encode() + of_source)
    versions = [_version_of_numba(), llvmlite.__version__, numpy.__version__]
    processor = [llvm.get_process_triple(), llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()]
    digest.update("|".join([sys.version, *versions, *processor]).encode())
    return (user_folder("cache") or NOWHERE) / f"kernels-{digest.hexdigest()[:16]}"


def _version_of_numba() -> str:
    """As its package says it: importlib.metadata would take longer than all else that is loaded here."""
    package = importlib.util.find_spec("numba")
    assert package is not None
    assert package.submodule_search_locations is not None
    told = Path(package.submodule_search_locations[0], "_version.py").read_text()
    version = re.search(r'"version": "([^"]+)"', told)
    return told if version is None else version[1]


def read(symbol: str) -> bytes | None:
    """The object code of a function; None where there is none, or none that is whole."""
    try:
        kept = (folder() / symbol).read_bytes()
    except OSError:
        return None
    _use(folder())
    code = kept[DIGEST:]
    return code if kept[:DIGEST] == _digest(symbol, code) else None


def write(symbol: str, code: bytes) -> None:
    """Keep the object code of a function, all of it or nothing; nowhere, if it cannot be kept."""
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        handle, unfinished = tempfile.mkstemp(dir=folder())
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_digest(symbol, code) + code)
            os.replace(unfinished, folder() / symbol)
        except OSError:
            os.unlink(unfinished)
            raise
        _use(folder())


def holds(symbol: str) -> bool:
    """Whether there is a file for the function."""
    with contextlib.suppress(OSError):
        return (folder() / symbol).is_file()
    return False


@contextlib.contextmanager
def claim(symbol: str, *, wait: bool) -> Iterator[bool]:
    """Whether no other process is compiling this function; none begins to until this one is done.

    With `wait` that is waited for. Where nothing can be kept, or nothing can be claimed, nobody waits.
    """
    with contextlib.ExitStack() as held:
        mine = True
        with contextlib.suppress(OSError):
            (folder() / tidying.CLAIMS).mkdir(parents=True, exist_ok=True)
            _use(folder())
            mine = _lock(held.enter_context(open(folder() / tidying.CLAIMS / symbol, "w")), wait)
        yield mine


@cache
def _use(version: Path) -> IO[str] | None:
    """From now on this process uses this folder, which exists."""
    return tidying.use(version)


def _lock(file: IO[str], wait: bool) -> bool:
    """Lock a file until it is closed, which the end of the process does too."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _digest(symbol: str, code: bytes) -> bytes:
    return hashlib.sha256(symbol.encode() + b"\0" + code).digest()
