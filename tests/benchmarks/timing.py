"""Programs timed in turn, so that what else the machine does falls on all of them alike.

Import this before numpy, torch or jax: it sees to it that each of them uses one thread.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

for _variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

WARM_UP = 3
OURS = "vgtui"

Program = Callable[[int], int]
"""Makes so many training steps or a few more, and returns how many when they are done."""


def steps_per_second(program: Program, seconds: float) -> float:
    """One turn of about that long."""
    count, done, began = 1, 0, time.perf_counter()
    while True:
        done += program(count)
        passed = time.perf_counter() - began
        if passed >= seconds:
            return done / passed
        count = max(1, min(count * 2, int(done / passed * (seconds - passed))))


def interleaved(programs: dict[str, Program], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Steps per second of every program in every round, forwards and backwards in turn."""
    rates: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():
        program(WARM_UP)
    for turn in range(max(rounds, 2)):
        for name in list(programs)[:: 1 if turn % 2 == 0 else -1]:
            rates[name].append(steps_per_second(programs[name], seconds))
    return rates


def ratios(rates: dict[str, list[float]], peer: str) -> tuple[float, float, float]:
    """Lower quartile, median and upper quartile of our speed over the peer's, round by round."""
    low, middle, high = statistics.quantiles(
        [ours / theirs for ours, theirs in zip(rates[OURS], rates[peer], strict=True)], n=4
    )
    return low, middle, high


def table(rates: dict[str, list[float]]) -> str:
    """A row a program: median steps per second, and how many times as fast vgtui is, with quartiles."""
    rows = [f"  {'program':<34}{'steps/s':>11}   vgtui is so many times as fast [quartiles]"]
    for name, found in rates.items():
        row = f"  {name:<34}{statistics.median(found):>11,.1f}"
        if name != OURS:
            low, middle, high = ratios(rates, name)
            row += f"   {middle:8.2f} [{low:.2f} .. {high:.2f}]"
        rows.append(row)
    return "\n".join(rows)
