"""Control-C at random moments of the start: `python -m tests.benchmarks.interrupted [TIMES]`.

Each time the program ends at once, as interrupted, and the terminal is as it was. Prints what was not so.
"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter

from tests.benchmarks.options import only_count
from tests.terminal.pseudo_terminal import PseudoTerminal

TIMES = 200
LONGEST = 1.0
"""Seconds after the first byte until the interrupt comes, at most."""

PATIENCE = 3.0


def interrupt(after: float) -> str:
    """Start, interrupt, and say what came of it."""
    with PseudoTerminal("vgtui", "width-1", width=80, height=24) as terminal:
        before = terminal.settings
        terminal.wait_for(lambda: bool(terminal.everything))
        terminal.read_for(after)
        if terminal.process.poll() is not None:
            return "ended before"
        terminal.process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        while terminal.process.poll() is None and time.monotonic() < sent + PATIENCE:
            terminal.read()
        terminal.read_for(0.05)
        ignored = b"Exception ignored in" in terminal.everything
        why = terminal.everything.partition(b"Exception ignored in")[2][:300] if ignored else b""
        if terminal.process.poll() is None:
            return f"NOT ENDED {why!r}"
        code = terminal.process.returncode
        if terminal.settings != before:
            return f"SETTINGS after code {code}"
        left = [line for line in terminal.screen.display if line.strip()]
        shown = terminal.everything.rfind(b"\x1b[?1049h")
        if shown > terminal.everything.rfind(b"\x1b[?1049l"):
            return f"SCREEN after code {code}"
        if left and shown < 0:
            return f"LEFT after code {code}: {left}"
        return f"code {code}{' with an exception that was ignored' if ignored else ''}"


def main(times: int) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what a shell has in the background ignores it
    chance, outcomes = random.Random(1), Counter[str]()
    for _ in range(times):
        outcomes[interrupt(chance.uniform(0.0, LONGEST))] += 1
    for what, count in outcomes.most_common():
        print(f"{count} times: {what}")


if __name__ == "__main__":
    main(only_count(__doc__, "times", TIMES))
