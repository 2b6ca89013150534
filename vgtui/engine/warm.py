"""Compiles faces into the store: `python -m vgtui.engine.warm` does it in a process of its own, so no screen waits.

On its standard input stand the numbers of the arena and the names of faces. It prints every name once that is in
the store, and ends; with REST as its argument it goes on to all other faces for these numbers.

Several processes divide the names, if all are given the same empty folder: each is compiled by whoever claims it
first.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vgtui.engine import leave_scipy_out, store

if TYPE_CHECKING:
    from vgtui.engine.faces import Face

REST = "rest"

SLOW = (
    "operations.backward_through_time.backward",
    "machine._run",
    "kernels.products._product",
    "operations.recurrent.forward",
    "operations.convolve.backward",
    "operations.dense.backward",
)
"""Faces that take longest to compile: to be begun first."""


def main(folder: str, role: str = "") -> None:
    """Compile what nobody else has claimed in `folder`."""
    numbers, *names = sys.stdin.read().split()
    known = all_faces()
    for name in names:
        if _claim(Path(folder, name)):
            _compile(known[name], numbers)
            print(name, flush=True)
    sys.stdout.close()
    if role == REST:
        os.nice(10)  # by now someone works with what there is
        for face in known.values():
            _compile(face, numbers)


def all_faces() -> dict[str, Face]:
    """Every face by its name, those that take longest to compile first."""
    from vgtui.engine import network  # noqa: F401  it imports all that have faces
    from vgtui.engine.faces import Face

    slow = {name: place for place, name in enumerate(SLOW)}
    return dict(sorted(Face.known.items(), key=lambda item: slow.get(item[0], len(slow))))


def _compile(face: Face, numbers: str) -> None:
    if store.read(face.symbol(numbers)) is None:
        face.compile(numbers)


def _claim(mark: Path) -> bool:
    """Whether nobody else does this; from now on nobody else will."""
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


if __name__ == "__main__":
    leave_scipy_out()
    main(*sys.argv[1:])
