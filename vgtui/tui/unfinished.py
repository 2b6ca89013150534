"""Sessions that nobody ended: where they lie, whose they are, and which of them are given up.

Every running app has a name of its own in one folder: `NAME.vgtui` is what it keeps, and `NAME.lock` is locked
for as long as it lives, however it ends. So a session whose lock is free was cut off.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from time import time

from msgspec import Struct

from vgtui.scenario.errors import SessionError
from vgtui.scenario.folders import user_folder

SESSION, LOCK, DAMAGED = ".vgtui", ".lock", ".damaged"

KEPT = 5
"""Sessions that were cut off and are kept: the newest."""

KEPT_SECONDS = 30 * 24 * 3600
"""How long they are kept."""

YOUNG = 60
"""Seconds for which a lock without a session is left alone: its owner may be about to write one."""


class Claim(Struct, frozen=True):
    """A session that is this process's own, for as long as it lives or until it is given up."""

    path: Path
    handle: int

    def give_up(self) -> None:
        """Leave the session, as it is, to whoever comes next."""
        os.close(self.handle)

    def discard(self) -> None:
        """The session was ended: nothing of it is kept."""
        _remove(self.path)
        self.give_up()

    def set_aside(self) -> None:
        """The session cannot be read: it is not offered again, nor thrown away at once."""
        with contextlib.suppress(OSError):
            self.path.replace(self.path.with_suffix(DAMAGED))
        self.path.with_suffix(LOCK).unlink(missing_ok=True)
        self.give_up()


def folder() -> Path:
    """Where they lie. Raises SessionError where there is no home to lie in."""
    state = user_folder("state")
    if state is None:
        raise SessionError("there is no home folder to keep the session in")
    return state / "unfinished"


def claim_new() -> Claim:
    """A name that nobody else has. Raises SessionError where nothing can be kept."""
    try:
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        _tidy()
    except OSError as error:
        raise SessionError(f"cannot be written: {error.strerror or error}", source=str(folder())) from None
    path = folder() / f"{os.getpid()}-{os.urandom(4).hex()}{SESSION}"
    handle = _lock(path)
    if handle is None:
        raise SessionError("cannot be locked", source=str(path))
    return Claim(path, handle)


def claim_newest() -> Claim | None:
    """The session that was cut off last, from now on this process's own; None where there is none."""
    for path in _sessions():
        handle = _lock(path)
        if handle is None:
            continue
        if path.is_file():
            return Claim(path, handle)
        os.close(handle)
    return None


def age_of_newest() -> float | None:
    """Seconds since the session that was cut off last was kept; None where there is none."""
    claim = claim_newest()
    if claim is None:
        return None
    try:
        return max(0.0, time() - claim.path.stat().st_mtime)
    except OSError:
        return None
    finally:
        claim.give_up()


def _sessions() -> list[Path]:
    """The newest first."""
    try:
        return sorted(folder().glob(f"*{SESSION}"), key=_when, reverse=True)
    except (OSError, SessionError):
        return []


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _lock(session: Path) -> int | None:
    """The open lock of a session; None where another process has it, or none is to be had."""
    import fcntl

    try:
        handle = os.open(session.with_suffix(LOCK), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _remove(session: Path) -> None:
    """A session with its lock, and what was left of writing it."""
    for path in (*session.parent.glob(f".{session.name}-*"), session, session.with_suffix(LOCK)):
        with contextlib.suppress(OSError):
            path.unlink()


def _tidy() -> None:
    """Remove what is too old or too many, of what no process has."""
    for path in _outdated():
        handle = _lock(path)
        if handle is not None:
            _remove(path)
            os.close(handle)
    damaged = sorted(folder().glob(f"*{DAMAGED}"), key=_when, reverse=True)
    for place, path in enumerate(damaged):
        if place >= KEPT or time() - _when(path) > KEPT_SECONDS:
            path.unlink(missing_ok=True)


def _outdated() -> Iterator[Path]:
    now, sessions = time(), _sessions()
    yield from (path for path in sessions[:KEPT] if now - _when(path) > KEPT_SECONDS)
    yield from sessions[KEPT:]
    for lock in folder().glob(f"*{LOCK}"):
        session = lock.with_suffix(SESSION)
        if not session.exists() and now - _when(lock) > YOUNG:
            yield session
