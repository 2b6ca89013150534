"""Training in the app for a long time: `python -m tests.benchmarks.hour [MINUTES]`. Prints its memory as it goes.

The program runs at full speed, and nothing but the time ends it.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from time import monotonic

from tests.benchmarks.options import parser
from tests.terminal.pseudo_terminal import PseudoTerminal
from vgtui.scenario.edit import set_value
from vgtui.scenario.library import load_scenario, save

MINUTES = 60.0
LOOKS = 20


def megabytes(pid: int) -> float:
    """Of memory that the process has."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def main(minutes: float) -> None:
    memory: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/endless.toml"
        save(set_value(load_scenario("keras-moons"), "training.epochs", 2**31 - 1), path)
        with PseudoTerminal("vgtui", path, "--history-megabytes", "64", width=120, height=40) as terminal:
            terminal.wait_for_text("step 0 ", 240)
            terminal.write("+" * 10 + " ")
            began, next_look = monotonic(), 0.0
            while (now := monotonic() - began) < 60 * minutes:
                if now >= next_look:
                    next_look += 60 * minutes / LOOKS
                    memory.append(megabytes(terminal.process.pid))
                    print(f"{now / 60:5.1f} min  {memory[-1]:6.1f} MB  step {_step(terminal)}", flush=True)
                terminal.read_for(1.0)
                terminal.received.clear()
            steps = _step(terminal)
            terminal.write("q")
            terminal.ended()
    late = memory[len(memory) // 2 :]
    print(f"{minutes:g} min, {steps} steps: half way {late[0]:.1f} MB, at the end {late[-1]:.1f} MB")


def _step(terminal: PseudoTerminal) -> str:
    found = re.search(r"step (\d+)", terminal.screen.display[0])
    return found[1] if found else "?"


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("minutes", type=float, nargs="?", default=MINUTES)
    main(options.parse_args().minutes)
