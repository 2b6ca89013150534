"""From launch to the title, the first frame and the first trained step, beside a minimal Textual program.

    python -m tests.benchmarks.start [--rounds 9] [--cold 2]

Every round starts the minimal program (one label) and vgtui on its default scenario, in turn, in a pseudo-terminal
of 120x40, and counts the seconds until something is on the screen: for the minimal program its label; for vgtui its
title; all panes laid out and named, which is a sketch; the same by Textual, with the keys; and, with `s` pressed at
the sketch, the numbers of step 1.
`--cold` rounds more have an empty kernel cache. Printed are medians with quartiles, and the ratios round by round.
"""

from __future__ import annotations

import compileall
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

import vgtui as vgtui_package
from tests.benchmarks.minimal import READY
from tests.benchmarks.options import count, parser
from tests.benchmarks.replay import HEIGHT, WIDTH, first_time, shows
from tests.terminal.pseudo_terminal import Terminal

TITLE = "vgtui"
PANES = ("1 Gradient flow", "2 Chain rule", "3 Network", "4 Loss", "5 Weights")
KEY = "q Quit"
LIMIT = 120.0


def minimal() -> float:
    """Seconds until the minimal program shows its label."""
    with Terminal("tests.benchmarks.minimal", width=WIDTH, height=HEIGHT) as terminal:
        terminal.wait_for_bytes(READY, LIMIT)
        return first_time(terminal, shows(READY))


def vgtui(cache: Path) -> dict[str, float]:
    """Seconds until vgtui shows each of its stages."""
    environment = {"XDG_CACHE_HOME": str(cache)}
    with Terminal("vgtui", width=WIDTH, height=HEIGHT, environment=environment) as terminal:
        terminal.wait_for_bytes(PANES[-1], LIMIT)
        terminal.write("s")
        terminal.wait_for_bytes("step 1 ", LIMIT)
        return {
            "title": first_time(terminal, shows(TITLE)),
            "first frame": first_time(terminal, shows(*PANES)),
            "with keys": first_time(terminal, shows(*PANES, KEY)),
            "first step": first_time(terminal, shows("step 1 ")),
        }


def spread(values: list[float], unit: str) -> str:
    """Median and quartiles."""
    if len(values) < 2:
        return f"{values[0]:6.3f} {unit}"
    low, _, high = quantiles(values, n=4, method="inclusive")
    return f"{median(values):6.3f} {unit} ({low:.3f} to {high:.3f})"


def warm_cache() -> Path:
    """The cache folder that a user has; filled, if it is not yet; and the modules compiled, as an installer does it."""
    compileall.compile_dir(Path(vgtui_package.__file__).parent, quiet=1)
    subprocess.run([sys.executable, "-m", "vgtui", "warmup"], stdout=subprocess.DEVNULL, check=True)
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))


def measure(rounds: int, cold_rounds: int) -> None:
    """Every program once a round, in turn."""
    cache = warm_cache()
    smallest: list[float] = []
    stages: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}
    for _ in range(rounds):
        smallest.append(minimal())
        for name, seconds in vgtui(cache).items():
            stages.setdefault(name, []).append(seconds)
            ratios.setdefault(name, []).append(seconds / smallest[-1])
    print(f"{'minimal':12} {spread(smallest, 's')}")
    for name in stages:
        print(f"{name:12} {spread(stages[name], 's')}   {spread(ratios[name], 'times minimal')}")
    cold = []
    for _ in range(cold_rounds):
        with tempfile.TemporaryDirectory() as folder:
            cold.append(vgtui(Path(folder))["first step"])
    if cold:
        print(f"{'cold cache':12} {spread(cold, 's')} to the first step")


if __name__ == "__main__":
    options = parser(__doc__)
    options.add_argument("--rounds", type=count, default=9)
    options.add_argument("--cold", type=int, default=2)
    chosen = options.parse_args()
    measure(chosen.rounds, chosen.cold)
