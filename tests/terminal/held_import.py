"""The program with the import of numpy and numba held up until a file exists.

`python -m tests.terminal.held_import FILE [SCENARIO]`
"""

from __future__ import annotations

import sys
import time
from importlib.abc import MetaPathFinder
from pathlib import Path


class Gate(MetaPathFinder):
    """Finds nothing; but lets nobody look for what takes long to import before the gate is open."""

    def __init__(self, opened: Path) -> None:
        self.opened = opened

    def find_spec(self, name, path, target=None):  # type: ignore[no-untyped-def]
        while name in ("numpy", "numba") and not self.opened.exists():
            time.sleep(0.01)


if __name__ == "__main__":
    sys.meta_path.insert(0, Gate(Path(sys.argv.pop(1))))
    from vgtui.cli import main

    main()
