"""How the time of a training step grows with depth and with width, beside PyTorch and JAX, in one run.

    python -m tests.benchmarks.growth [--along depth,width] [--peers eager,jax] [--precision float64]

tanh layers on two moons, batch 64, Adam; 32 units wide, or 10 layers deep. vgtui measures on every step; `eager` and
`jax` do not (their `-measured` forms do, see `frameworks`). Printed for each size: the median of steps per second,
nanoseconds per parameter and per multiply-add of a step (forward, and both products of backward); then, for each
program, the exponent of a power law fitted to the time of a step, and that of the last two sizes alone. vgtui
trains sigmoids beside: their denormal gradients should cost nothing.
"""

from __future__ import annotations

import argparse
import statistics
from functools import partial
from itertools import pairwise

from tests.benchmarks.options import count, parser
from tests.benchmarks.timing import OURS, interleaved  # before numpy: it counts threads

# isort: split
import numpy as np

from tests.benchmarks.frameworks import PEERS, TOLERANCE, chosen, ours, programs
from tests.benchmarks.workloads import stack
from vgtui.scenario.model import Scenario

BATCH = 64
SIZES = {"depth": (10, 30, 100, 300, 1000, 3000), "width": (4, 8, 16, 32, 64, 128, 256, 512)}
SIGMOID = "vgtui, sigmoid"


def network(along: str, size: int, activation: str) -> Scenario:
    depth, width = (size, 32) if along == "depth" else (10, size)
    return stack(depth, width, activation, BATCH, 240, init="orthogonal")


def work(scenario: Scenario) -> tuple[int, int]:
    """(parameters, multiply-adds of a step). No gradient goes back to the data."""
    widths = [2, *(layer.width or 0 for _, layer in scenario.expanded())]
    weights = [a * b for a, b in pairwise(widths)]
    return sum(weights) + sum(widths[1:]), BATCH * (3 * sum(weights) - weights[0])


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Of the power law that the times follow."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def grow(along: str, sizes: list[int], options: argparse.Namespace) -> None:
    print(f"by {along}, {options.precision}")
    print(
        f"  {along:>6} {'program':<34}{'steps/s':>11}{'ns/parameter':>14}{'ns/multiply-add':>17}{'vgtui':>9}"
    )
    times: dict[str, dict[int, float]] = {}
    for size in sizes:
        scenario = network(along, size, "tanh")
        found = programs(scenario, options.peers, options.precision)
        found[SIGMOID] = ours(network(along, size, "sigmoid"), options.precision)
        parameters, products = work(scenario)
        rates = interleaved(found, options.rounds, options.seconds)
        for name, speeds in rates.items():
            speed = statistics.median(speeds)
            ratio = statistics.median(a / b for a, b in zip(rates[OURS], speeds, strict=True))
            times.setdefault(name, {})[size] = 1 / speed
            costs = f"{1e9 / speed / parameters:>14.2f}{1e9 / speed / products:>17.4f}"
            print(f"  {size:>6} {name:<34}{speed:>11,.1f}{costs}{ratio:>8.2f}x", flush=True)
    for name, found_times in times.items():
        known, seconds = list(found_times), list(found_times.values())
        if len(known) > 1:
            whole, last = exponent(known, seconds), exponent(known[-2:], seconds[-2:])
            print(f"  {name}: time grows as {along}^{whole:.2f}, from {known[-2]} to {known[-1]} ^{last:.2f}")


def main() -> None:
    given = parser(__doc__)
    given.add_argument("--along", type=partial(chosen, SIZES), default=list(SIZES))
    given.add_argument("--peers", type=partial(chosen, PEERS), default=["eager", "jax"])
    given.add_argument("--precision", choices=TOLERANCE, default="float64")
    given.add_argument("--largest", type=count, default=10_000, help="leave out sizes above this")
    given.add_argument("--rounds", type=count, default=5)
    given.add_argument("--seconds", type=float, default=0.3)
    options = given.parse_args()
    for along in options.along:
        grow(along, [size for size in SIZES[along] if size <= options.largest], options)


if __name__ == "__main__":
    main()
