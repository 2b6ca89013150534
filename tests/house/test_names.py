"""No widget, screen or app of ours has by accident a name that Textual keeps for itself."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from textual.message_pump import MessagePump

import vgtui.tui

TAKEN = {"InPieces", "CrashKept"}
"""They change how Textual paints and fails, and say so."""


@cache
def classes_of(path: str) -> dict[str, set[str]]:
    """Of each class in a file the private names that its methods give values to: `self._name = ...`."""
    found: dict[str, set[str]] = {}
    for node in ast.parse(Path(path).read_text()).body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = {
                one.attr
                for one in ast.walk(node)
                if isinstance(one, ast.Attribute)
                and isinstance(one.ctx, ast.Store)
                and ast.unparse(one.value) == "self"
                and one.attr.startswith("_")
            }
    return found


def names_of(cls: type) -> set[str]:
    return classes_of(inspect.getfile(cls)).get(cls.__name__, set())


def ours() -> Iterator[type]:
    """Every class of the app's that Textual sends messages to."""
    for module in pkgutil.walk_packages(vgtui.tui.__path__, "vgtui.tui."):
        for cls in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(cls) and cls.__module__ == module.name and issubclass(cls, MessagePump):
                yield cls


def test_no_private_name_of_textual_s_is_given_another_meaning() -> None:
    taken = set()
    for cls in ours():
        mine = [base for base in cls.__mro__ if base.__module__.startswith("vgtui")]
        theirs = [base for base in cls.__mro__ if base.__module__.startswith("textual.")]
        assert "_running" in set().union(*map(names_of, theirs))
        for base in mine:
            if base.__name__ not in TAKEN:
                taken |= {
                    (base.__name__, name) for other in theirs for name in names_of(base) & names_of(other)
                }
    assert not taken
