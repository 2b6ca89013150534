"""A diagnosis, and remedies that are tried, in a thread of their own while the run goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from vgtui.tui.beside import Beside, Task, one_line

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


class Consultation(Beside[Report]):
    """Tells a report that says more each time. Whoever asks anew cancels what was asked before."""

    def __init__(self, on_news: Callable[[], None], on_failure: Callable[[str], None]) -> None:
        super().__init__("diagnosis", on_news, on_failure)

    def cancel(self) -> None:
        """Give up what is under way."""
        report = self.told
        if report is not None and report.busy:
            self.end(replace(report, phase="cancelled"))

    def consult(self, sim: Simulation, *, remedies: bool) -> None:
        """Look at `sim` as it is now; call it in the thread that `sim` belongs to."""
        from vgtui.engine.probe import Probe

        probe, report = Probe.of(sim), Report("diagnosing", sim.step_index)
        self.begin(lambda task: _consult(task, probe, report, remedies), report)


def _consult(task: Task[Report], sim: Simulation, report: Report, remedies: bool) -> None:
    from vgtui.analysis.diagnosis import diagnose
    from vgtui.analysis.remedies import try_remedies

    try:
        report = replace(report, phase="diagnosed", findings=diagnose(sim))
        if not remedies:
            task.tell(report)
            return
        report = replace(report, phase="trying")
        task.tell(report)
        trials = try_remedies(
            sim,
            progress=lambda done: task.tell(replace(report, progress=done)),
            cancelled=lambda: not task.is_wanted,
        )
        task.tell(replace(report, phase="tried", trials=trials, progress=1.0))
    except Exception as error:
        task.tell(replace(report, phase="failed", failure=one_line(error)))
