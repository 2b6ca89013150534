"""Fills the kernel cache: `python -m vgtui.engine.warm` compiles in a process of its own, so that no screen waits."""

from __future__ import annotations

from vgtui.engine.cache import is_warm

__all__ = ["is_warm", "main"]


def main() -> None:
    """Compile every kernel, or load it where it is compiled already."""
    import vgtui.engine.machine  # noqa: F401  importing it is what compiles


if __name__ == "__main__":
    main()
