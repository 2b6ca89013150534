"""The kernels' compilation, in a process of its own: in a thread it would stall the screen."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from time import perf_counter

from vgtui.scenario.errors import UserError


class WarmingError(UserError):
    """The kernels could not be compiled ahead of their use."""


def warm(report: Callable[[float], None], stopping: Callable[[], bool]) -> None:
    """Fill the kernel cache unless it is warm. Returns at once if it is.

    report    called about four times a second with the seconds that it has taken so far
    stopping  true once the program is leaving: the process is ended
    """
    from vgtui.engine.warm import is_warm

    if is_warm():
        return
    began = perf_counter()
    report(0.0)
    process = subprocess.Popen(
        [sys.executable, "-m", "vgtui.engine.warm"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        complaint = _wait(process, lambda: report(perf_counter() - began), stopping)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode != 0 and complaint:
        raise WarmingError(f"the kernels could not be compiled ahead: {complaint}")


def _wait(process: subprocess.Popen[str], tick: Callable[[], None], stopping: Callable[[], bool]) -> str:
    """Until the process ends or the program leaves; the last line it complained with."""
    while not stopping():
        try:
            _, errors = process.communicate(timeout=0.25)
        except subprocess.TimeoutExpired:
            tick()
            continue
        return errors.strip().rpartition("\n")[2]
    return ""
