"""A terminal that is not read, and one behind a slow link: what the program does while it has to wait.

    python -m tests.benchmarks.link [--unread 60] [--rate 30] [--round-trip 100] [--keys 40]

The real program trains flat out in a pseudo-terminal of 120x40. First nobody reads it for `--unread` seconds: printed
are the longest gap of the event loop meanwhile, the bytes that then come before the newest state, and how long that
takes. Then it is read through a link of `--rate` KB/s with a round trip of `--round-trip` ms and room for 64 KB on its
way, as an SSH connection has: printed is the time from a key to the screen that answers it, at the user's end.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import deque
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.options import count, parser
from tests.benchmarks.replay import HEIGHT, WIDTH, screens
from tests.benchmarks.response import MARK, answers, endless, press_keys, running
from tests.terminal.pseudo_terminal import Terminal

ROOM = 65536
"""Bytes that may be on their way."""


class SlowLink(Terminal):
    """A terminal at the far end of a link: what is read arrives later, and so does what is typed."""

    def __init__(self, rate: float, delay: float, scenario: str) -> None:
        self._rate = rate
        self._delay = delay
        self._coming: deque[tuple[float, bytes]] = deque()
        self._going: deque[tuple[float, str]] = deque()
        self._free = 0.0
        self.slow = False
        super().__init__("vgtui", scenario, width=WIDTH, height=HEIGHT)

    def write(self, text: str) -> float:
        """Type at the far end."""
        if not self.slow:
            return super().write(text)
        now = time.perf_counter()
        self._going.append((now + self._delay, text))
        return now

    def read(self, seconds: float = 0.02) -> bool:
        """Carry what is due in both directions, and take in more while there is room."""
        if not self.slow:
            return super().read(seconds)
        now = time.perf_counter()
        while self._going and self._going[0][0] <= now:
            super().write(self._going.popleft()[1])
        arrived = False
        while self._coming and self._coming[0][0] <= now:
            arrived = True
            super().take(self._coming.popleft()[1])  # answers, by `write`, take their time too
        if sum(len(data) for _, data in self._coming) < ROOM:
            super().read(min(seconds, 0.002))
        else:
            time.sleep(0.002)
        return arrived

    def take(self, data: bytes) -> None:
        """Send it on its way: after what is on it already, at the link's rate."""
        if not self.slow:
            super().take(data)
            return
        for start in range(0, len(data), 1024):
            piece = data[start : start + 1024]
            self._free = max(self._free, time.perf_counter()) + len(piece) / self._rate
            self._coming.append((self._free + self._delay, piece))


def unread(scenario: Path, seconds: float) -> None:
    """Leave the terminal unread, then read again."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "gaps")
        arguments = (str(out), "vgtui", str(scenario))
        with Terminal("tests.benchmarks.ticking", *arguments, width=WIDTH, height=HEIGHT) as terminal:
            running(terminal)
            terminal.write(" ")
            terminal.read_for(2.0)
            stopped, seen = time.perf_counter(), len(terminal.received)
            time.sleep(seconds)
            back = time.perf_counter()
            terminal.write("\x1b[B")
            terminal.wait_for_bytes(MARK)
            terminal.read_for(0.3)
            found = [json.loads(line) for line in out.read_text().splitlines()]
            late = [gap["late"] - gap["queued"] for gap in found if stopped < gap["at"] < back]
            newest = newest_after(terminal, back)
            stale = sum(len(data) for at, data in terminal.received[seen:] if at < newest)
            print(
                f"not read for {seconds:.0f} s: the event loop stood still for {max(late, default=0) * 1e3:.0f} ms"
            )
            print(
                f"read again: the newest state after {(newest - back) * 1e3:.0f} ms, {stale / 1e3:.1f} KB before it"
            )


def newest_after(terminal: Terminal, moment: float) -> float:
    """When the answer to the key that was pressed at `moment` was on the screen."""
    return next(
        at for at, screen in screens(terminal) if at > moment and f"│{MARK} 1" in "\n".join(screen.display)
    )


def throttled(scenario: Path, rate: float, round_trip: float, keys: int) -> None:
    """Press keys at the far end."""
    with SlowLink(rate, round_trip / 2, str(scenario)) as terminal:
        running(terminal)
        terminal.slow = True
        terminal.write(" ")
        terminal.read_for(3.0)
        pressed = press_keys(terminal, keys)
        terminal.read_for(1.0)  # a mark that was on its way may have been taken for the last key's answer
        delays = answers(terminal, pressed)
        cuts = quantiles(delays, n=20)
        print(
            f"{rate / 1e3:.0f} KB/s, {round_trip * 1e3:.0f} ms: key to screen {median(delays) * 1e3:.0f} ms,"
            f" 95 of 100 within {cuts[18] * 1e3:.0f}"
        )


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--unread", type=float, default=60.0)
    options.add_argument("--rate", type=float, default=30.0)
    options.add_argument("--round-trip", type=float, default=100.0)
    options.add_argument("--keys", type=count, default=40)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = endless(Path(folder))
        unread(run, chosen.unread)
        throttled(run, chosen.rate * 1e3, chosen.round_trip / 1e3, chosen.keys)
