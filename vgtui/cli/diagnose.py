"""`vgtui diagnose`: what is wrong with a network, and what each remedy did when it was tried."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from vgtui.cli.options import COUNT, layout_option, opened, scenario_argument, set_option

if TYPE_CHECKING:
    from vgtui.analysis.diagnosis import Finding
    from vgtui.analysis.remedies import Outcome, Trials

HEADINGS = ("remedy", "loss", "accuracy", "decades lost", "half way after")
ROW = "{:<32}{:>11}{:>10}{:>14}{:>16}"
BAR = 100
STEPS = 100
"""Updates of a network that has made none, where nothing is said: before, there is little to be seen."""


@click.command()
@scenario_argument
@click.option(
    "--steps",
    type=COUNT,
    help=f"Updates to run before; by default {STEPS}, of a session that was trained none.",
)
@click.option("--remedies", is_flag=True, help="Try every remedy that fits, for 300 updates, and rank them.")
@layout_option
@set_option
def diagnose(
    scenario: str, steps: int | None, remedies: bool, layout: str, assignments: tuple[str, ...]
) -> None:
    """Say what is wrong with the network of SCENARIO, with evidence, and what would help.

    A sound network gets a clean bill. With --remedies each remedy is applied to a copy and run beside an unchanged
    one; the list is ranked by the training loss that they reached.
    """
    simulation = opened(scenario, assignments)
    from vgtui.analysis.diagnosis import diagnose as findings_of
    from vgtui.analysis.remedies import try_remedies

    if steps is None:
        steps = 0 if simulation.step_index else STEPS
    if steps:
        simulation.step(steps)
    findings = findings_of(simulation)
    click.echo(
        _findings(findings, simulation.step_index) if layout == "table" else _lines(findings), nl=False
    )
    if remedies:
        with _progress() as advance:
            trials = try_remedies(simulation, progress=advance)
        click.echo(_trials(trials) if layout == "table" else _trial_lines(trials), nl=False)


def _findings(findings: tuple[Finding, ...], steps: int) -> str:
    """A paragraph for every finding."""
    if not findings:
        return f"after {steps} update{'s' * (steps != 1)}: nothing wrong was found\n"
    return "\n".join(_paragraph(finding) for finding in findings)


def _paragraph(finding: Finding) -> str:
    lines = [f"{finding.kind} ({finding.cause}): {finding.place}", f"  {finding.seen}", f"  {finding.why}"]
    for number in finding.numbers:
        limit = "" if math.isnan(number.limit) else f"; held against {number.limit:g}"
        lines.append(f"    {number.name} = {number.value:.4g}  ({number.formula}{limit})")
    lines += [f"  so too: {sentence}" for sentence in finding.consequences]
    if finding.remedies:
        lines.append(f"  may help: {'; '.join(finding.remedies)}")
    return "\n".join(lines) + "\n"


def _trials(trials: Trials) -> str:
    """A line for every remedy, best first, between what is and what would be without one."""
    rows = ["", ROW.format(*HEADINGS), _row("(now)", trials.before)]
    rows.append(_row(f"(unchanged, {trials.steps} updates on)", trials.unchanged))
    rows += [_row(trial.name, trial.after) for trial in trials.trials]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _row(name: str, outcome: Outcome) -> str:
    reached = "—" if outcome.reached is None else str(outcome.reached)
    accuracy = "—" if math.isnan(outcome.accuracy) else f"{outcome.accuracy:.3f}"
    return ROW.format(name, f"{outcome.loss:.4g}", accuracy, f"{outcome.decades_lost:.1f}", reached)


def _lines(findings: tuple[Finding, ...]) -> str:
    from vgtui.cli.rows import json_line

    return "".join(json_line({"type": "finding", **_finding_values(finding)}) for finding in findings)


def _trial_lines(trials: Trials) -> str:
    from vgtui.cli.rows import json_line

    told = [("(now)", trials.before), ("(unchanged)", trials.unchanged)]
    told += [(trial.name, trial.after) for trial in trials.trials]
    return "".join(json_line({"type": "trial", "name": name, **asdict(outcome)}) for name, outcome in told)


@contextmanager
def _progress() -> Iterator[Callable[[float], None]]:
    """A bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with click.progressbar(length=BAR, label="remedies", file=sys.stderr) as bar:
        yield lambda done: bar.update(int(done * BAR) - bar.pos)


def _finding_values(finding: Finding) -> dict[str, Any]:
    """A finding with what each of its numbers is held against."""
    numbers = [{**asdict(number), "limit": number.limit} for number in finding.numbers]
    return {**asdict(finding), "numbers": numbers}
