"""What is freed goes back to the system, whichever thread had it and whatever has been allocated since."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc's heaps")

BOUND = "from vgtui.tui.heaps import bound_heaps; bound_heaps()\n"

THREADS = """
import ctypes, threading
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

NETWORKS = """
def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
before, kept, one = megabytes(), [], bytearray(b"x")
for size in (2**21, 2**20, 2**20):
    network = []
    for _ in range(40):
        network.append(one * size)
        kept.append(one * 1000)  # what stays lies in between
    del network
print(megabytes() - before)
"""


UNEVEN = """
from vgtui.tui.heaps import give_back
def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 2**20
before, kept, network, one = megabytes(), [], [], bytearray(b"x")
for _ in range(2000):
    network.append(one * 40_000)
    kept.append(one * 1000)
del network
print(megabytes() - before)
give_back()
print(megabytes() - before)
"""


def _told(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_threads_that_take_memory_at_one_time_have_no_heaps_of_their_own() -> None:
    assert _told(BOUND + THREADS).count("<heap nr=") == 1 < _told(THREADS).count("<heap nr=")


def test_of_a_large_network_that_was_left_nothing_stays() -> None:
    assert float(_told(BOUND + NETWORKS)) < 5 < 20 < float(_told(NETWORKS))


def test_what_is_free_between_what_stays_is_given_back_when_that_is_asked_for() -> None:
    kept, left = map(float, _told(BOUND + UNEVEN).split())
    assert left < 10 < 60 < kept
