"""Every kernel of one precision, compiled in a process of its own while the first tests run.

`python -m tests.compiling float32`. The tests' own processes never load a compiler: they wait for what they need.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from vgtui.engine import leave_scipy_out, store
from vgtui.engine.faces import Face, compile_here
from vgtui.engine.signatures import NUMBERS


def start() -> list[subprocess.Popen[bytes]]:
    """A process for each precision."""
    command = [sys.executable, "-m", "tests.compiling"]
    return [subprocess.Popen([*command, numbers], cwd=Path(__file__).parents[1]) for numbers in NUMBERS]


def wait_for(missing: Sequence[Face], numbers: str) -> None:
    """Until these are compiled, or nobody compiles any more."""
    while not all(store.holds(face.symbol(numbers)) for face in missing):
        with store.claim(_everything(numbers), wait=False) as nobody:
            if nobody:
                return
        time.sleep(0.05)


def main(numbers: str) -> None:
    """Compile everything; who waits is told by a claim, which ends with this process."""
    from vgtui.engine.warm import all_faces

    with store.claim(_everything(numbers), wait=True):
        compile_here(list(all_faces().values()), numbers)


def _everything(numbers: str) -> str:
    return f"everything-{numbers}"


if __name__ == "__main__":
    leave_scipy_out()
    main(sys.argv[1])
