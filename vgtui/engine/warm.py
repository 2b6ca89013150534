"""Fills the kernel cache: `python -m vgtui.engine.warm` compiles in a process of its own, so that no screen waits.

First what the scenario on its standard input needs, if there is one; then it prints READY and compiles the rest,
in the scenario's precision: who never asks for float32 never waits for it.
"""

from __future__ import annotations

import sys

from vgtui.engine import cache
from vgtui.engine.cache import is_warm
from vgtui.scenario.errors import UserError

__all__ = ["READY", "is_warm", "main"]

READY = "ready"


def main() -> None:
    """Compile every kernel for the scenario's numbers, or load it where it is compiled already."""
    toml = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    numbers = _compile_for(toml)
    print(READY, flush=True)
    from vgtui.engine.faces import Face

    for face in list(Face.known.values()):
        assert face.address(numbers)
    cache.mark_ready(numbers)


def _compile_for(toml: str) -> str:
    """Compile what a scenario needs; what its arena is made of."""
    from vgtui import data
    from vgtui.engine import machine  # importing it compiles what every program of float64 needs
    from vgtui.engine.door import Door
    from vgtui.engine.program import compile_program
    from vgtui.scenario.text import parse

    numbers = "float64"
    if toml:
        try:
            scenario = parse(toml)
            numbers = scenario.numbers
            machine.prepare(numbers)
            shape = Door(data.describe(scenario.data).input_shape).shape(scenario)
            compile_program(scenario, shape)
        except UserError:
            pass  # the simulation itself says what is wrong with it
    return numbers


if __name__ == "__main__":
    main()
