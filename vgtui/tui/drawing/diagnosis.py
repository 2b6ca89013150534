"""What is wrong with the network, with evidence, and what each remedy did when it was tried."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from vgtui.tui.drawing.cells import BOLD, CellBuffer, column
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact, percent
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.keymap import key_of

if TYPE_CHECKING:
    from vgtui.analysis.diagnosis import Finding
    from vgtui.analysis.remedies import Outcome, Trials
    from vgtui.tui.trying import Tried

MARK = "▸"
BAR = 20

NAME, SHORT = 29, 24
"""Cells for the name of a remedy, and at least, where there is more to tell of it."""


class Line(Struct, frozen=True):
    """One line of the page; `kind` says how it looks, `finding` to which it belongs."""

    text: str
    kind: str
    finding: int


def draw_diagnosis(
    findings: Sequence[Finding],
    tried: Tried | None,
    chosen: int,
    aside: str,
    width: int,
    height: int,
    palette: Palette,
) -> CellBuffer:
    """The findings from the chosen one on; with trials, those below, and it is a remedy that is chosen."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    draw_heading(cells, heading(findings, tried), aside, palette)
    trials = None if tried is None else tried.trials
    lines = page(findings, width)
    rows = _trial_rows(trials, height, len(lines))
    first = 0 if trials is not None else _first_line(lines, findings, chosen)
    room = height - 1 - rows
    _draw_page(cells, lines, first, room, palette)
    if trials is not None:
        _draw_trials(cells, 1 + room, rows, trials, chosen, palette)
    return cells


def place_at(
    findings: Sequence[Finding], tried: Tried | None, chosen: int, y: int, width: int, height: int
) -> int | None:
    """The finding that row y tells of; with trials, the remedy; None where it tells of none."""
    trials = None if tried is None else tried.trials
    lines = page(findings, width)
    if trials is None:
        line = _first_line(lines, findings, chosen) + y - 1
        return lines[line].finding if y >= 1 and line < len(lines) else None
    rows = _trial_rows(trials, height, len(lines))
    place = _top(trials, rows - 1, chosen) + y - (height - rows) - 1
    return place if y > height - rows and place < len(trials.trials) else None


def _trial_rows(trials: Trials | None, height: int, lines: int) -> int:
    """Half of the page for the trials, and what the findings do not need."""
    return 0 if trials is None else min(len(trials.trials) + 2, max(4, (height - 1) // 2, height - 1 - lines))


def _first_line(lines: Sequence[Line], findings: Sequence[Finding], chosen: int) -> int:
    """That of the chosen finding."""
    wanted = min(chosen, len(findings) - 1)
    return next((y for y, line in enumerate(lines) if line.finding == wanted), 0)


def _top(trials: Trials, room: int, chosen: int) -> int:
    """The first of the remedies that are shown around the chosen one."""
    chosen = min(chosen, len(trials.trials) - 1)
    return max(0, min(chosen - room // 2, len(trials.trials) - room))


def heading(findings: Sequence[Finding], tried: Tried | None) -> list[str]:
    """How many findings, and how far the trials are."""
    count = len(findings)
    found = "nothing wrong was found" if not count else f"{count} finding{'s' if count > 1 else ''}"
    key = key_of("try", "diagnosis")
    if tried is None:
        return [found, f"{key} tries remedies"]
    if tried.trials is None:
        return [found, f"trying [{'█' * round(tried.progress * BAR):<{BAR}}] {key} cancels"]
    return [found, f"remedies tried at step {tried.step}, best first"]


def page(findings: Sequence[Finding], width: int) -> list[Line]:
    """Every finding as lines that fit: what is seen, why, the numbers, what follows, what may help."""
    lines = []
    for place, finding in enumerate(findings):
        where = f" · {finding.place}" if str(finding.place) else ""
        parts = [(f"{finding.kind}: {finding.cause}{where}", "title", 0), (finding.seen, "text", 2)]
        parts.append((finding.why, "text", 2))
        for number in finding.numbers:
            limit = "" if math.isnan(number.limit) else f", held against {number.limit:g}"
            parts.append((f"{number.name} {compact(number.value, 4)} = {number.formula}{limit}", "number", 2))
        parts += [(f"so too: {sentence}", "number", 2) for sentence in finding.consequences]
        if finding.remedies:
            parts.append((f"may help: {'; '.join(finding.remedies)}", "help", 2))
        for text, kind, indent in parts:
            wrapped = textwrap.wrap(
                text, max(width, 12), initial_indent=" " * indent, subsequent_indent=" " * (indent + 2)
            )
            lines += [Line(line, kind, place) for line in wrapped]
        lines.append(Line("", "text", place))
    return lines


def outcome_line(name: str, outcome: Outcome, width: int) -> str:
    """One remedy's row: its loss, accuracy, decades lost, and how soon it was half way; whatever fits whole."""
    accuracy = "" if math.isnan(outcome.accuracy) else percent(outcome.accuracy)
    parts = [f" loss {compact(outcome.loss, 3):<9}", f"{accuracy:>7}", f"  lost {outcome.decades_lost:5.1f}"]
    if outcome.reached is not None:
        parts.append(f"  half way after {outcome.reached}")
    while len(parts) > 1 and SHORT + sum(map(len, parts)) > width:
        parts.pop()
    told = "".join(parts)
    return column(name, max(0, min(NAME, width - len(told)))) + told


def _draw_page(cells: CellBuffer, lines: Sequence[Line], first: int, rows: int, palette: Palette) -> None:
    looks = {
        "title": (palette.vanishing, BOLD),
        "text": (palette.text, 0),
        "number": (palette.muted, 0),
        "help": (palette.good, 0),
    }
    shown = lines[first : first + rows]
    rest = len(lines) - first - len(shown)
    more = f"↓ {rest} more lines" if rest > 1 else ""
    for place, line in enumerate(shown):
        ink, attributes = looks[line.kind]
        room = cells.width - (len(more) + 1 if more and place == rows - 1 else 0)
        cells.text(1 + place, 0, line.text, ink, attributes=attributes, width=room)
    if rows:
        cells.text(rows, max(0, cells.width - len(more)), more, palette.muted)


def _draw_trials(cells: CellBuffer, y: int, rows: int, trials: Trials, chosen: int, palette: Palette) -> None:
    """The unchanged network, then the remedies around the chosen one."""
    told = outcome_line("unchanged", trials.unchanged, cells.width - 2)
    cells.text(y, 2, told, palette.muted)
    room = rows - 1
    chosen, top = min(chosen, len(trials.trials) - 1), _top(trials, room, chosen)
    for place, trial in enumerate(trials.trials[top : top + room]):
        here = top + place == chosen
        ink = palette.good if trials.helps(trial) else palette.text
        line = outcome_line(trial.name, trial.after, cells.width - 2)
        cells.text(y + 1 + place, 0, MARK if here else " ", palette.title)
        cells.text(y + 1 + place, 2, line, ink)
        if here:
            cells.fill(y + 1 + place, 0, cells.width, palette.selected)
