"""The kernels' compilation, in processes of its own: in a thread it would stall the screen."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from tempfile import TemporaryDirectory
from time import perf_counter

from vgtui.scenario.errors import UserError
from vgtui.scenario.library import dump
from vgtui.scenario.model import Scenario


class WarmingError(UserError):
    """The kernels could not be compiled ahead of their use."""


class Warming:
    """Fills the kernel cache unless it is warm: what a scenario needs first, then everything else behind its back."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[str]] = []
        self._complaint = ""

    def wait(self, scenario: Scenario, report: Callable[[float], None], stopping: Callable[[], bool]) -> None:
        """Return once the cache holds what `scenario` needs. Raises WarmingError.

        report    called about four times a second with the seconds that it has taken so far
        stopping  true once the program is leaving
        """
        from vgtui.engine.warm import HELP, is_warm

        if is_warm(scenario.numbers):
            return
        began = perf_counter()
        report(0.0)
        with TemporaryDirectory(prefix="vgtui-") as shared:
            self._start(scenario, shared)
            if (os.cpu_count() or 1) > 1:
                self._start(scenario, shared, HELP)
            talks = [
                threading.Thread(target=self._listen, args=(process,), daemon=True)
                for process in self._processes
            ]
            for talk in talks:
                talk.start()
            while any(talk.is_alive() for talk in talks) and not (stopping() or self._complaint):
                talks[-1 if talks[-1].is_alive() else 0].join(0.25)
                report(perf_counter() - began)
        if self._complaint:
            raise WarmingError(f"the kernels could not be compiled ahead: {self._complaint}")

    def _start(self, scenario: Scenario, *arguments: str) -> None:
        """A process that compiles its share of what the scenario needs."""
        process = subprocess.Popen(
            [sys.executable, "-m", "vgtui.engine.warm", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(dump(scenario))
            process.stdin.close()

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Wait until the process has done its share, or for its last words."""
        from vgtui.engine.warm import READY

        assert process.stdout is not None
        assert process.stderr is not None
        if process.stdout.readline().strip() != READY:
            self._complaint = process.stderr.read().strip().rpartition("\n")[2]

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
