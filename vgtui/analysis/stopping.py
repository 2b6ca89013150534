"""How an analysis that takes long ends before its end."""

from __future__ import annotations


class StoppedError(Exception):
    """Nobody waits for it any more."""
