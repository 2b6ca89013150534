"""What every test shares: hypothesis without deadlines, and kernels that are compiled while the first tests run.

The examples are the same on every run, so that a red test is red for all. numpy's BLAS has one thread, as in the
program, and so has PyTorch: the other cores have tests of their own.
"""

import gc
import os
from collections.abc import Generator
from contextlib import ExitStack, nullcontext

import pytest
from hypothesis import settings

from vgtui.engine import keep_blas_to_one_thread, store

keep_blas_to_one_thread()
os.environ.setdefault("OMP_NUM_THREADS", "1")
settings.register_profile("vgtui", deadline=None, derandomize=True)
settings.load_profile("vgtui")

FIRST = ("scenario", "data", "tui/drawing")
"""Rooms whose tests need few kernels or none."""

LONG = ("tests/house/", "tests/tui/test_screens.py")
"""What takes a tenth of the time: were it begun last, one process would be left alone with it."""

LAST = ("tests/engine/", "tests/tui/")
"""So many tests that others are busy with them while one process waits for the terminals' programs."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests of the app and of terminals also wait."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """Where several processes test, others compile for all of them."""
    from tests import compiling  # after BLAS has been told: this loads numpy
    from vgtui.engine.faces import compiling_by

    if config.getoption("numprocesses", None):
        for process in compiling.start():
            config.add_cleanup(process.wait)
            config.add_cleanup(process.kill)
    elif hasattr(config, "workerinput"):
        waiting = ExitStack()
        waiting.enter_context(compiling_by(compiling.wait_for))
        config.add_cleanup(waiting.close)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Where several processes test, one after the other: the second finds as bytecode what the first has read."""
    with store.claim("collection", wait=True) if hasattr(session.config, "workerinput") else nullcontext():
        return (yield)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the tests would else go through all of it again and again for garbage."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What needs no kernel first, then what takes long, then what imports PyTorch: mostly in one process."""
    first = tuple(f"tests/{room}/" for room in FIRST)

    def place(item: pytest.Item) -> tuple[bool, ...]:
        name, without_torch = item.nodeid, item.get_closest_marker("torch") is None
        return not name.startswith(first), not name.startswith(LONG), without_torch, name.startswith(LAST)

    items.sort(key=place)
