"""The `vgtui` program: the app by the shortest way there is, everything else by the command line."""

from __future__ import annotations

import sys

from vgtui.cli import launch
from vgtui.engine import keep_blas_to_one_thread, leave_scipy_out

TYPE_CHECKING = False  # typing's own would take a third of the time until there is something on the screen
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["invoke", "main"]


def main() -> None:
    """The program."""
    keep_blas_to_one_thread()
    leave_scipy_out()
    args = sys.argv[1:]
    sys.exit(launch.open_at_once(*args) if launch.can_open_at_once(args) else invoke(args))


def invoke(args: Sequence[str]) -> int:
    """Run one command line and return its exit code; what went wrong is one line on standard error."""
    from vgtui.cli import commands

    return commands.invoke(args)
