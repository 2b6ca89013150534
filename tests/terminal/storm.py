"""Random keys, mouse events and resizes, as bytes and signals, against the real program."""

from __future__ import annotations

import random
import signal
import string
import time
from collections.abc import Callable
from pathlib import Path

from tests.terminal.pseudo_terminal import PseudoTerminal

KEYS = [
    *(key for key in string.printable[:95] if key != "q"),
    *("\t", "\r", "\x1b", "\x7f", "\x0f", "\x13", "\x12", "\x10"),
    *(f"\x1b[{end}" for end in ("A", "B", "C", "D", "H", "F", "Z", "5~", "6~", "3~", "1;2A", "1;5C")),
    *("\x1bOP", "é", "漢", "🔎", "\x1b[200~pasted [text]\n\x1b[201~"),
]
BROKEN = [
    *("\x1b[<0;", "\x1b[999;999R", "\x1b[<65;1;1M", "\x00", "\x1b]11;rgb:00/00\x07", "\x1b[?2026;0$y"),
    *("\udce9", "\udcff\udc80", "\x1b[1114112u"),
]
ANSWER = 60.0
"""Seconds that the program is given, on a busy machine and after all that came before, to answer the last key."""

STAYS = 1.0
"""Seconds that a screen must last to be the answer to the last key: those before it may still be answered, also with
a Help that closes again. A key that follows an Esc within a tenth of one is Alt and that key, as in any terminal."""

PIECE, BREATH = 20, 0.1
"""Events after which it is given some seconds to catch up: many times what hands can do."""


class Storm:
    """One program under one seed's random input."""

    def __init__(self, seed: int, terminal: PseudoTerminal) -> None:
        self.random = random.Random(seed)
        self.terminal = terminal
        self.events = 0

    def blow(self, count: int) -> None:
        """So many events, now and then read in between as a terminal does."""
        for _ in range(count):
            self._event()
            self.events += 1
            if self.events % PIECE == 0:
                self.terminal.read_for(BREATH)
            while self.terminal.read(0):
                pass

    def _event(self) -> None:
        kind = self.random.random()
        if kind < 0.78:
            self.terminal.write(self.random.choice(KEYS))
        elif kind < 0.96:
            button = self.random.choice([0, 0, 0, 1, 2, 32, 35, 35, 64, 65])
            place = f"{self.random.randint(1, 220)};{self.random.randint(1, 70)}"
            self.terminal.write(f"\x1b[<{button};{place}M\x1b[<{button};{place}m")
        elif kind < 0.98:
            self.terminal.write(self.random.choice(BROKEN))
        else:
            self.terminal.resize(self.random.randint(1, 250), self.random.randint(1, 80))

    def is_answered(self) -> None:
        """The program is alive: whatever is open closes, and the help comes and goes. Fails where it does not.

        Where the palette has sent it to the background, it is brought back, as a shell does.
        """
        self._bring_back()
        self.terminal.resize(120, 40)
        for _ in range(6):
            self.terminal.write("\x1b")
            self.terminal.read_for(0.15)
        self.terminal.write("\x1b[11~")  # F1
        self._comes_to_stay(lambda: "Signs" in self.shown())
        self.terminal.write("\x1b")
        self._comes_to_stay(lambda: "Signs" not in self.shown())

    def come_home(self, preset: str, title: str) -> None:
        """Open a preset, whatever the storm has opened: what the program then has in memory can be compared."""
        self.terminal.write("p")
        self.terminal.wait_for(lambda: "enter open" in self.shown(), ANSWER)
        self.terminal.write(preset)
        self.terminal.wait_for(lambda: preset in self.shown(), ANSWER)
        self.terminal.write("\r")
        self.terminal.wait_for(
            lambda: title in self.shown().splitlines()[0] and "step 0 " in self.shown(), ANSWER
        )
        self.terminal.settle(1.0, ANSWER)

    def _comes_to_stay(self, condition: Callable[[], bool]) -> None:
        since = float("inf")

        def stays() -> bool:
            nonlocal since
            now = time.monotonic()
            since = min(since, now) if condition() else float("inf")
            return now - since >= STAYS

        self.terminal.wait_for(stays, ANSWER)

    def _bring_back(self) -> None:
        if self.terminal.is_stopped:
            self.terminal.process.send_signal(signal.SIGCONT)

    def shown(self) -> str:
        """The screen's text; keys that were waiting may have sent the program to the background again."""
        self._bring_back()
        return self.terminal.text()

    def megabytes(self) -> float:
        """Of memory that the program has."""
        status = Path(f"/proc/{self.terminal.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024
