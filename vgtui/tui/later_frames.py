"""What else lessons, dialogs and other panes need, imported by the engine's thread once there are numbers."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import plotext
from textual.widgets import Markdown as Markdown

from vgtui.analysis.explain import chain, findings, layers, loss
from vgtui.tui import drawing, palette, panes, screens

__all__ = ["Markdown", "chain", "findings", "layers", "loss", "palette", "plotext"]

for _package in (drawing, panes, screens):
    for _module in pkgutil.iter_modules(_package.__path__):
        import_module(f"{_package.__name__}.{_module.name}")
