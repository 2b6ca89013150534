"""The gradient's way back through the time steps of one recurrent layer: one row a step, the last at the bottom."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import Scale, draw_bars, draw_ticks
from vgtui.tui.drawing.cells import BOLD, CellBuffer, column, joined
from vgtui.tui.drawing.flow import GLYPHS, WORDS, State, graded, ratios, worst
from vgtui.tui.drawing.fold import Run, fold, label, spread
from vgtui.tui.drawing.gradient import NUMBER, RATIO, factor, state_colour, told
from vgtui.tui.drawing.numbers import compact, decades, from_log10
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.engine.record import StepRecord, TimeRecord

SCALE = Scale(-12.0, 2.0, 2.0)
"""That of the weight gradient: a bar of time and a bar of depth can be compared."""

TITLE_FROM = 6
"""Rows from which on the layer's name has a line over the columns."""

LEAD = "the gradient at "
"""Words of the summary that a narrow pane does without."""


class TimeColumns(Struct, frozen=True):
    """Widths of the columns, each with the space before it; 0 where the pane is too narrow for one."""

    label: int
    bar: int
    ratio: int
    forget: int
    kept: int
    state: int

    @classmethod
    def fitting(cls, width: int, labels: list[str], has_cell: bool) -> TimeColumns:
        """Narrow panes give up what is left of the cell, the state's word, the ratio, then the forget gate."""
        first = 3 + max(len("time"), *(len(text) for text in labels))
        ratio = RATIO + 1 if width >= 50 else 0
        forget = 7 if has_cell and width >= 44 else 0
        kept = NUMBER + 1 if has_cell and width >= 76 else 0
        state = 1 + max(map(len, (WORDS if width >= 68 else GLYPHS).values()))
        bar = width - first - (1 + NUMBER) - ratio - forget - kept - state
        return cls(first, max(bar, 0), ratio, forget, kept, state)


def shown_times(record: StepRecord, selected: int) -> TimeRecord:
    """The selected layer's time steps; the first recurrent layer's where the selected one is none."""
    return next((times for times in record.times if times.layer == selected), record.times[0])


def draw_through_time(times: TimeRecord, name: str, width: int, height: int, palette: Palette) -> CellBuffer:
    """|dL/dh_t| of every step, folded when there are more than rows. `name` is the layer's."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    values = times.hidden_log10
    head = 2 if height >= TITLE_FROM else 1
    runs = fold(len(values), height - head - 1)
    if not runs:
        return cells
    labels = [f"t {label(run)}" for run in runs]
    columns = TimeColumns.fitting(width, labels, times.forget_product is not None)
    if head == 2:
        _draw_title(cells, times, name, columns.kept > 0, palette)
    _draw_heading(cells, head - 1, columns, len(runs) < len(values), palette)
    _draw_rows(cells, head, columns, labels, times, runs, palette)
    _draw_summary(cells, values, palette)
    return cells


def _draw_title(cells: CellBuffer, times: TimeRecord, name: str, kept: bool, palette: Palette) -> None:
    x = cells.text(0, 2, f"layer {times.layer}: {name}  ", palette.title, attributes=BOLD)
    parts = [f"{len(times.hidden_log10)} time steps"]
    if kept:
        parts.append("kept: of the cell state, to the end")
    cells.text(0, x, joined(parts, cells.width - x), palette.muted)


def _draw_heading(cells: CellBuffer, y: int, columns: TimeColumns, folded: bool, palette: Palette) -> None:
    ink = palette.muted
    cells.text(y, 2, "time", ink, width=columns.label - 3)
    draw_ticks(cells, y, columns.label, columns.bar, SCALE, ink)
    x = columns.label + columns.bar
    for text, width in (
        ("‖dL/dh‖", NUMBER + 1),
        ("mean ×" if folded else "×next", columns.ratio),
        ("forget", columns.forget),
        ("kept", columns.kept),
    ):
        cells.text(y, x, column(text, width, right=True), ink, width=width)
        x += width


def _draw_rows(
    cells: CellBuffer,
    y: int,
    columns: TimeColumns,
    labels: list[str],
    times: TimeRecord,
    runs: tuple[Run, ...],
    palette: Palette,
) -> None:
    values = times.hidden_log10
    judged = worst(graded(values), runs)
    inks = np.array([state_colour(state, palette) for state in judged], np.uint32)
    texts = np.where(np.array(judged) == State.HEALTHY, np.uint32(palette.text), inks)
    low, mean, high = spread(values, runs)
    # what is exactly 0 is not just below the scale: no mark, no bar
    high = np.where(np.isneginf(high), np.nan, high)
    draw_bars(cells, (y, columns.label), columns.bar, SCALE, (low, high), inks, palette.faint)
    cells.lines(y, 2, [column(text, columns.label - 3) for text in labels], palette.muted)
    x = columns.label + columns.bar
    for written, width, ink in (
        ([from_log10(value) for value in mean.tolist()], NUMBER + 1, texts),
        ([factor(value) for value in ratios(values, runs).tolist()], columns.ratio, palette.muted),
        (_forget_gates(times, runs), columns.forget, palette.text),
        (_kept(times, runs), columns.kept, palette.text),
    ):
        if width:
            cells.lines(y, x, [column(text, width, right=True) for text in written], ink)
        x += width
    cells.lines(y, x + 1, told(judged, columns.state - 1), inks)


def _forget_gates(times: TimeRecord, runs: tuple[Run, ...]) -> list[str]:
    gate = times.gates.get("forget")
    return [] if gate is None else [compact(value) for value in spread(gate, runs)[1].tolist()]


def _kept(times: TimeRecord, runs: tuple[Run, ...]) -> list[str]:
    if times.forget_product is None:
        return []
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = np.log10(times.forget_product)
    return [from_log10(value) for value in spread(sizes, runs)[1].tolist()]


def _draw_summary(cells: CellBuffer, values: np.ndarray, palette: Palette) -> None:
    text, state = time_summary(values)
    glyph = "" if state == State.NAN else GLYPHS[state]
    if len(text) > cells.width - 2:
        text = text.removeprefix(LEAD)
    ink = state_colour(state, palette) if state != State.HEALTHY else palette.good
    cells.text(cells.height - 1, 0, f"{glyph:<2}{text}", ink, attributes=BOLD)


def time_summary(values: np.ndarray) -> tuple[str, State]:
    """The whole way back in a sentence, and the first step's state. values: log10 norms, (steps,)."""
    wrong = int(np.isnan(values).sum())
    if wrong:
        return f"{LEAD}{wrong} of {len(values)} time steps is not a number", State.NAN
    reached = np.flatnonzero(values > -math.inf)
    if not reached.size:
        return "no gradient arrives at any time step", State.ZERO
    if reached[0] > 0:
        return f"no gradient comes back past t {reached[0]}", State.ZERO
    first, last = float(values[0]), float(values[-1])
    state = State(int(graded(values)[0]))
    if last == -math.inf:
        return "no gradient arrives at the last step", state
    if first == last == math.inf:
        return "the gradient is infinite at the first and at the last step", state
    return f"{LEAD}the first step is {decades(first - last)} of the last", state
