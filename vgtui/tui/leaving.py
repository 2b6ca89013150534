"""What is said in the normal screen when the app has been closed: what was run, how it went, what was kept."""

from __future__ import annotations

import math
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vgtui.tui.app import VgtuiApp
    from vgtui.tui.frame import Frame

PATIENCE = 1.5
"""Seconds, at most, that the finding may take: after that it is left out."""


def report(app: VgtuiApp) -> str:
    """The lines of the report; none where nothing was run. The engine's thread must have ended."""
    frame = app.runner.frame
    if frame.record is None:
        return ""
    kept = [path for path in app.saved if path.exists()]
    lines = [run_line(frame), loss_line(frame)]
    lines.append(f"saved: {', '.join(map(str, kept))}" if kept else "")
    lines.append(f"recorded: {app.recording.failure or app.recording.path}" if app.recording else "")
    lines.append(f"finding: {finding}" if (finding := main_finding(app)) else "")
    return "".join(f"{line}\n" for line in lines if line)


def run_line(frame: Frame) -> str:
    """What was run, and for how long."""
    assert frame.record is not None
    steps, epochs = frame.record.step, frame.record.epoch
    made = f"{steps:,} step{'' if steps == 1 else 's'} ({epochs:.1f} epochs)" if steps else "no step made"
    return f"{frame.scenario.title} · seed {frame.scenario.seed} · {made}"


def loss_line(frame: Frame) -> str:
    """The losses as they were in the end."""
    found = frame.evaluation
    if found is None:
        return ""
    parts = [
        f"{name} loss {loss:.4g}" + ("" if math.isnan(accuracy) else f", {accuracy:.1%} right")
        for name, loss, accuracy in (
            ("training", found.train_loss, found.train_accuracy),
            ("test", found.test_loss, found.test_accuracy),
        )
        if not (name == "test" and math.isnan(loss) and not math.isnan(found.train_loss))
    ]
    return " · ".join(parts)


def main_finding(app: VgtuiApp) -> str:
    """What is wrong with the network, first of all, in a line; that it is sound; or nothing, if that takes too long."""
    simulation = app.runner.simulation
    if simulation is None:
        return ""
    said: list[str] = []

    def look() -> None:
        from vgtui.analysis.diagnosis import diagnose

        found = diagnose(simulation)
        said.append(found[0].seen if found else "nothing is wrong with this network")

    looking = threading.Thread(target=look, name="finding", daemon=True)
    looking.start()
    looking.join(PATIENCE)
    return " ".join(said[0].split()) if said else ""
