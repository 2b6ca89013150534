"""Old weights against new, layer by layer: where nothing has moved, no gradient arrived."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.bars import Scale, draw_bars, draw_ticks
from vgtui.tui.drawing.cells import BOLD, CellBuffer, column
from vgtui.tui.drawing.numbers import compact, magnitude
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.weights import WeightChange

BARELY_MOVED = 1e-4
"""A layer has barely moved while |W - W0| / |W0| is below this: a ten-thousandth of its weights' norm."""

SCALE = Scale(-12.0, 2.0, 2.0)
NORM = 8
RELATIVE = 10
GLYPHS = {"": "", "unchanged": "=", "barely moved": "▼", "nan": "nan"}
MARK = "▸"
SAMPLES = 3
SAMPLE = 22
"""Cells of one entry, old → new."""


class Columns(Struct, frozen=True):
    """Widths of the columns; 0 where the pane is too narrow for one."""

    index: int
    name: int
    norms: bool
    bar: int
    entries: int
    word: int
    samples: int

    @classmethod
    def fitting(cls, width: int, changes: Sequence[WeightChange]) -> Columns:
        """Narrow panes give up the samples, the words, the norms, then most of the name and the bar."""
        index = max(len(str(change.layer)) for change in changes)
        entries = max(len("same"), *(len(_entries(change)) for change in changes))
        longest = max(len(change.name) for change in changes)
        word = 14 if width >= 74 else 3
        samples = min(SAMPLES, max(0, (width - 96) // (SAMPLE + 2)))
        fixed = index + 1 + 1 + RELATIVE + 1 + 1 + entries + 1 + word + samples * (SAMPLE + 2)
        norms = width - fixed - min(longest, 11) - 1 >= 2 * (NORM + 1) + 8
        fixed += norms * 2 * (NORM + 1)
        name = max(min(longest, 7), min(longest, width - fixed - 14))
        bar = width - fixed - name - 1
        return cls(index, name, norms, bar if bar >= 5 else 0, entries, word, samples)


def draw_weights(
    changes: Sequence[WeightChange],
    step: int,
    top: int,
    width: int,
    height: int,
    palette: Palette,
    chosen: int = -1,
) -> CellBuffer:
    """A row a layer from row `top` on, the `chosen` one marked, then a sentence over all. `step`: updates done."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    shown = list(changes[top : top + visible_rows(height)])
    if not shown:
        return cells
    columns = Columns.fitting(width, changes)
    verdicts = [verdict(change) if step else "" for change in shown]
    _draw_heading(cells, columns, palette)
    if 0 <= chosen - top < len(shown):
        cells.fill(1 + chosen - top, 0, width, palette.selected)
        cells.text(1 + chosen - top, columns.index, MARK, palette.title, attributes=BOLD)
    _draw_rows(cells, columns, shown, verdicts, palette)
    text, ink = _summary(changes, step, palette)
    cells.text(height - 1, 0, text, ink, attributes=BOLD)
    rest = f"{'↑' if top else ' '} layers {top}-{top + len(shown) - 1} of {len(changes)} ↓"
    if len(shown) < len(changes) and len(text) + len(rest) + 2 <= width:
        rest = rest if top + len(shown) < len(changes) else rest[:-2]
        cells.text(height - 1, width - len(rest), rest, palette.muted)
    return cells


def visible_rows(height: int) -> int:
    """Layers that a pane of this height shows at once."""
    return max(0, height - 2)


def verdict(change: WeightChange) -> str:
    """`unchanged`: every entry still has its first bits; `barely moved`; `nan`; empty for a layer that learns."""
    if math.isnan(change.new_norm) or math.isinf(change.new_norm):
        return "nan"
    if change.unchanged == change.total:
        return "unchanged"
    return "barely moved" if change.relative < BARELY_MOVED else ""


def _draw_heading(cells: CellBuffer, columns: Columns, palette: Palette) -> None:
    ink = palette.muted
    cells.text(0, 0, "#".rjust(columns.index), ink)
    x = cells.text(0, columns.index + 1, column("layer", columns.name), ink) + 1
    if columns.norms:
        for heading in ("‖W₀‖", "‖W‖"):
            x = cells.text(0, x, column(heading, NORM, right=True), ink) + 1
    x = cells.text(0, x, column("‖ΔW‖/‖W₀‖", RELATIVE, right=True), ink) + 1
    if columns.bar:
        draw_ticks(cells, 0, x, columns.bar, SCALE, ink)
        x += columns.bar + 1
    x = cells.text(0, x, column("same", columns.entries, right=True), ink) + 1
    if columns.samples:
        cells.text(0, x + columns.word + 2, "first entries, old → new", ink)


def _draw_rows(
    cells: CellBuffer,
    columns: Columns,
    shown: list[WeightChange],
    verdicts: list[str],
    palette: Palette,
) -> None:
    inks = np.array([_ink(word, palette, palette.healthy) for word in verdicts], np.uint32)
    cells.lines(1, 0, [str(change.layer).rjust(columns.index) for change in shown], palette.muted)
    names = [column(change.name, columns.name) for change in shown]
    cells.lines(1, columns.index + 1, names, palette.text)
    x = columns.index + columns.name + 2
    if columns.norms:
        cells.lines(1, x, [column(compact(c.old_norm), NORM, right=True) for c in shown], palette.muted)
        cells.lines(
            1, x + NORM + 1, [column(compact(c.new_norm), NORM, right=True) for c in shown], palette.text
        )
        x += 2 * (NORM + 1)
    texts = np.array([_ink(word, palette, palette.text) for word in verdicts], np.uint32)
    cells.lines(1, x, [column(compact(c.relative), RELATIVE, right=True) for c in shown], texts)
    x += RELATIVE + 1
    if columns.bar:
        sizes = np.array([magnitude(change.relative) for change in shown])
        draw_bars(cells, (1, x), columns.bar, SCALE, (sizes, sizes), inks, palette.faint)
        x += columns.bar + 1
    cells.lines(1, x, [_entries(change).rjust(columns.entries) for change in shown], palette.muted)
    x += columns.entries + 1
    cells.lines(1, x, [column(_told(word, columns.word), columns.word) for word in verdicts], inks)
    if columns.samples:
        samples = ["  ".join(_samples(change, columns.samples)) for change in shown]
        cells.lines(1, x + columns.word + 2, samples, palette.muted)


def _told(word: str, width: int) -> str:
    """The glyph of a verdict, with its word where there is room."""
    return GLYPHS[word] if width <= 3 or word in ("", "nan") else f"{GLYPHS[word]} {word}"


def _entries(change: WeightChange) -> str:
    return f"{change.unchanged}/{change.total}"


def _samples(change: WeightChange, count: int) -> list[str]:
    """The first entries, old → new, all of one width."""
    pairs = list(zip(change.old_sample, change.new_sample, strict=True))[:count]
    texts = [f"{compact(old, 4)} → {compact(new, 4)}" for old, new in pairs]
    return [column(text, SAMPLE) for text in [*texts, *[""] * (count - len(texts))]]


def _summary(changes: Sequence[WeightChange], step: int, palette: Palette) -> tuple[str, int]:
    """How many layers learn, in a sentence, and its colour."""
    if not step:
        return "no update yet", palette.muted
    verdicts = [verdict(change) for change in changes]
    count = len(changes)
    if wrong := verdicts.count("nan"):
        return f"{wrong} of {count} layers are no numbers any more", palette.exploding
    if still := verdicts.count("unchanged"):
        return f"= {still} of {count} layers {_have(still)} not changed at all", palette.vanishing
    if barely := verdicts.count("barely moved"):
        return f"▼ {barely} of {count} layers {_have(barely)} barely moved", palette.vanishing
    return ("the layer has moved" if count == 1 else f"all {count} layers have moved"), palette.good


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _ink(word: str, palette: Palette, otherwise: int) -> int:
    if word == "nan":
        return palette.exploding
    return palette.vanishing if word else otherwise
