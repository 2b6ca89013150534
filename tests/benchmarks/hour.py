"""Training in the app for a long time: `python -m tests.benchmarks.hour [MINUTES]`. Prints its memory as it goes.

The program runs at full speed; it is started again from its first draw whenever its epochs are over.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from time import monotonic

from tests.terminal.pseudo_terminal import PseudoTerminal

MINUTES = 60.0
LOOKS = 20


def megabytes(pid: int) -> float:
    """Of memory that the process has."""
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmRSS:")[2].split()[0]) / 1024


def main(minutes: float) -> None:
    memory: list[float] = []
    with PseudoTerminal(
        "vgtui", "keras-moons", "--history-megabytes", "64", width=120, height=40
    ) as terminal:
        terminal.wait_for_text("step 0 ", 240)
        terminal.write("+" * 10)
        began, next_look, steps, last = monotonic(), 0.0, 0, 0
        while (now := monotonic() - began) < 60 * minutes:
            top = terminal.screen.display[0]
            if "running" not in top:
                terminal.write("r ")
                steps += last
            found = re.search(r"step (\d+)", top)
            last = int(found[1]) if found else last
            if now >= next_look:
                next_look += 60 * minutes / LOOKS
                memory.append(megabytes(terminal.process.pid))
                print(f"{now / 60:5.1f} min  {memory[-1]:6.1f} MB  step {last}", flush=True)
            terminal.read_for(1.0)
            terminal.received.clear()
        terminal.write("q")
        terminal.ended()
    late = memory[len(memory) // 4 :]
    print(
        f"{minutes:g} min, {steps + last:,} steps: after a quarter {late[0]:.1f} MB, at the end {late[-1]:.1f} MB"
    )


if __name__ == "__main__":
    main(*[float(one) for one in sys.argv[1:]] or [MINUTES])
