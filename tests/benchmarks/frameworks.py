"""Training steps of vgtui, with every measurement, beside the same networks in PyTorch and JAX, in one run.

    python -m tests.benchmarks.frameworks [--workloads W1,W4] [--peers eager,jax] [--precision float64]

One thread each, Adam, the same data, first weights and batch sizes; every peer must first give vgtui's loss on a
batch, and after a few steps the same as the other peers. `eager`, `compile` and `jax` make the training step alone;
those called `-measured` also measure, on every step, what vgtui measures anyway (`torch_peer` lists it).
`eager-fused` is eager with Adam(fused=True), `jax-scan` 50 measured steps a call. Every round times each program
once, in turn; printed are the medians of steps per second and the quartiles of vgtui's ratio to each, round by round.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import shutil
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.benchmarks.options import count, parser
from tests.benchmarks.timing import OURS, Program, interleaved, table  # before numpy: it counts threads
from tests.benchmarks.workloads import WORKLOADS
from vgtui.engine.simulation import Simulation
from vgtui.scenario.edit import set_value
from vgtui.scenario.model import Lstm, Scenario

UNROLLED = 50
STEPS = 3
TOLERANCE = {"float64": 1e-6, "float32": 1e-3}


def torch_eager(**how: bool) -> Callable[[Scenario, str], Any]:
    def build(scenario: Scenario, precision: str) -> Any:
        from tests.benchmarks.torch_peer import eager

        return eager(scenario, precision, **how)

    return build


def torch_compiled(**how: bool) -> Callable[[Scenario, str], Any]:
    def build(scenario: Scenario, precision: str) -> Any:
        from tests.benchmarks.torch_peer import compiled

        return compiled(scenario, precision, **how)

    return build


def jax_jitted(**how: bool) -> Callable[[Scenario, str], Any]:
    def build(scenario: Scenario, precision: str) -> Any:
        from tests.benchmarks.jax_peer import jitted

        return jitted(scenario, precision, **how)

    return build


PEERS: dict[str, tuple[str, Callable[[Scenario, str], Any]]] = {
    "eager": ("PyTorch eager", torch_eager()),
    "eager-fused": ("PyTorch eager, fused Adam", torch_eager(fused=True)),
    "eager-measured": ("PyTorch eager, measured", torch_eager(measured=True)),
    "compile": ("torch.compile", torch_compiled()),
    "compile-measured": ("torch.compile, measured", torch_compiled(measured=True)),
    "jax": ("JAX jit", jax_jitted()),
    "jax-measured": ("JAX jit, measured", jax_jitted(measured=True)),
    "jax-scan": ("JAX jit, measured, 50 steps a call", jax_jitted(measured=True, scan=True)),
}


def ours(scenario: Scenario, precision: str) -> Program:
    """The public Simulation, which always measures."""
    simulation = Simulation(set_value(scenario, "precision", precision))

    def run(count: int) -> int:
        simulation.step(count)
        return count

    return run


def missing(peer: str, scenario: Scenario) -> str:
    """Why a peer is left out, or nothing."""
    library = "jax" if peer.startswith("jax") else "torch"
    if not importlib.util.find_spec(library):
        return f"{library} is not installed (pip install 'vgtui[bench]')"
    if peer.startswith("compile"):
        if not any(shutil.which(name) for name in ("g++", "clang++")):
            return "there is no C++ compiler"
        recurrent = any(isinstance(layer, Lstm) for layer in scenario.layers)
        if recurrent or len(scenario.expanded()) > UNROLLED:
            return "it unrolls every layer and time step, and compiling so many takes longer than minutes"
    return ""


def programs(scenario: Scenario, peers: list[str], precision: str) -> dict[str, Program]:
    """vgtui and the peers that are there; what is not is said."""
    first = Simulation(scenario)
    loss, batch = first.measure().loss, first.batch
    trained = 0.0
    found: dict[str, Program] = {OURS: ours(scenario, precision)}
    for peer in peers:
        name, build = PEERS[peer]
        reason = missing(peer, scenario)
        if reason:
            print(f"  {name}: left out, {reason}")
            continue
        program = build(scenario, precision)
        agree(name, program.loss(*batch), loss, precision)
        if peer != "jax-scan":  # which makes many more at once
            program(STEPS)
            trained = trained or program.loss(*batch)
            agree(f"after {STEPS} steps {name}", program.loss(*batch), trained, precision)
        found[name] = program
    return found


def agree(name: str, theirs: float, wanted: float, precision: str) -> None:
    """A peer that does something else is no peer."""
    if not math.isclose(theirs, wanted, rel_tol=TOLERANCE[precision]):
        raise SystemExit(f"{name} has another loss: {theirs}, not {wanted}")


def chosen(known: dict[str, Any], text: str) -> list[str]:
    """Names separated by commas, each of them known."""
    names = text.split(",")
    for name in names:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
    return names


def main() -> None:
    given = parser(__doc__)
    given.add_argument("--workloads", type=partial(chosen, WORKLOADS), default=list(WORKLOADS))
    given.add_argument("--peers", type=partial(chosen, PEERS), default=list(PEERS))
    given.add_argument("--precision", choices=TOLERANCE, default="float64")
    given.add_argument("--rounds", type=count, default=7)
    given.add_argument("--seconds", type=float, default=0.5)
    options = given.parse_args()
    for name in options.workloads:
        title, scenario = WORKLOADS[name]
        print(f"{name}: {title}, {options.precision}", flush=True)
        contestants = programs(scenario(), options.peers, options.precision)
        print(table(interleaved(contestants, options.rounds, options.seconds)), flush=True)


if __name__ == "__main__":
    main()
