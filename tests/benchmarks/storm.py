"""Random keys, mouse events and resizes against the running app: `python -m tests.benchmarks.storm [EVENTS] [SEEDS]`.

Prints for every seed how many were sent, whether the program still answered, and its memory.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.storm import Storm

EVENTS, SEEDS = 100_000, 100
PIECE = 500


def main(events: int, seeds: int) -> None:
    checkout, failures, sent = str(Path.cwd()), 0, 0
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            environment = {"PYTHONPATH": checkout}
            preset = ("relu-he", "keras-moons", "lstm-forget-1", "batch-norm")[seed % 4]
            with PseudoTerminal("vgtui", preset, width=120, height=40, environment=environment) as terminal:
                storm = Storm(seed, terminal)
                memory, what = run(storm, events // seeds)
            failures += bool(what)
            sent += storm.events
            told = " ".join(f"{one:.0f}" for one in memory[:: max(1, len(memory) // 8)])
            print(f"seed {seed} {preset}: {storm.events} events, {what or 'answered'}; MB {told}", flush=True)
            os.chdir(checkout)
    print(f"{sent} events in {seeds} seeds, {failures} failures")


def run(storm: Storm, events: int) -> tuple[list[float], str]:
    """Memory after every piece, and what went wrong."""
    memory: list[float] = []
    try:
        storm.terminal.wait_for_text("step 0 ", 240)
        while storm.events < events:
            storm.blow(min(PIECE, events - storm.events))
            storm.is_answered()
            memory.append(storm.megabytes())
    except (AssertionError, OSError):
        code = storm.terminal.process.poll()
        reports = [path.read_text() for path in storm.terminal.state.rglob("*.txt")]
        return memory, f"FAILED, exit code {code}:\n{''.join(reports) or storm.shown()}"
    return memory, ""


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*given, *(EVENTS, SEEDS)[len(given) :])
