"""The program with some imports held up until a file exists.

`python -m tests.terminal.held_import FILE MODULE,... [SCENARIO]`
"""

from __future__ import annotations

import sys
import time
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType


class HeldLoader(Loader):
    """Loads what another loader does, but not before the gate is open."""

    def __init__(self, loader: Loader, opened: Path) -> None:
        self.loader = loader
        self.opened = opened

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        while not self.opened.exists():
            time.sleep(0.01)
        self.loader.exec_module(module)


class Gate(MetaPathFinder):
    """Finds what is to be held up, and has it loaded by a HeldLoader."""

    def __init__(self, opened: Path, held: list[str]) -> None:
        self.opened = opened
        self.held = held

    def find_spec(self, name, path, target=None):  # type: ignore[no-untyped-def]
        spec = PathFinder.find_spec(name, path) if name in self.held else None
        if spec is not None and spec.loader is not None:
            spec.loader = HeldLoader(spec.loader, self.opened)
        return spec


if __name__ == "__main__":
    sys.meta_path.insert(0, Gate(Path(sys.argv.pop(1)), sys.argv.pop(1).split(",")))
    from vgtui.cli import main

    main()
