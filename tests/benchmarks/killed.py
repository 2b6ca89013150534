"""kill -9 at random moments: `python -m tests.benchmarks.killed [TIMES]`. Every session file that is on disk loads.

The run is kept as often as it can be, so that most of the kills come while it is written. A copy of one process
that has loaded the engine is killed each time; the real program at its own interval is killed in the suite.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from pathlib import Path
from time import perf_counter, sleep

import vgtui
from vgtui.scenario.edit import set_value
from vgtui.tui import keeping, unfinished
from vgtui.tui.experiment import Experiment
from vgtui.tui.keeping import Keeper

TIMES = 200
LONGEST = 0.4
"""Seconds until a process is killed, at most."""


def train(told: int) -> None:
    """Train and keep, edit now and then, until the end; a byte says that it begins."""
    keeping.INTERVAL, keeping.SHARE = 0.0, 1.0
    keeper = Keeper(lambda error: print(f"not kept: {error}", flush=True))
    run = Experiment.opened(vgtui.load_scenario("relu-he"))
    keeper.begin(run)
    os.write(told, b".")
    while True:
        run.step(1)
        if run.step_index % 40 == 0:
            run.edit(lambda scenario: set_value(scenario, "training.l2", 1e-4 * run.step_index))
        keeper.look(run)


def main(times: int) -> None:
    chance, loaded, none, torn, steps = random.Random(1), 0, 0, 0, []
    Experiment.opened(vgtui.load_scenario("relu-he")).step(1)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_STATE_HOME"] = folder
        for _ in range(times):
            heard, told = os.pipe()
            child = os.fork()
            if child == 0:
                train(told)
            os.read(heard, 1)
            os.close(heard)
            os.close(told)
            sleep(chance.uniform(0.0, LONGEST))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            left = list(unfinished.folder().glob(f".{child}-*")) if unfinished.folder().is_dir() else []
            torn += len(left)
            claim = unfinished.claim_newest()
            if claim is None:
                none += 1
                continue
            began = perf_counter()
            sim = vgtui.Simulation.load(claim.path)
            steps.append(sim.step_index)
            loaded += 1
            assert perf_counter() - began < 20
            for path in Path(folder).rglob("*.vgtui"):
                vgtui.Simulation.load(path)
            claim.discard()
    print(
        f"{times} kills: {loaded} sessions on disk, all loaded (steps {min(steps)}-{max(steps)});"
        f" {none} before the first was written; {torn} were being written when they were cut off"
    )


if __name__ == "__main__":
    main(*[int(one) for one in sys.argv[1:]] or [TIMES])
