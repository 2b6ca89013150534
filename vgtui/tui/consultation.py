"""A diagnosis, and remedies that are tried, in a thread of their own while the run goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from vgtui.analysis.diagnosis import Finding
    from vgtui.analysis.remedies import Trials
    from vgtui.engine.simulation import Simulation

Phase = Literal["diagnosing", "diagnosed", "trying", "tried", "cancelled", "failed"]


@dataclass(frozen=True, slots=True)
class Report:
    """How far it is. step: updates done when it was asked for; progress: of the trials, 0..1; failure: what broke."""

    phase: Phase
    step: int
    findings: tuple[Finding, ...] = ()
    trials: Trials | None = None
    progress: float = 0.0
    failure: str = ""

    @property
    def busy(self) -> bool:
        """Whether more is to come."""
        return self.phase in ("diagnosing", "trying")


class Consultation:
    """One at a time: whoever asks anew cancels what was asked before. `on_news` is called from its thread."""

    def __init__(self, on_news: Callable[[], None]) -> None:
        self.report: Report | None = None
        self._on_news = on_news
        self._serial = 0

    def cancel(self) -> None:
        """Give up what is under way."""
        self._serial += 1
        if self.report is not None and self.report.busy:
            self._tell(replace(self.report, phase="cancelled"))

    def begin(self, sim: Simulation, *, remedies: bool) -> None:
        """Look at `sim` as it is now; call it in the thread that `sim` belongs to."""
        from vgtui.engine.probe import Probe

        self.cancel()
        report = Report("diagnosing", sim.step_index)
        self._tell(report)
        work = threading.Thread(
            target=self._guarded,
            args=(Probe.of(sim), report, self._serial, remedies),
            name="diagnosis",
            daemon=True,
        )
        work.start()

    def _guarded(self, sim: Simulation, report: Report, serial: int, remedies: bool) -> None:
        try:
            self._consult(sim, report, serial, remedies)
        except Exception as error:
            self._tell(replace(report, phase="failed", failure=f"{type(error).__name__}: {error}"), serial)

    def _consult(self, sim: Simulation, report: Report, serial: int, remedies: bool) -> None:
        from vgtui.analysis.diagnosis import diagnose
        from vgtui.analysis.remedies import try_remedies

        report = replace(report, phase="diagnosed", findings=diagnose(sim))
        if not remedies:
            self._tell(report, serial)
            return
        report = replace(report, phase="trying")
        self._tell(report, serial)
        trials = try_remedies(
            sim,
            progress=lambda done: self._tell(replace(report, progress=done), serial),
            cancelled=lambda: serial != self._serial,
        )
        self._tell(replace(report, phase="tried", trials=trials, progress=1.0), serial)

    def _tell(self, report: Report, serial: int | None = None) -> None:
        """Put the report in its place, unless it is of something that was given up."""
        if serial is None or serial == self._serial:
            self.report = report
            self._on_news()
