"""The run as one line: what has been, where it is shown, where it was edited and where branches left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vgtui.tui.drawing.cells import BOLD, CellBuffer
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.tui.frame import Frame

PAST, AHEAD = "═", "─"
PRESENT, EDIT, LEFT = "●", "▾", "┬"
NARROWEST = 10
"""Cells that the line keeps, whatever is said beside it."""


def draw_time_bar(frame: Frame, width: int, palette: Palette) -> CellBuffer:
    """One row: `step 300 of 1240`, the line with its marks, `branch 2 of 3`."""
    cells = CellBuffer(width, 1, palette.text, palette.background)
    start, length = track(frame, width)
    step, last = _step(frame), frame.last_step
    cells.text(0, 1, _said(frame), palette.text, width=max(0, start - 2))
    cells.text(0, start + length + 2, _branch(frame), palette.muted)
    if not last:
        cells.text(0, start, AHEAD * length, palette.faint)
        return cells
    here = _place(step, last, length)
    cells.text(0, start, AHEAD * length, palette.muted)
    cells.text(0, start, PAST * here, palette.healthy)
    for mark, steps, ink in ((LEFT, _left(frame), palette.good), (EDIT, _edits(frame), palette.vanishing)):
        for marked in steps:
            cells.text(0, start + _place(marked, last, length), mark, ink)
    cells.text(0, start + here, PRESENT, palette.title, attributes=BOLD)
    return cells


def track(frame: Frame, width: int) -> tuple[int, int]:
    """The first column of the line, and how many it has."""
    start = len(_said(frame)) + 2
    said = len(_branch(frame))
    return start, max(NARROWEST, width - start - said - 2 - bool(said))


def is_on_branches(frame: Frame, x: int, width: int) -> bool:
    """Whether column `x` of the row is where the branches are counted."""
    start, length = track(frame, width)
    return bool(_branch(frame)) and x > start + length


def step_at(frame: Frame, x: int, width: int) -> int:
    """The step that column `x` of the row stands for; beyond the line's ends those."""
    start, length = track(frame, width)
    return round(min(max((x - start) / (length - 1), 0.0), 1.0) * frame.last_step)


def _place(step: int, last: int, length: int) -> int:
    return round(min(step, last) / last * (length - 1))


def _step(frame: Frame) -> int:
    return 0 if frame.record is None else frame.record.step


def _said(frame: Frame) -> str:
    """As wide at every step of a run, so that the line stands still."""
    last = str(frame.last_step)
    return f"step {_step(frame):>{len(last)}} of {last}"


def _branch(frame: Frame) -> str:
    numbers = [branch.number for branch in frame.branches]
    if len(numbers) < 2:
        return ""
    return f"branch {frame.branch}, {len(numbers)} in all"


def _edits(frame: Frame) -> list[int]:
    """Where another scenario took over on this branch."""
    present = next((branch for branch in frame.branches if branch.number == frame.branch), None)
    return [] if present is None else [step for step, _ in present.scenarios if step]


def _left(frame: Frame) -> list[int]:
    """Where other branches left this one."""
    return [branch.start for branch in frame.branches if branch.parent == frame.branch]
