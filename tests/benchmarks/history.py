"""The whole keras-moons experiment, what its steps allocate, and how fast any past step is reached again.

    python -m tests.benchmarks.history [--steps 1000000] [--megabytes 256]

Times are printed as elapsed and as the thread's own (which other programs do not lengthen).
"""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import tests.benchmarks.timing  # noqa: F401  before numpy: it counts threads

# isort: split
import numpy as np
from numba.core.runtime import _nrt_python, rtsys

from tests.benchmarks.options import count, parser
from vgtui.engine.history import LONGEST_STRIDE
from vgtui.engine.simulation import Simulation
from vgtui.scenario.library import load_scenario

PRESET = "keras-moons"
EPOCHS_STEPS = 700
FLAT_STEPS = 100_000
SEEKS = 200


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """(elapsed, of this thread) in milliseconds."""
    began, own = time.perf_counter(), time.thread_time()
    work()
    return 1e3 * (time.perf_counter() - began), 1e3 * (time.thread_time() - own)


def spread(name: str, milliseconds: list[tuple[float, float]]) -> None:
    """One row: medians, the 99th percentile, the longest."""
    for kind, values in zip(("elapsed", "thread"), zip(*milliseconds, strict=True), strict=True):
        middle, late = statistics.median(values), float(np.percentile(values, 99))
        print(f"  {name:<34}{kind:<9}{middle:9.3f} ms   p99 {late:9.3f}   longest {max(values):9.3f}")


def resident() -> float:
    """Megabytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20


def experiment(rounds: int) -> None:
    """100 epochs, measured at every step, in one call."""
    print(f"{PRESET}, 100 epochs: {EPOCHS_STEPS} steps, each measured")
    simulations = [Simulation(load_scenario(PRESET)) for _ in range(rounds)]
    spread("one call", [timed(lambda sim=sim: sim.step(EPOCHS_STEPS)) for sim in simulations])


def blocks_of_a_call(sim: Simulation, steps: int) -> int:
    """How many blocks of memory compiled code allocates for so many steps from a keyframe on, in one call."""
    sim.seek(LONGEST_STRIDE)
    before = rtsys.get_allocation_stats().alloc
    sim.step(steps)
    return int(rtsys.get_allocation_stats().alloc - before)


def allocations() -> None:
    """What is allocated while the compiled floor steps, and whether memory stays flat."""
    _nrt_python.memsys_enable_stats()
    sim = Simulation(load_scenario(PRESET), history_megabytes=1)
    sim.step(5000)
    one, many = blocks_of_a_call(sim, 1), blocks_of_a_call(sim, LONGEST_STRIDE)
    print("what a step allocates")
    print(f"  compiled code: {one} blocks in a call of 1 step, {many} in a call of {LONGEST_STRIDE}")
    arena, before = sim._network.memory.arena, resident()
    place = arena.ctypes.data
    sim.step(FLAT_STEPS)
    stayed = sim._network.memory.arena.ctypes.data == place
    print(
        f"  the arena of {arena.nbytes / 1024:.0f} KB {'stayed where it was' if stayed else 'MOVED'}",
        end="; ",
    )
    grown = resident() - before
    print(f"over {FLAT_STEPS:,} steps with a history of 1 MB, resident memory grew by {grown:.2f} MB")
    tracemalloc.start()
    held = [traced_after(sim) for _ in range(20)]
    tracemalloc.stop()
    print(f"  Python and numpy held {min(held):.0f} to {max(held):.0f} KB more over the next {20 * 2000:,}")


def traced_after(sim: Simulation) -> float:
    """Kilobytes that tracing has seen allocated and not freed, 2,000 steps on."""
    sim.step(2000)
    return tracemalloc.get_traced_memory()[0] / 1024


def going_back(steps: int, megabytes: float) -> None:
    """A long run, then steps of it at random, and the one before."""
    sim = Simulation(load_scenario(PRESET), history_megabytes=megabytes)
    elapsed, own = timed(lambda: sim.step(steps))
    history = sim._history
    speed = f"{1e3 * steps / elapsed:,.0f} a second, {1e3 * steps / own:,.0f} a second of the thread"
    frames = sum(len(segment.keyframes) for segment in history.segments)
    print(f"going back after {steps:,} steps ({speed})")
    print(
        f"  {frames:,} keyframes, {history.nbytes / 2**20:.1f} of {megabytes:g} MB, {history.stride} steps apart"
    )
    spread("one step back, from the end", [timed(lambda: sim.back(1)) for _ in range(SEEKS)])
    places = np.random.default_rng(0).integers(0, steps, SEEKS).tolist()
    spread("any past step", [timed(lambda place=place: sim.seek(place)) for place in places])


def main() -> None:
    given = parser(__doc__)
    given.add_argument("--steps", type=count, default=1_000_000)
    given.add_argument("--megabytes", type=float, default=256)
    given.add_argument("--rounds", type=count, default=30)
    options = given.parse_args()
    experiment(options.rounds)
    allocations()
    going_back(options.steps, options.megabytes)


if __name__ == "__main__":
    main()
