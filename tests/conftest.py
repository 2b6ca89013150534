"""What every test shares: hypothesis without deadlines, because the first call of a kernel compiles it.

The examples are the same on every run, so that a red test is red for all. numpy's BLAS has one thread, as in the
program: the other cores have tests of their own.
"""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from vgtui.engine import keep_blas_to_one_thread

keep_blas_to_one_thread()
settings.register_profile("vgtui", deadline=None, derandomize=True)
settings.load_profile("vgtui")


@pytest.fixture(autouse=True)
def job_control() -> Iterator[None]:
    """A kiosk that ran in this process has its stop signal ignored, and what is started later inherits that."""
    before = signal.getsignal(signal.SIGTSTP)
    yield
    signal.signal(signal.SIGTSTP, before)
