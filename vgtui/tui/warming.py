"""The kernels' compilation, in processes of its own: in a thread it would stall the screen."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence

from vgtui.scenario.errors import UserError


class WarmingError(UserError):
    """The kernels could not be compiled ahead of their use."""


class Warming:
    """Compiles faces into the store, and everything else behind the program's back."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[str]] = []

    def compile(
        self,
        names: Sequence[str],
        numbers: str,
        report: Callable[[int], None] = lambda done: None,
        stopping: Callable[[], bool] = lambda: False,
        *,
        rest: bool = False,
    ) -> None:
        """Return once the store holds these faces. Raises WarmingError.

        report    called about four times a second with how many are compiled
        stopping  true once the program is leaving
        rest      whether all other faces are compiled after that, while the program goes on
        """
        from vgtui.engine.warm import REST

        if not names:
            return
        done: set[str] = set()
        roles = [(REST,) if rest else (), *[()] * (min(os.cpu_count() or 1, len(names), 2) - 1)]
        processes = [_start(names, numbers, *role) for role in roles]
        self._processes = [*(p for p in self._processes if p.poll() is None), *processes]
        talks = [threading.Thread(target=_listen, args=(p, done), daemon=True) for p in processes]
        for talk in talks:
            talk.start()
        while len(done) < len(names) and any(talk.is_alive() for talk in talks) and not stopping():
            report(len(done))
            talks[-1 if talks[-1].is_alive() else 0].join(0.25)
        report(len(done))
        if len(done) < len(names) and not stopping():
            raise WarmingError(f"the kernels could not be compiled ahead: {_complaint(processes)}")

    @property
    def is_busy(self) -> bool:
        """Whether kernels are still being compiled behind the run's back."""
        return any(process.poll() is None for process in self._processes)

    def end(self) -> None:
        """Leave no process behind."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait()


def _start(names: Sequence[str], numbers: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that compiles its share."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vgtui.engine.warm", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write("\n".join([numbers, *names]))
        process.stdin.close()
    return process


def _listen(process: subprocess.Popen[str], done: set[str]) -> None:
    """Note what the process has compiled, until it has done its share."""
    assert process.stdout is not None
    for line in process.stdout:
        done.add(line.strip())


def _complaint(processes: list[subprocess.Popen[str]]) -> str:
    """The last words of those that failed."""
    for process in processes:
        assert process.stderr is not None
        if process.wait() != 0:
            return process.stderr.read().strip().rpartition("\n")[2] or f"exit code {process.returncode}"
    return "nothing was said"
