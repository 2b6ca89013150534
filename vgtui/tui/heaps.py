"""What is freed goes back to the system: glibc would keep it, in a heap for each thread, for the next of its kind."""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
"""Of glibc's malloc.h: `M_...`."""

LARGE = 2**18
"""Bytes from which on something lies outside of the heap, and is gone from there when it is freed."""

SPARE = 2**20
"""Bytes that may be free at the end of the heap."""


def bound_heaps() -> None:
    """From now on: threads that begin have no heap of their own. In other C libraries it is as it is."""
    if (library := _glibc()) is not None:
        for parameter, value in ((ARENA_MAX, 1), (MMAP_THRESHOLD, LARGE), (TRIM_THRESHOLD, SPARE)):
            library.mallopt(parameter, value)


def give_back() -> None:
    """Now: also what is free in the middle of the heap, below something that stays. It takes a few milliseconds."""
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    library = ctypes.CDLL(None) if sys.platform == "linux" else None
    return library if hasattr(library, "malloc_trim") else None
