"""Fills the kernel cache: `python -m vgtui.engine.warm` compiles in a process of its own, so that no screen waits.

First what the scenario on its standard input needs, if there is one; then it prints READY and compiles the rest,
in the scenario's precision: who never asks for float32 never waits for it.

Two processes divide what comes first, if both are given the same empty folder: each begins at another end of the
list, and every piece is compiled by whoever claims it first. The one that is told to `help` ends with READY.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from vgtui.engine import cache, leave_scipy_out
from vgtui.engine.cache import is_warm
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Scenario

__all__ = ["HELP", "READY", "is_warm", "main"]

READY = "ready"
HELP = "help"

Piece = tuple[str, Callable[[], object]]
"""A name, and what compiles it or loads it where it is compiled already."""


def main(folder: str | None = None, role: str | None = None) -> None:
    """Compile every kernel for the scenario's numbers, or load it where it is compiled already."""
    scenario = _named_scenario()
    numbers = "float64" if scenario is None else scenario.numbers
    pieces = list(_needed(scenario, numbers))
    for name, compile_it in reversed(pieces) if role == HELP else pieces:
        if folder is None or _claim(Path(folder, name)):
            compile_it()
    print(READY, flush=True)
    if role != HELP:
        os.nice(10)  # by now someone works with what there is
        for _, compile_it in _everything(numbers):
            compile_it()
        cache.mark_ready(numbers)


def _claim(mark: Path) -> bool:
    """Whether nobody else does this; from now on nobody else will."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def _named_scenario() -> Scenario | None:
    from vgtui.scenario.text import parse

    toml = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    try:
        return parse(toml) if toml else None
    except UserError:
        return None  # the simulation itself says what is wrong with it


def _needed(scenario: Scenario | None, numbers: str) -> Iterator[Piece]:
    """What a scenario needs, nothing of it compiled yet."""
    from vgtui import data
    from vgtui.engine.door import Door
    from vgtui.engine.faces import addressed_by
    from vgtui.engine.program import compile_program

    yield "entries", lambda: _compile_entries(numbers)
    if scenario is None:
        return
    try:
        shape = Door(data.describe(scenario.data).input_shape).shape(scenario)
        faces = addressed_by(lambda: compile_program(scenario, shape))
    except UserError:
        return
    for face in faces:
        yield face.name, lambda face=face: face.address(numbers)  # type: ignore[misc]


def _compile_entries(numbers: str) -> None:
    from vgtui.engine import machine  # importing it compiles what every program of float64 needs

    machine.prepare(numbers)


def _everything(numbers: str) -> Iterator[Piece]:
    from vgtui.engine.faces import Face

    yield "entries", lambda: _compile_entries(numbers)
    for face in list(Face.known.values()):
        yield face.name, lambda face=face: face.address(numbers)  # type: ignore[misc]


if __name__ == "__main__":
    leave_scipy_out()
    main(*sys.argv[1:])
