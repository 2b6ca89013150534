"""What explanations, lessons, plots and dialogs need, imported by the engine's thread once there are numbers."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import plotext
from textual.widgets import Markdown as Markdown

from vgtui.analysis.explain import chain, findings, layers, loss
from vgtui.tui import palette, screens
from vgtui.tui.panes import typing_line

__all__ = ["Markdown", "chain", "findings", "layers", "loss", "palette", "plotext", "typing_line"]

for _module in pkgutil.iter_modules(screens.__path__):
    import_module(f"{screens.__name__}.{_module.name}")
