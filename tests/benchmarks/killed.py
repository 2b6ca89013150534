"""kill -9 at random moments: `python -m tests.benchmarks.killed [TIMES]`. Every session file that is on disk loads.

The run is kept as often as it can be, so that most of the kills come while it is written. A copy of one process
that has loaded the engine is killed each time; the real program at its own interval is killed in the suite.
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
from time import perf_counter, sleep

import vgtui
from tests.benchmarks.options import only_count
from vgtui.scenario.edit import set_value
from vgtui.tui import keeping, unfinished
from vgtui.tui.experiment import Experiment
from vgtui.tui.keeping import Keeper

TIMES = 200
LONGEST = 0.4
"""Seconds from the first session on disk until a process is killed, at most."""

PATIENCE = 60.0
"""Seconds that the first session is waited for."""


def train() -> None:
    """Train and keep, edit now and then, until the end."""
    keeping.INTERVAL, keeping.SHARE = 0.0, 1.0
    keeper = Keeper(lambda error: print(f"not kept: {error}", flush=True))
    run = Experiment.opened(vgtui.load_scenario("relu-he"))
    keeper.begin(run)
    while True:
        run.step(1)
        if run.step_index % 40 == 0:
            run.edit(lambda scenario: set_value(scenario, "training.l2", 1e-4 * run.step_index))
        keeper.look(run)


def killed(seconds: float) -> int:
    """A process that trained, killed so long after its first session was on disk; its number."""
    child = os.fork()
    if child == 0:
        train()
    latest = perf_counter() + PATIENCE
    try:
        while not any(unfinished.folder().glob(f"{child}-*{unfinished.SESSION}")):
            assert perf_counter() < latest, "no session was written"
            sleep(0.001)
        sleep(seconds)
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return child


def main(times: int) -> None:
    chance, torn, steps = random.Random(1), 0, []
    Experiment.opened(vgtui.load_scenario("relu-he")).step(1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        for _ in range(times):
            child = killed(chance.uniform(0.0, LONGEST))
            torn += any(unfinished.folder().glob(f".{child}-*"))
            claim = unfinished.claim_newest()
            assert claim is not None
            assert claim.path.name.startswith(f"{child}-"), "its session is not the one that is offered"
            steps.append(vgtui.Simulation.load(claim.path).step_index)
            claim.discard()
    print(
        f"{times} kills of a program that writes: {len(steps)} sessions on disk, all loaded"
        f" (steps {min(steps)}-{max(steps)}); {torn} were being written when they were cut off"
    )


if __name__ == "__main__":
    main(only_count(__doc__, "times", TIMES))
