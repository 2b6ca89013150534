"""What a benchmark is told on its command line; its docstring is its help."""

from __future__ import annotations

import argparse


def parser(description: str | None) -> argparse.ArgumentParser:
    """One that shows a docstring as it stands."""
    return argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def count(text: str) -> int:
    """A number of rounds, keys, files ...: at least one."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return number


def only_count(description: str | None, name: str, default: int) -> int:
    """The one number that a script takes, which may be left out."""
    options = parser(description)
    options.add_argument(name, type=count, nargs="?", default=default)
    return int(getattr(options.parse_args(), name))
