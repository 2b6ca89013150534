"""What the screen costs and how fast it answers while the engine trains flat out: keys, gaps, CPU, bytes, steps.

    python -m tests.benchmarks.response [--seconds 10] [--rounds 3] [--cold]

The real program in a pseudo-terminal of 120x40, all panes live, training the default network without a limit to its
speed. In every round, interleaved:

    steps     updates a second as the screen counts them, beside `Simulation.step` in a process without a screen, in
              turns of half a second; time for which other programs had the core is not counted
    keys      seconds from a key to the screen that shows what it does (another layer is chosen)
    interface CPU of all threads but the engine's, as a share of one core
    bytes     a frame, beside what differs between its screen and the one before, written by a plain reference cell
              by cell, and beside what Textual itself would send: every pane that has changed, whole
    gaps      of the event loop, start, training and dialogs included, beside those of a minimal Textual program
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Self

from msgspec.structs import replace

import vgtui
from tests.benchmarks.minimal import READY
from tests.benchmarks.options import count, parser
from tests.benchmarks.reference_diff import Sizes, frame_sizes
from tests.benchmarks.replay import HEIGHT, WIDTH, screens
from tests.benchmarks.start import warm_cache
from tests.terminal.pseudo_terminal import Terminal
from vgtui.scenario import library

LIMIT = 120.0
FASTEST = "+" * 9
MARK = "▸"
"""Stands before the layer that is chosen."""
TURN = 0.5
"""Seconds for which steps are counted with a screen, then without: a machine's speed changes from one to the next."""
HEADLESS = """
import sys, time, vgtui
from tests.benchmarks.ticking import waited_for_a_core
sim = vgtui.Simulation(vgtui.load_scenario(sys.argv[1]))
sim.step(1000)
for seconds in sys.stdin:
    began, queued, steps = time.perf_counter(), waited_for_a_core(), 0
    while time.perf_counter() - began < float(seconds):
        sim.step(500)
        steps += 500
    print(steps / (time.perf_counter() - began - waited_for_a_core() + queued), flush=True)
"""


class Headless:
    """Trains in a process without a screen, when asked to."""

    def __init__(self, scenario: Path) -> None:
        command = [sys.executable, "-c", HEADLESS, str(scenario)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        self.rate(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def rate(self, seconds: float) -> float:
        """Steps a second."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{seconds}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


def endless(folder: Path) -> Path:
    """The default scenario, without an end in sight."""
    scenario = vgtui.load_scenario(library.DEFAULT_PRESET)
    path = folder / "endless.toml"
    library.save(replace(scenario, training=replace(scenario.training, epochs=100_000_000)), path)
    return path


def running(terminal: Terminal) -> None:
    """Bring the program to its highest speed, every pane with numbers."""
    terminal.wait_for_bytes("step 0 ", LIMIT)
    terminal.write(FASTEST)
    terminal.wait_for_bytes("speed max")


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the time: what all threads but the busiest, the engine's, computed; and what that one stood in line."""

    interface: float
    queued: float


def thread_times(process: int) -> dict[int, tuple[float, float]]:
    """Of each thread: seconds of CPU, and seconds in line for a core."""
    found = {}
    for task in Path(f"/proc/{process}/task").iterdir():
        spent, queued, _ = (task / "schedstat").read_text().split()
        found[int(task.name)] = int(spent) / 1e9, int(queued) / 1e9
    return found


def shares(terminal: Terminal, seconds: float) -> Shares:
    """Of the time that follows."""
    began, before = time.perf_counter(), thread_times(terminal.process.pid)
    terminal.read_for(seconds)
    after, took = thread_times(terminal.process.pid), time.perf_counter() - began
    none = (0.0, 0.0)
    gone = [
        (now[0] - before.get(thread, none)[0], now[1] - before.get(thread, none)[1])
        for thread, now in after.items()
    ]
    *others, engine = sorted(gone)
    return Shares(sum(spent for spent, _ in others) / took, engine[1] / took)


def press_keys(terminal: Terminal, count: int) -> list[tuple[float, int]]:
    """Go up and down in the gradient flow: when each key was pressed, and the layer that it chooses."""
    dice = random.Random(count)
    pressed = []
    for number in range(count):
        terminal.read_for(dice.uniform(0.08, 0.2))
        down = number % 2 == 0
        pressed.append((terminal.write("\x1b[B" if down else "\x1b[A"), 1 if down else 0))
        terminal.wait_for_bytes(MARK)
    return pressed


def answers(terminal: Terminal, pressed: list[tuple[float, int]]) -> list[float]:
    """Seconds from each key to the first screen with the mark at the layer that it chooses."""
    waiting = list(pressed)
    delays = []
    for at, screen in screens(terminal):
        if (
            waiting
            and at > waiting[0][0]
            and any(f"│{MARK} {waiting[0][1]}" in line for line in screen.display)
        ):
            delays.append(at - waiting.pop(0)[0])
    assert not waiting, f"{len(waiting)} keys had no answer"
    return delays


def steps_shown(terminal: Terminal) -> list[tuple[float, int]]:
    """The number of the step on each screen, and when that was."""
    lines = ((at, screen.display[0]) for at, screen in screens(terminal))
    return [(at, int(line.split(" step ")[1].split()[0])) for at, line in lines if " step " in line]


def rate_of(shown: list[tuple[float, int]], since: float, until: float) -> float:
    """Steps a second between two moments."""
    (first, start), *_, (last, end) = (one for one in shown if since <= one[0] <= until)
    return (end - start) / (last - first)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some seconds of training: from when to when, and the shares of it."""

    since: float
    until: float
    shares: Shares


def trained(terminal: Terminal, seconds: float, warming_up: float) -> Stretch:
    """So long, once it has come up to speed; the program is paused before and after."""
    terminal.write(" ")
    terminal.read_for(warming_up)
    since = time.perf_counter()
    found = shares(terminal, seconds)
    until = time.perf_counter()
    terminal.write(" ")
    return Stretch(since, until, found)


def take_turns(terminal: Terminal, headless: Headless, count: int) -> list[tuple[Stretch, float]]:
    """So many times half a second of training with a screen, and half a second without: its steps a second."""
    turns = []
    for _ in range(count):
        stretch = trained(terminal, TURN, 0.2)
        terminal.read_for(0.2)
        turns.append((stretch, headless.rate(TURN)))
    return turns


@dataclass(frozen=True, slots=True)
class Training:
    """One run: steps with a screen of those without, a turn each; interface share, key delays, bytes a frame."""

    kept: list[float]
    interface: float
    delays: list[float]
    sizes: Sizes


def train(scenario: Path, seconds: float, keys: int) -> Training:
    """Run the program for so long, then by turns, then press keys."""
    with (
        Headless(scenario) as headless,
        Terminal("vgtui", str(scenario), width=WIDTH, height=HEIGHT) as terminal,
    ):
        running(terminal)
        whole = trained(terminal, seconds, 1.0)
        turns = take_turns(terminal, headless, int(seconds / TURN))
        terminal.write(" ")
        watched = list(terminal.received)
        pressed = press_keys(terminal, keys)
        everything, terminal.received = terminal.received, watched
        shown = steps_shown(terminal)
        sizes = frame_sizes(terminal, whole.since, whole.until)
        terminal.received = everything
        kept = [rate_of(shown, one.since, one.until) / (1 - one.shares.queued) / bare for one, bare in turns]
        return Training(kept, whole.shares.interface, answers(terminal, pressed), sizes)


@dataclass(frozen=True, slots=True)
class Gap:
    """Seconds for which the event loop stood still: in line for a core, computing, or waiting for other threads."""

    late: float
    queued: float
    spent: float

    @property
    def own(self) -> float:
        """That for which no lack of cores is an excuse."""
        return max(0.0, self.late - self.queued)


def gaps(program: str, scenario: Path, *, cold: bool, seconds: float) -> list[Gap]:
    """Each time that the event loop stood still."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "gaps")
        environment = {"XDG_CACHE_HOME": folder} if cold else {}
        arguments = (str(out), program, str(scenario))
        with Terminal(
            "tests.benchmarks.ticking", *arguments, width=WIDTH, height=HEIGHT, environment=environment
        ) as terminal:
            if program == "minimal":
                terminal.wait_for_bytes(READY, LIMIT)
            else:
                running(terminal)
                for keys in (" ", "\t", "\t", "?", "\x1b", "p", "\x1b", "g", "."):
                    terminal.write(keys)
                    terminal.read_for(0.3)
            terminal.read_for(seconds)
        found = [json.loads(line) for line in out.read_text().splitlines()]
        return [Gap(gap["late"], gap["queued"], gap["spent"]) for gap in found]


def spread(name: str, values: list[float], unit: str, scale: float = 1.0) -> None:
    """Print median and quartiles."""
    scaled = [scale * value for value in values]
    if len(scaled) == 1:
        print(f"{name:34} {scaled[0]:9.2f} {unit}")
        return
    low, _, high = quantiles(scaled, n=4, method="inclusive")
    print(f"{name:34} {median(scaled):9.2f} {unit} ({low:.2f} to {high:.2f})")


def tell_gaps(name: str, found: list[Gap]) -> None:
    """Print the longest, and those for which no lack of cores is an excuse."""
    longest, computing = (
        max((getattr(gap, part) for gap in found), default=0.0) * 1e3 for part in ("own", "spent")
    )
    over, themselves = (sum(getattr(gap, part) > 0.020 for gap in found) for part in ("own", "spent"))
    worst = sorted(found, key=lambda gap: gap.late, reverse=True)[:6]
    listed = ", ".join(
        f"{gap.late * 1e3:.0f} ({gap.queued * 1e3:.0f} for a core, {gap.spent * 1e3:.0f} computing)"
        for gap in worst
    )
    print(
        f"{name:34} {longest:9.2f} ms the longest, {over} over 20 ms; of computing alone {computing:.2f} ms,"
        f" {themselves}; as seen: {listed}"
    )


def measure(seconds: float, rounds: int, keys: int, cold: bool) -> None:
    """Everything, interleaved."""
    with tempfile.TemporaryDirectory() as folder:
        warm_cache()
        scenario = endless(Path(folder))
        runs = []
        for _ in range(rounds):
            runs.append(train(scenario, seconds, keys))
            print(f"  {runs[-1].sizes.rate:.1f} frames/s", flush=True)
        kept, delays = ([one for run in runs for one in getattr(run, name)] for name in ("kept", "delays"))
        spread("steps, of those without a screen", kept, "%", 100)
        spread("interface, of a core", [run.interface for run in runs], "%", 100)
        cuts = quantiles(delays, n=100)
        print(
            f"{'key to screen':34} {median(delays) * 1e3:9.2f} ms; 95 of 100 within {cuts[94] * 1e3:.1f},"
            f" 99 within {cuts[98] * 1e3:.1f} (mean {mean(delays) * 1e3:.1f}, {len(delays)} keys)"
        )
        spread("bytes a frame", [run.sizes.sent for run in runs], "KB", 1e-3)
        spread("  of a reference cell diff", [run.sizes.sent / run.sizes.reference for run in runs], "times")
        spread("  of what Textual would send", [run.sizes.sent / run.sizes.stock for run in runs], "times")
        tell_gaps("gaps, minimal program", gaps("minimal", scenario, cold=False, seconds=3))
        tell_gaps("gaps, vgtui", gaps("vgtui", scenario, cold=False, seconds=3))
        if cold:
            tell_gaps("gaps, vgtui, cold cache", gaps("vgtui", scenario, cold=True, seconds=3))


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--seconds", type=float, default=10.0)
    options.add_argument("--rounds", type=count, default=3)
    options.add_argument("--keys", type=count, default=60)
    options.add_argument(
        "--cold", action="store_true", help="measure the gaps with an empty kernel cache too"
    )
    chosen = options.parse_args()
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    measure(chosen.seconds, chosen.rounds, chosen.keys, chosen.cold)
