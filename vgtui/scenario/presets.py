"""Where the presets are. It imports next to nothing, so that a name can be looked up before all else is loaded."""

from __future__ import annotations

import os


def folder() -> str:
    """Inside an installed package, or at the top of a source checkout."""
    package = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    packaged = os.path.join(package, "presets")
    return packaged if os.path.isdir(packaged) else os.path.join(os.path.dirname(package), "scenarios")


def exists(name: str) -> bool:
    """Whether a preset is called that."""
    return name.replace("-", "").isalnum() and os.path.isfile(os.path.join(folder(), f"{name}.toml"))
