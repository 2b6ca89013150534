"""Compiles faces into the store: `python -m vgtui.engine.warm` does it in a process of its own, so no screen waits.

On its standard input stand the numbers of the arena and the names of faces. It prints every name once that is in
the store, and ends; with REST as its argument it goes on to all other faces for these numbers. Processes that do
this at the same time divide the faces among them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from vgtui.engine import leave_scipy_out

if TYPE_CHECKING:
    from vgtui.engine.faces import Face

REST = "rest"


def main(role: str = "") -> None:
    """Compile what nobody else is compiling, then wait for what others are; in the end remove what is out of date."""
    from vgtui.engine import store, tidying
    from vgtui.engine.faces import compile_here

    numbers, *names = sys.stdin.read().split()
    known = slowest_first(all_faces().values(), numbers)
    wanted = [face for face in known if face.name in names]
    compile_here(wanted, numbers, lambda face: print(face.name, flush=True))
    sys.stdout.close()
    if role == REST:
        os.nice(10)  # by now someone works with what there is
        compile_here(known, numbers)
    tidying.remove_old(store.folder())


def all_faces() -> dict[str, Face]:
    """Every face by its name."""
    from vgtui.engine import program  # noqa: F401  it imports all that have faces
    from vgtui.engine.faces import Face

    return Face.known


def slowest_first(faces: Iterable[Face], numbers: str) -> list[Face]:
    """Those that take longest to compile first, for processes that divide them to be done at the same time."""
    from vgtui.engine import bitcode

    return sorted(faces, key=lambda face: bitcode.size(face.symbol(numbers)), reverse=True)


if __name__ == "__main__":
    leave_scipy_out()
    main(*sys.argv[1:])
