"""Fills the kernel cache: `python -m vgtui.engine.warm` compiles in a process of its own, so that no screen waits.

First what the scenario on its standard input needs, if there is one; then it prints READY and compiles the rest.
"""

from __future__ import annotations

import sys

from vgtui.engine import cache
from vgtui.engine.cache import is_warm
from vgtui.scenario.errors import UserError

__all__ = ["READY", "is_warm", "main"]

READY = "ready"


def main() -> None:
    """Compile every kernel, or load it where it is compiled already."""
    toml = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    _compile_for(toml)
    print(READY, flush=True)
    from vgtui.engine.faces import Face

    for face in list(Face.known.values()):
        assert face.address
    cache.mark_ready()


def _compile_for(toml: str) -> None:
    import vgtui.engine.machine  # noqa: F401  importing it compiles what every program needs
    from vgtui import data
    from vgtui.engine.door import Door
    from vgtui.engine.program import compile_program
    from vgtui.scenario.text import parse

    if toml:
        try:
            scenario = parse(toml)
            shape = Door(data.describe(scenario.data).input_shape).shape(scenario)
            compile_program(scenario, shape)
        except UserError:
            return  # the simulation itself says what is wrong with it


if __name__ == "__main__":
    main()
