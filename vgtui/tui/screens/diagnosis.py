"""What is wrong with the network, with evidence, and what each remedy did when it was tried."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from vgtui.tui.keymap import bindings_for
from vgtui.tui.screens.dialog import Dialog

if TYPE_CHECKING:
    from vgtui.analysis.diagnosis import Finding
    from vgtui.analysis.remedies import Outcome, Trials
    from vgtui.tui.consultation import Report

UNCHANGED = "unchanged"
"""The list's row for no remedy at all."""

BAR = 20


class DiagnosisScreen(Dialog[str]):
    """Findings, and below them the remedies that were tried; its answer is the name of the one to apply.

    ask_for_remedies  has them tried; cancel gives up what is under way
    """

    BINDINGS = bindings_for("diagnosis")

    def __init__(self, ask_for_remedies: Callable[[], None], cancel: Callable[[], None]) -> None:
        super().__init__()
        self._report: Report | None = None
        self._waiting: Report | None = None
        self._composed = False
        self._ask, self._cancel = ask_for_remedies, cancel

    def compose(self) -> ComposeResult:
        with Vertical(classes="box tall") as box:
            box.border_title = "Diagnosis"
            box.border_subtitle = "t try remedies · enter apply · esc close"
            with VerticalScroll(can_focus=True):
                yield Static(id="findings")
            yield OptionList(compact=True)

    def on_mount(self) -> None:
        self.query_one(OptionList).display = False
        self.query_one(VerticalScroll).focus()
        self._composed = True
        if self._waiting is not None:
            self.show(self._waiting)

    def on_unmount(self) -> None:
        self._cancel()

    def show(self, report: Report) -> None:
        """Tell what is known by now."""
        if not self._composed:
            self._waiting = report
        if report is self._report or not self._composed:
            return
        before, self._report = self._report, report
        self.query_one("#findings", Static).update(page(report))
        if report.trials is not None and (before is None or before.trials is not report.trials):
            self._list(report.trials)

    def _list(self, trials: Trials) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_option(Option(outcome_line(UNCHANGED, trials.unchanged), id=UNCHANGED, disabled=True))
        options.add_options(
            [Option(outcome_line(trial.name, trial.after), id=trial.name) for trial in trials.trials]
        )
        options.display = True
        options.highlighted = 1 if trials.trials else None
        options.focus()

    def action_try_remedies(self) -> None:
        """Have them tried; while they are, give that up."""
        if self._report is not None and self._report.phase == "trying":
            self._cancel()
        else:
            self.query_one(OptionList).display = False
            self._ask()

    @on(OptionList.OptionSelected)
    def _select(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)


def page(report: Report) -> Content:
    """The findings, and how far the trials are."""
    parts = [Content.styled(_heading(report), "bold")]
    for finding in report.findings:
        parts += [Content(""), *_paragraph(finding)]
    return Content("\n").join(parts)


def _heading(report: Report) -> str:
    if report.phase == "diagnosing":
        return f"looking at the network after {report.step} updates…"
    if report.phase == "failed":
        return report.failure
    count = len(report.findings)
    found = "nothing wrong was found" if not count else f"{count} finding{'s' if count > 1 else ''}"
    told = {
        "trying": f"; trying remedies [{'█' * round(report.progress * BAR):<{BAR}}] t cancels",
        "cancelled": "; cancelled",
        "tried": "; the remedies below were tried, best first",
    }
    return f"after {report.step} updates: {found}{told.get(report.phase, '; t tries remedies')}"


def _paragraph(finding: Finding) -> list[Content]:
    title = Content.assemble(
        (f"{finding.kind} ", "bold $text-error"), (f"{finding.cause} · {finding.place}", "$text-muted")
    )
    lines = [title, Content(f"  {finding.seen}"), Content(f"  {finding.why}")]
    for number in finding.numbers:
        limit = "" if math.isnan(number.limit) else f", held against {number.limit:g}"
        lines.append(
            Content.assemble(
                f"  {number.name} ",
                (f"{number.value:.4g}", "bold"),
                (f"  {number.formula}{limit}", "$text-muted"),
            )
        )
    lines += [Content.styled(f"  so too: {sentence}", "$text-muted") for sentence in finding.consequences]
    if finding.remedies:
        lines.append(Content(f"  may help: {', '.join(finding.remedies)}"))
    return lines


def outcome_line(name: str, outcome: Outcome) -> Content:
    """One row of the list."""
    accuracy = "" if math.isnan(outcome.accuracy) else f"{outcome.accuracy:6.1%}"
    reached = "" if outcome.reached is None else f"  half way after {outcome.reached}"
    return Content(
        f"{name:<30.30} loss {outcome.loss:<9.4g}{accuracy}  decades lost {outcome.decades_lost:5.1f}{reached}"
    )
