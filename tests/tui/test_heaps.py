"""Threads share one heap: what one of them has freed is there for the others."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAPS = """
import ctypes, sys, threading
from vgtui.tui.heaps import share_heaps
if sys.argv[1:]:
    share_heaps()
library = ctypes.CDLL(None)
library.fopen.restype, library.malloc_info.argtypes = ctypes.c_void_p, (ctypes.c_int, ctypes.c_void_p)
library.fclose.argtypes = (ctypes.c_void_p,)
together = threading.Barrier(4)
def take():
    kept = [bytearray(20_000) for _ in range(50)]
    together.wait()
threads = [threading.Thread(target=take) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
out = library.fopen(b"/dev/stdout", b"w")
library.malloc_info(0, out)
library.fclose(out)
"""


def _heaps(*arguments: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", HEAPS, *arguments], check=True, capture_output=True, text=True
    )
    return told.stdout.count("<heap nr=")


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heaps")
def test_threads_that_take_memory_at_one_time_have_no_heaps_of_their_own() -> None:
    assert _heaps("shared") == 1 < _heaps()
