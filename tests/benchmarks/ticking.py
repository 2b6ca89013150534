"""vgtui, or the minimal Textual program, with a clock in its event loop that ticks every millisecond.

    python -m tests.benchmarks.ticking FILE minimal|vgtui [SCENARIO]

From the first frame on, a tick that comes more than 5 ms late is written to FILE, one JSON object a line: when (seconds
of time.perf_counter), how long the loop stood still, how much of that it stood in line for a core, which no program
can help, and how much of it its thread computed: the rest it waited for other threads of the program.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TextIO

from textual.app import App

TICK = 0.001
LATE = 0.005


def waited_for_a_core() -> float:
    """Seconds that this thread, the main one, was ready to run and had no core."""
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9


async def tick(out: TextIO) -> None:
    """Watch the event loop as long as it runs."""
    before, queued, spent = time.perf_counter(), waited_for_a_core(), time.thread_time()
    while True:
        await asyncio.sleep(TICK)
        now = time.perf_counter()
        late = now - before - TICK
        if late > LATE:
            gap = {"late": late, "queued": waited_for_a_core() - queued, "spent": time.thread_time() - spent}
            out.write(json.dumps({"at": now, **gap}) + "\n")
            out.flush()
            now = time.perf_counter()
        before, queued, spent = now, waited_for_a_core(), time.thread_time()


def attach(app: type[App[None]], out: TextIO) -> None:
    """Start the clock with the app's first frame."""
    ready = getattr(app, "on_ready", None)

    def on_ready(self: App[None]) -> None:
        self.clock = asyncio.create_task(tick(out))  # type: ignore[attr-defined]
        if ready is not None:
            ready(self)

    app.on_ready = on_ready  # type: ignore[attr-defined]


def main() -> None:
    """Run the one or the other with its clock."""
    out = open(sys.argv.pop(1), "w")  # noqa: SIM115  open as long as the program runs
    if sys.argv.pop(1) == "minimal":
        from tests.benchmarks.minimal import Minimal

        attach(Minimal, out)
        Minimal().run()
        return
    from vgtui.cli import main
    from vgtui.tui.app import VgtuiApp

    attach(VgtuiApp, out)
    main()


if __name__ == "__main__":
    main()
