"""The gradient's way from the output back to the input: one row a layer, bars over fixed decades."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import draw_bars, draw_ticks
from vgtui.tui.drawing.cells import BOLD, CellBuffer, column, joined
from vgtui.tui.drawing.expected import Expected, draw_marks, marks
from vgtui.tui.drawing.flow import (
    EXPLODING_DECADES,
    GLYPHS,
    MEASURES,
    VANISHING_DECADES,
    WORDS,
    Measure,
    State,
    ratios,
    states,
    worst,
)
from vgtui.tui.drawing.fold import Run, common_name, fold, item_at, label, row_of, spread
from vgtui.tui.drawing.forward import draw_forward
from vgtui.tui.drawing.numbers import compact, decades, percent, ratio
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.engine.record import LayerRecord, StepRecord
    from vgtui.tui.microstep import Revealed

MARK = "▸"
NONE = "—"
"""Where a layer has no weights to tell of."""

NOT_YET = "·"
"""Where a step that is played in its parts has not come to."""

NUMBER = 9
RATIO = 8
HEAD = 1
DETAIL_FROM = 9
"""Rows from which on the chosen layer gets a line of its own."""


class Columns(Struct, frozen=True):
    """Widths of the columns; 0 where the pane is too narrow for one."""

    index: int
    name: int
    bar: int
    ratio: int
    state: int

    @classmethod
    def fitting(cls, width: int, labels: list[str], names: list[str]) -> Columns:
        """Narrow panes give up the state's word, the ratio, then most of the name, before the bar."""
        index = max(len(text) for text in labels)
        ratio_width = RATIO + 1 if width >= 50 else 0
        state = max(map(len, WORDS.values())) if width >= 68 else 3
        name = min(max(len(text) for text in names), max(2 * width // 9, 7))
        bar = width - (2 + index + 1 + name + 1) - (1 + NUMBER + ratio_width + 1 + state + 1)
        return cls(index, name, max(bar, 0), ratio_width, state)

    @property
    def bar_start(self) -> int:
        return 2 + self.index + 1 + self.name + 1

    @property
    def number_start(self) -> int:
        return self.bar_start + self.bar + 1


def draw_gradient(
    record: StepRecord, measure: int, selected: int, width: int, height: int, palette: Palette,
    expected: Expected = Expected(), revealed: Revealed | None = None,  # noqa: B008
) -> CellBuffer:  # fmt: skip
    """All layers, input to output, folded when there are more than rows. `measure` indexes MEASURES.

    Where a step is played in its parts, only what it has come to.
    """
    cells = CellBuffer(width, height, palette.text, palette.background)
    shown = MEASURES[measure]
    detail = height >= DETAIL_FROM
    runs = _rows(len(record.names), height)
    if not runs:
        return cells
    labels = [label(run) for run in runs]
    names = [common_name(record.names, run) for run in runs]
    columns = Columns.fitting(width, labels, names)
    values, absent, every = shown.values(record), shown.absent(record), states(record)
    if revealed is not None:
        hidden = revealed.hidden(shown.column)
        absent, every = absent | hidden, np.where(hidden, State.HEALTHY, every)
    judged = worst(every, runs)
    _draw_heading(cells, columns, shown, len(runs) < len(values), palette)
    chosen = row_of(runs, selected)
    if chosen >= 0:
        cells.fill(HEAD + chosen, 0, width, palette.selected)
    nothing = NONE if revealed is None else NOT_YET
    _draw_rows(cells, columns, (labels, names), shown, (values, absent, runs, judged), palette, nothing)
    marked = marks(expected, record, shown)
    draw_marks(cells, (HEAD, columns.bar_start), columns.bar, shown.scale, marked, runs, palette)
    if chosen >= 0:
        cells.text(HEAD + chosen, 0, MARK, palette.title, attributes=BOLD)
        cells.attributes[HEAD + chosen, 1 : columns.bar_start] = BOLD
    known = 0 <= selected < len(record.names) and not (revealed and revealed.hides(selected, "slope_mean"))
    if detail and known:
        _draw_detail(cells, height - 2, record.layers[selected], marked.told(selected, shown), palette)
    if revealed is not None:
        draw_forward(cells, (HEAD, columns.bar_start), columns.bar, record, runs, revealed, palette)
    if revealed is None or not revealed.hides(0, shown.column):
        _draw_summary(cells, height - 1, shown, values[~absent], palette)
    return cells


def _rows(layers: int, height: int) -> tuple[Run, ...]:
    """The runs of layers that the rows of a pane of this height stand for."""
    return fold(layers, height - HEAD - 1 - (height >= DETAIL_FROM))


def layer_at(y: int, layers: int, height: int) -> int | None:
    """The (first) layer that row y of the pane stands for."""
    return item_at(_rows(layers, height), y - HEAD)


def _draw_heading(
    cells: CellBuffer, columns: Columns, shown: Measure, folded: bool, palette: Palette
) -> None:
    ink = palette.muted
    cells.text(0, 2, "#".rjust(columns.index), ink)
    cells.text(0, 3 + columns.index, column("layer", columns.name), ink)
    draw_ticks(cells, 0, columns.bar_start, columns.bar, shown.scale, ink)
    cells.text(0, columns.number_start, column(shown.symbol, NUMBER, right=True), ink)
    if columns.ratio and shown.scale.decades:
        heading = "mean ×" if folded else "×next"
        cells.text(0, columns.number_start + NUMBER + 1, column(heading, RATIO, right=True), ink)


def _draw_rows(
    cells: CellBuffer,
    columns: Columns,
    words: tuple[list[str], list[str]],
    shown: Measure,
    measured: tuple[np.ndarray, np.ndarray, tuple[Run, ...], list[State]],
    palette: Palette,
    nothing: str,
) -> None:
    """measured: a value for each layer and whether it has none, and the runs and states of the rows.

    nothing: stands where a layer has no value
    """
    values, absent, runs, judged = measured
    low, mean, high = spread(values, runs, absent)
    gone = absent.tolist()
    empty = [all(gone[start:stop]) for start, stop in runs]
    inks = np.array([state_colour(state, palette) for state in judged], np.uint32)
    texts = np.where(np.array(judged) == State.HEALTHY, np.uint32(palette.text), inks)
    indexes = [text.rjust(columns.index) for text in words[0]]
    cells.lines(HEAD, 2, indexes, palette.muted)
    cells.lines(HEAD, 3 + columns.index, [column(name, columns.name) for name in words[1]], palette.text)
    draw_bars(cells, (HEAD, columns.bar_start), columns.bar, shown.scale, (low, high), inks, palette.faint)
    written = [
        nothing if none else shown.written(value) for value, none in zip(mean.tolist(), empty, strict=True)
    ]
    numbers = [column(text, NUMBER, right=True) for text in written]
    cells.lines(HEAD, columns.number_start, numbers, texts)
    x = columns.number_start + NUMBER + 1
    if columns.ratio and shown.scale.decades:
        found = np.where(empty, np.nan, ratios(values, runs, absent))
        factors = [column(factor(value), RATIO, right=True) for value in found.tolist()]
        cells.lines(HEAD, x, factors, palette.muted)
    x += columns.ratio
    cells.lines(HEAD, x, told(judged, columns.state), inks)


def told(judged: list[State], width: int) -> list[str]:
    """The glyph of each row's state; where there is room, the word too, once for rows of one state."""
    texts = [GLYPHS[state] for state in judged]
    if width > max(map(len, GLYPHS.values())):
        news = [row == 0 or judged[row - 1] != state for row, state in enumerate(judged)]
        texts = [WORDS[state] if new else GLYPHS[state] for state, new in zip(judged, news, strict=True)]
    return [column(text, width) for text in texts]


def factor(log10: float) -> str:
    """A ratio to the next one; empty where there is no next."""
    return "" if math.isnan(log10) else ratio(log10)


def _draw_detail(cells: CellBuffer, y: int, layer: LayerRecord, marked: list[str], palette: Palette) -> None:
    """The numbers of the chosen layer's marks, and its other measures."""
    x = cells.text(y, 0, f"{MARK} layer {layer.index}  ", palette.title)
    parts = [
        *marked,
        f"slope {compact(layer.slope_mean)}",
        f"saturated {percent(layer.saturated)}",
        f"dead {percent(layer.dead)}",
        f"activation {compact(layer.activation_mean)} ± {compact(layer.activation_std)}",
    ]
    cells.text(y, x, joined(parts, cells.width - x), palette.text)


def _draw_summary(cells: CellBuffer, y: int, shown: Measure, values: np.ndarray, palette: Palette) -> None:
    text, state = summary(values, shown)
    ink = state_colour(state, palette) if state != State.HEALTHY else palette.good
    cells.text(y, 0 if text[0] in "▼▲∅" else 2, text, ink, attributes=BOLD)


def summary(values: np.ndarray, shown: Measure) -> tuple[str, State]:
    """The whole depth in a sentence, and how serious it is."""
    if not shown.scale.decades:
        place = int(np.nanargmax(values)) if not np.isnan(values).all() else 0
        return f"most {shown.symbol}: layer {place}, {percent(float(values[place]))}", State.HEALTHY
    wrong = np.flatnonzero(np.isnan(values))
    if wrong.size and not (shown.column == "update_ratio" and wrong.size == len(values)):
        return f"{shown.symbol} is not a number in {wrong.size} of {len(values)} layers", State.NAN
    if wrong.size:
        return "no update yet", State.HEALTHY
    if len(values) == 1:
        return "a single layer: nothing to compare with", State.HEALTHY
    first, last = float(values[0]), float(values[-1])
    if first == last == -math.inf:
        return (
            f"{GLYPHS[State.ZERO]} {shown.symbol} is exactly 0 in the first and in the last layer",
            State.ZERO,
        )
    if first == -math.inf:
        return f"{GLYPHS[State.ZERO]} {shown.symbol} is exactly 0 in the first layer", State.ZERO
    if math.isinf(first) and first == last:
        return f"{shown.symbol} is infinite", State.EXPLODING
    distance = first - last
    text = f"first layer is {decades(distance)} of the last"
    if distance <= -VANISHING_DECADES:
        return f"▼ {text}", State.VANISHING
    return (f"▲ {text}", State.EXPLODING) if distance >= EXPLODING_DECADES else (text, State.HEALTHY)


def state_colour(state: State, palette: Palette) -> int:
    """The colour of a state; its glyph and word stand beside it."""
    return {
        State.HEALTHY: palette.healthy,
        State.VANISHING: palette.vanishing,
        State.ZERO: palette.vanishing,
        State.DEAD: palette.muted,
        State.EXPLODING: palette.exploding,
        State.NAN: palette.exploding,
    }[state]
