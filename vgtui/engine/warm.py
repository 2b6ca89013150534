"""Compiles faces into the store: `python -m vgtui.engine.warm` does it in a process of its own, so no screen waits.

On its standard input stand the numbers of the arena and the names of faces. It prints every name once that is in
the store, and ends; with REST as its argument it goes on to all other faces for these numbers. Processes that do
this at the same time divide the faces among them.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from vgtui.engine import leave_scipy_out

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


def main(role: str = "") -> None:
    """Compile what nobody else is compiling, then wait for what others are; in the end remove what is out of date."""
    from vgtui.engine import store, tidying
    from vgtui.engine.faces import compile_here

    numbers, *names = sys.stdin.read().split()
    known = all_faces()
    wanted = [face for name, face in known.items() if name in names]
    compile_here(wanted, numbers, lambda face: print(face.name, flush=True))
    sys.stdout.close()
    if role == REST:
        os.nice(10)  # by now someone works with what there is
        compile_here(list(known.values()), numbers)
    tidying.remove_old(store.folder())


def all_faces() -> dict[str, Face]:
    """Every face by its name, those that take longest to compile first."""
    from vgtui.engine import network  # noqa: F401  it imports all that have faces
    from vgtui.engine.faces import Face

    slow = {name: place for place, name in enumerate(SLOW)}
    return dict(sorted(Face.known.items(), key=lambda item: slow.get(item[0], len(slow))))


if __name__ == "__main__":
    leave_scipy_out()
    main(*sys.argv[1:])
