"""The figures of start and screen through a real sshd.

    python -m tests.benchmarks.ssh_figures [--rounds 3] [--keys 60]

Without ssh, and over every link with and without `ssh -C`, in a connection that stands already, at 120x40:

    session                    seconds until a Python that imports nothing has written a line
    title, panes, first step   seconds from the request until they are on the screen, and how many times what the
                               minimal Textual program (one label) takes to its label over the same link, in turn;
                               then how many times without the session, on both sides
    key to screen              training flat out, all panes live: median, 99th percentile
    a frame                    bytes that the program writes, and that pass the link, encrypted; frames a second
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from tests.benchmarks.minimal import READY
from tests.benchmarks.options import count, parser
from tests.benchmarks.replay import HEIGHT, WIDTH, first_time, shows
from tests.benchmarks.response import answers, endless, press_keys, running
from tests.benchmarks.start import LIMIT, PANES, TITLE, warm_cache
from tests.benchmarks.throttle import Throttle
from tests.terminal.pseudo_terminal import ASK, Terminal
from tests.terminal.sshd import Sshd

LINKS = {"full speed": (0.0, 0.0), "125 KB/s, 50 ms": (125e3, 0.05), "30 KB/s, 100 ms": (30e3, 0.1)}
"""Bytes a second, and seconds of a round trip."""

MODULES = ("vgtui", "tests.benchmarks.minimal", "this")
"""What runs at the other end, each behind an sshd of its own."""

WATCHED = 8.0
"""Seconds for which frames are counted."""


@dataclass(slots=True)
class Figures:
    """Over one link."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    delays: list[float] = field(default_factory=list)
    written: float = 0.0
    passed: float = 0.0
    rate: float = 0.0


class Line:
    """A connection to an sshd, over a throttled link, in which programs are started."""

    def __init__(self, server: Sshd, throttle: Throttle, options: list[str]) -> None:
        self._socket = tempfile.mktemp(prefix="vgtui-", suffix=".ssh")
        self._options = ("-S", self._socket, *options)
        self._server, self._throttle = server, throttle

    def __enter__(self) -> Line:
        command = self._server.client("-M", "-N", "-f", *self._options, port=self._throttle.port)
        command.remove("-tt")
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        command = self._server.client("-O", "exit", *self._options, port=self._throttle.port)
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)

    def program(self, *arguments: str) -> Terminal:
        """The server's module at the other end."""
        command = self._server.client(*self._options, port=self._throttle.port)
        return Terminal(command=[*command, "--", *arguments], width=WIDTH, height=HEIGHT)


class Here:
    """No connection: programs are started in a terminal of this machine."""

    def __init__(self, module: str) -> None:
        self._module = module

    def program(self, *arguments: str) -> Terminal:
        """The module."""
        return Terminal(self._module, *arguments, width=WIDTH, height=HEIGHT)


def minimal(line: Line | Here) -> float:
    """Seconds until the minimal program shows its label."""
    with line.program() as terminal:
        terminal.wait_for_bytes(READY, LIMIT)
        return first_time(terminal, shows(READY))


def session(line: Line | Here) -> float:
    """Seconds until a program that does nothing has written something."""
    with line.program() as terminal:
        terminal.wait_for_bytes("Zen", LIMIT)
        return terminal.received[0][0] - terminal.began


def start(line: Line | Here) -> dict[str, float]:
    """Seconds until vgtui shows each of its stages."""
    with line.program() as terminal:
        terminal.wait_for_bytes(PANES[-1], LIMIT)
        terminal.write("s")
        terminal.wait_for_bytes("step 1 ", LIMIT)
        return {
            "title": first_time(terminal, shows(TITLE)),
            "panes": first_time(terminal, shows(*PANES)),
            "first step": first_time(terminal, shows("step 1 ")),
        }


def train(line: Line | Here, passed: Callable[[], int], scenario: Path, keys: int, figures: Figures) -> None:
    """Keys and frames while the engine trains flat out; `passed`: bytes over the link."""
    with line.program(str(scenario)) as terminal:
        running(terminal)
        terminal.write(" ")
        terminal.read_for(3.0)
        pieces, before, began = len(terminal.received), passed(), time.perf_counter()
        terminal.read_for(WATCHED)
        took = time.perf_counter() - began
        seen = b"".join(data for _, data in terminal.received[pieces:])
        frames = max(1, seen.count(ASK))
        figures.written, figures.rate = len(seen) / frames, frames / took
        figures.passed = (passed() - before) / frames
        pressed = press_keys(terminal, keys)
        terminal.read_for(2.0)
        figures.delays = answers(terminal, pressed)


@contextmanager
def servers(folder: Path) -> Iterator[list[Sshd]]:
    """One for each of MODULES."""
    environment = {
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_CACHE_HOME": str(warm_cache()),
        "LANG": "C.UTF-8",
        "COLORTERM": "truecolor",
    }
    with ExitStack() as running:
        found = []
        for module in MODULES:
            (folder / module).mkdir()
            found.append(running.enter_context(Sshd(folder / module, environment, module)))
        yield found


def compare(lines: Sequence[Line | Here], rounds: int, figures: Figures) -> None:
    """Starts of the program, of the minimal one and of nothing, in turn."""
    program, smallest, nothing = lines
    for _ in range(rounds):
        base, opened = minimal(smallest), session(nothing)
        found = {"session": opened, "minimal": base}
        for stage, seconds in start(program).items():
            found[stage] = seconds
            found[f"{stage}, times"] = seconds / base
            found[f"{stage}, without"] = (seconds - opened) / (base - opened)
        for name, value in found.items():
            figures.seconds.setdefault(name, []).append(value)


def measure(folder: Path, rounds: int, keys: int) -> None:
    """Every link, and a line of the table for each."""
    scenario, figures = endless(folder), Figures()
    with servers(folder) as every:
        compare([Here(module) for module in MODULES], rounds, figures)
        train(Here("vgtui"), lambda: 0, scenario, keys, figures)
        tell("without ssh", figures)
        for name, (rate, round_trip) in LINKS.items():
            for options in ([], ["-C"]):
                figures = Figures()
                with ExitStack() as connected:
                    enter = connected.enter_context
                    links = [enter(Throttle(server.port, rate, round_trip)) for server in every]
                    lines = [enter(Line(*ends, options)) for ends in zip(every, links, strict=True)]
                    compare(lines, rounds, figures)
                    train(lines[0], lambda link=links[0]: link.received, scenario, keys, figures)
                tell(f"{name}{', -C' if options else ''}", figures)


def tell(name: str, figures: Figures) -> None:
    """Print what was found over one link."""
    print(name)
    for stage in ("session", "minimal"):
        print(f"  {stage:12} {median(figures.seconds[stage]):6.3f} s")
    for stage in ("title", "panes", "first step"):
        times, without = (median(figures.seconds[f"{stage}, {what}"]) for what in ("times", "without"))
        seconds = median(figures.seconds[stage])
        print(
            f"  {stage:12} {seconds:6.3f} s   {times:5.2f} times minimal, {without:5.2f} without the session"
        )
    cuts = quantiles(figures.delays, n=100)
    print(
        f"  key to screen {median(figures.delays) * 1e3:.0f} ms, 95 of 100 within {cuts[94] * 1e3:.0f},"
        f" 99 within {cuts[98] * 1e3:.0f} ({len(figures.delays)} keys)"
    )
    print(
        f"  a frame {figures.written:.0f} bytes, {figures.passed:.0f} over the link; {figures.rate:.1f} a second",
        flush=True,
    )


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--rounds", type=count, default=3)
    options.add_argument("--keys", type=count, default=60)
    chosen = options.parse_args()
    os.environ.pop("SSH_AUTH_SOCK", None)
    with tempfile.TemporaryDirectory() as made:
        measure(Path(made), chosen.rounds, chosen.keys)
