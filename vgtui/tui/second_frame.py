"""What draws the first numbers, imported by the engine's thread: the event loop need not wait for it."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from vgtui.tui import drawing

for _module in pkgutil.iter_modules(drawing.__path__):
    import_module(f"{drawing.__name__}.{_module.name}")
