"""What the screen needs from its second frame on, imported by the engine's thread: the event loop need not wait."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from textual.widgets import Markdown as Markdown

from vgtui.tui import drawing, palette, screens
from vgtui.tui.panes import typing_line

__all__ = ["Markdown", "palette", "typing_line"]

for _package in (drawing, screens):
    for _module in pkgutil.iter_modules(_package.__path__):
        import_module(f"{_package.__name__}.{_module.name}")
