"""One heap for all threads: glibc gives each its own, and what one of them has freed is of no use to the others."""

from __future__ import annotations

import ctypes
import sys

ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h: how many heaps there may be at most."""


def share_heaps() -> None:
    """From now on threads that begin have no heaps of their own; other C libraries have but one as it is."""
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "mallopt"):
        library.mallopt(ARENA_MAX, 1)
