"""The branches of the run in a searchable list: where each began, what was edited, how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.screens.choose import ChooseScreen, Item

if TYPE_CHECKING:
    from vgtui.engine.history import Branch
    from vgtui.tui.frame import Frame

MOST = 3
"""Edits that are told of one branch; the rest are counted."""


class BranchesScreen(ChooseScreen):
    """Its answer is the number of the branch to return to."""

    def __init__(self, frame: Frame) -> None:
        super().__init__("Branches of the run", branch_items(frame.branches), str(frame.branch))


def branch_items(branches: tuple[Branch, ...]) -> list[Item]:
    """A line each, the newest first."""
    by_number = {branch.number: branch for branch in branches}
    return [
        Item(str(branch.number), _title(branch), _summary(branch, by_number.get(branch.parent)))
        for branch in reversed(branches)
    ]


def _title(branch: Branch) -> str:
    from vgtui.tui.drawing.numbers import compact

    came = f"Branch {branch.number}, to step {branch.last_step}"
    return came if branch.last_step == branch.start else f"{came}, loss {compact(branch.loss, 4)}"


def _summary(branch: Branch, parent: Branch | None) -> str:
    edits = _edits(branch, parent)
    if not branch.parent:
        return f"The first run; {_told(edits)}" if edits else "The first run."
    begun = f"From step {branch.start} of branch {branch.parent}"
    if parent is None:
        begun += ", which is no longer held"
    return f"{begun}: {_told(edits) if edits else 'the same settings.'}"


def _edits(branch: Branch, parent: Branch | None) -> list[str]:
    """What was edited on the branch itself, each with its step where that is later than its start."""
    from vgtui.scenario.differences import differences

    scenarios = branch.scenarios
    first = next((k for k, (step, _) in enumerate(scenarios) if step >= branch.start and k), len(scenarios))
    pairs = [(scenarios[k][0], scenarios[k - 1][1], scenarios[k][1]) for k in range(first, len(scenarios))]
    if parent is not None and not branch.start and branch.parent:
        left = [scenario for step, scenario in parent.scenarios if step <= parent.last_step][-1]
        pairs.insert(0, (0, left, scenarios[0][1]))
    told = []
    for step, before, after in pairs:
        at = "" if step == branch.start else f"at step {step} "
        told += [f"{at}{change.sentence}" for change in differences(before, after)]
    return told


def _told(edits: list[str]) -> str:
    more = len(edits) - MOST
    return "; ".join(edits[:MOST]) + (
        f"; and {more} more edits" if more > 1 else "; and one more" if more == 1 else ""
    )
