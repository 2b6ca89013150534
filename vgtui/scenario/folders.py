"""Where the platform has what a program keeps for its user."""

from __future__ import annotations

from pathlib import Path
from typing import Literal


def user_folder(kind: Literal["cache", "config", "state"]) -> Path | None:
    """It may not exist yet. None for a user who has no home."""
    from platformdirs import PlatformDirs

    try:
        folder = Path(getattr(PlatformDirs("vgtui", appauthor=False), f"user_{kind}_dir"))
    except RuntimeError:  # as platformdirs from 4.11 on says it
        return None
    return folder if folder.is_absolute() else None
