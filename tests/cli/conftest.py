"""What the tests of the command line share."""

from __future__ import annotations

import pytest

from vgtui.cli import invoke


@pytest.fixture
def command(capsys):
    """Run a command line; its exit code, standard output and standard error."""

    def run(*args):
        code = invoke([str(arg) for arg in args])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
