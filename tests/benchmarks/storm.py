"""Random keys, mouse events and resizes against the running app: `python -m tests.benchmarks.storm [EVENTS] [SEEDS]`.

The events are shared out among the seeds, each of which is a program of its own. Printed for every seed: how many
were sent, whether the program still answered, and its memory after each quarter of them, each time with the same
preset open, whatever the storm had opened before: a long life of one program, as `storm 20000 1`, shows whether it
stays the same. The history has 16 MB, which are full at once, so that it is nothing of what grows.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.benchmarks.options import count, parser
from tests.terminal.pseudo_terminal import PseudoTerminal
from tests.terminal.storm import Storm
from vgtui.scenario.library import load_scenario

EVENTS, SEEDS = 100_000, 100
PIECE = 500
PRESETS = ("relu-he", "keras-moons", "lstm-forget-1", "batch-norm")
HISTORY = ("--history-megabytes", "16")


def main(events: int, seeds: int) -> None:
    checkout, failures, sent = str(Path.cwd()), 0, 0
    grown = []
    for seed in range(seeds):
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            environment = {"PYTHONPATH": checkout}
            preset = PRESETS[seed % len(PRESETS)]
            with PseudoTerminal(
                "vgtui", preset, *HISTORY, width=120, height=40, environment=environment
            ) as terminal:
                storm = Storm(seed, terminal)
                memory, what = run(storm, events // seeds)
            failures += bool(what)
            sent += storm.events
            told = " ".join(f"{one:.0f}" for one in memory)
            print(f"seed {seed} {preset}: {storm.events} events, {what or 'answered'}; MB {told}", flush=True)
            grown += [memory[-1] - memory[len(memory) // 2 - 1]] if len(memory) > 1 else []
            os.chdir(checkout)
    grown.sort()
    print(f"{sent} events in {seeds} seeds, {failures} failures; from half way on", end="")
    print(
        f" {grown[len(grown) // 2]:+.0f} MB in the median, {grown[-1]:+.0f} at most" if grown else " nothing"
    )


def run(storm: Storm, events: int) -> tuple[list[float], str]:
    """Megabytes after each quarter, or each piece where there are fewer; and what went wrong."""
    memory: list[float] = []
    home = load_scenario(PRESETS[0]).title
    looks = max(PIECE, events // 4)
    try:
        storm.terminal.wait_for_text("step 0 ", 240)
        while storm.events < events:
            storm.blow(min(PIECE, events - storm.events))
            storm.is_answered()
            storm.terminal.received.clear()
            if storm.events >= looks * (len(memory) + 1) or storm.events == events:
                storm.come_home(PRESETS[0], home)
                memory.append(storm.megabytes())
    except (AssertionError, OSError):
        code = storm.terminal.process.poll()
        reports = [path.read_text() for path in storm.terminal.state.rglob("*.txt")]
        return memory, f"FAILED, exit code {code}:\n{''.join(reports) or storm.shown()}"
    return memory, ""


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("events", type=count, nargs="?", default=EVENTS)
    options.add_argument("seeds", type=count, nargs="?", default=SEEDS)
    chosen = options.parse_args()
    main(chosen.events, chosen.seeds)
