"""Files as they are read and written everywhere in vgtui: small ones only, and never half a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vgtui.scenario.errors import ScenarioError, UserError

ARCHIVE = b"PK\x03\x04"
"""How every zip begins, and so every session."""


def read_text(path: Path, limit: int) -> str:
    """The text of a regular UTF-8 file of at most `limit` bytes.

    Raises ScenarioError, one line, for anything else: a directory, a device, a binary or unreadable file.
    """
    source = os.fspath(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise ScenarioError("is a directory, not a file", source=source)
        if not stat.S_ISREG(status.st_mode):
            raise ScenarioError("is not a regular file", source=source)
        if status.st_size > limit:
            size, most = status.st_size / 1e6, limit / 1e6
            raise ScenarioError(f"is {size:.1f} MB; at most {most:g} MB are read", source=source)
        if status.st_size == 0:  # the kernel's own are so too, and reading those may take for ever
            return ""
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise ScenarioError("no such file", source=source) from None
    except OSError as error:
        raise ScenarioError(f"cannot be read: {error.strerror or error}", source=source) from None
    except ValueError:  # a name that no file can have, such as one with a null byte
        raise ScenarioError(f"{source!r} cannot be the name of a file") from None
    if content.startswith(ARCHIVE):
        raise ScenarioError("is a saved session or another archive, not a scenario", source=source)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = "is a binary file, not TOML" if 0 in content else "is not UTF-8 text"
        byte = content[error.start]
        raise ScenarioError(f"{what} (byte 0x{byte:02x} at {error.start})", source=source) from None


@contextmanager
def atomic_file(path: str | os.PathLike[str], error: type[UserError] = UserError) -> Iterator[BinaryIO]:
    """A binary file that appears at `path` complete, when the block ends, or not at all.

    It is written beside `path`, synced and renamed. A device or a pipe at `path` is written to directly.
    Raises `error`, naming `path`, where that fails.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            with target.open("wb") as file:
                yield file
            return
        if target.is_dir():
            raise error("cannot be written: it is a directory", source=os.fspath(path))
        with _replacement(target) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise error(f"cannot be written: {fault.strerror or fault}", source=os.fspath(path)) from None


@contextmanager
def _replacement(target: Path) -> Iterator[BinaryIO]:
    """A temporary file in the folder of `target` that takes its name, and its permissions, at the end."""
    kept = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    name = target.with_name(f".{target.name[:100]}-{os.urandom(4).hex()}")
    try:  # from here on, so that an interrupt at any moment leaves nothing behind
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if kept is None else kept)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if kept is not None:
            name.chmod(kept)
        name.replace(target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise
