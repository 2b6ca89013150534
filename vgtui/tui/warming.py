"""The kernels' compilation, in a process of its own: in a thread it would stall the screen."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable
from time import perf_counter

from vgtui.scenario.errors import UserError
from vgtui.scenario.library import dump
from vgtui.scenario.model import Scenario


class WarmingError(UserError):
    """The kernels could not be compiled ahead of their use."""


class Warming:
    """Fills the kernel cache unless it is warm: what a scenario needs first, then everything else behind its back."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._complaint = ""

    def wait(self, scenario: Scenario, report: Callable[[float], None], stopping: Callable[[], bool]) -> None:
        """Return once the cache holds what `scenario` needs. Raises WarmingError.

        report    called about four times a second with the seconds that it has taken so far
        stopping  true once the program is leaving
        """
        from vgtui.engine.warm import is_warm

        if is_warm(scenario.numbers):
            return
        began = perf_counter()
        report(0.0)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "vgtui.engine.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        talk = threading.Thread(target=self._talk, args=(self._process, dump(scenario)), daemon=True)
        talk.start()
        while talk.is_alive() and not stopping():
            talk.join(0.25)
            report(perf_counter() - began)
        if self._complaint:
            raise WarmingError(f"the kernels could not be compiled ahead: {self._complaint}")

    def _talk(self, process: subprocess.Popen[str], toml: str) -> None:
        """Name the scenario and wait until what it needs is there, or for the process's last words."""
        from vgtui.engine.warm import READY

        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(toml)
            process.stdin.close()
        if process.stdout.readline().strip() != READY:
            self._complaint = process.stderr.read().strip().rpartition("\n")[2]

    @property
    def is_busy(self) -> bool:
        """Whether kernels are still being compiled behind the run's back."""
        return self._process is not None and self._process.poll() is None

    def end(self) -> None:
        """Leave no process behind."""
        if self._process is not None and self.is_busy:
            self._process.kill()
            self._process.wait()
