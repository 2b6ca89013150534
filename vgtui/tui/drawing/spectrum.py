"""Singular values of the Jacobian, layer by layer: a small histogram a row, on one scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vgtui.tui.drawing.cells import BOLD, SPACE, CellBuffer, codepoints, column
from vgtui.tui.drawing.fold import Run, common_name, fold, item_at, label, row_of
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact, decades, from_log10
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.spectrum import SingularValues, Spectrum

LEVELS = codepoints(" ▁▂▃▄▅▆▇█")
MARK = "▸"
HEAD = 2
NUMBER = 9
HEADINGS = ("largest", "smallest", "cond", "isometry")


def draw_spectrum(
    spectrum: Spectrum, layer: int, aside: str, width: int, height: int, palette: Palette
) -> CellBuffer:
    """A row a layer, folded where there are more, and one for input to output."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    _draw_heading(cells, spectrum, aside, palette)
    runs = _runs(spectrum, height)
    index = max(len(label(run)) for run in runs)
    names = [layer.name for layer in spectrum.layers]
    longest = max(len(common_name(names, run)) for run in runs)
    bins = len(spectrum.edges) - 1
    name = max(min(longest, 6), min(longest, width - 3 - index - 1 - bins - 2 * (NUMBER + 1)))
    x = 3 + index + name + 1
    wide = max(1, (width - x - len(HEADINGS) * (NUMBER + 1)) // bins)
    _draw_axis(cells, x, bins * wide, spectrum.edges, palette)
    cells.text(1, 2, "#".rjust(index), palette.muted)
    cells.text(1, 3 + index, column("layer", name), palette.muted)
    numbers = x + bins * wide
    _draw_numbers(cells, 1, numbers, HEADINGS, palette.muted)
    here = row_of(runs, min(layer, len(names) - 1))
    most = max(int(spectrum.histogram.max(initial=1)), 1)
    for place, run in enumerate(runs):
        y = HEAD + place
        cells.text(y, 0, MARK if place == here else " ", palette.title)
        cells.text(y, 2, label(run).rjust(index), palette.muted)
        cells.text(y, 3 + index, column(common_name(names, run), name), palette.text)
        counts = spectrum.histogram[run[0] : run[1]].max(axis=0)
        values = [spectrum.layers[place].values for place in range(*run)]
        if any(value.log10 is None for value in values):
            cells.text(y, x, "too wide", palette.muted, width=bins * wide)
            continue
        _draw_histogram(cells, y, x, np.repeat(counts, wide), most, palette)
        _draw_numbers(cells, y, numbers, told(worst(values)), palette.text)
    _draw_whole(cells, height - 1, numbers, spectrum, palette)
    return cells


def _runs(spectrum: Spectrum, height: int) -> tuple[Run, ...]:
    return fold(len(spectrum.layers), max(1, height - 3))


def layer_at(spectrum: Spectrum, y: int, height: int) -> int | None:
    """The (first) layer that row y of the pane stands for."""
    return item_at(_runs(spectrum, height), y - HEAD)


def worst(values: list[SingularValues]) -> SingularValues:
    """The one that is furthest from keeping lengths."""
    return min(values, key=lambda value: math.inf if math.isnan(value.isometry) else value.isometry)


def told(values: SingularValues) -> tuple[str, ...]:
    """Largest, smallest, condition number and isometry score."""
    if values.log10 is None:
        return ("too wide", "", "", "")
    ends = (from_log10(float(values.log10[0])), from_log10(float(values.log10[-1])))
    condition = "inf" if values.condition_log10 == math.inf else from_log10(values.condition_log10, 2)
    return (*ends, condition, compact(values.isometry))


def _draw_heading(cells: CellBuffer, spectrum: Spectrum, aside: str, palette: Palette) -> None:
    whole = spectrum.whole
    parts = [f"Jacobian at sample {spectrum.sample}"]
    if whole.log10 is None:
        parts.append("too wide to be taken apart as a whole")
    elif not len(whole.log10) or whole.log10[0] == -math.inf:
        parts.append("nothing of the input arrives")
    else:
        parts.append(f"input to output: the longest stretch is {decades(float(whole.log10[0]))}")
        if whole.rank < len(whole.log10):
            parts.append(f"rank {whole.rank} of {len(whole.log10)}")
    draw_heading(cells, parts, aside, palette)


def _draw_axis(cells: CellBuffer, x: int, width: int, edges: np.ndarray, palette: Palette) -> None:
    """The two ends as powers of ten, and where a singular value is 1."""
    low, high = float(edges[0]), float(edges[-1])
    first, last = decades(low), decades(high)
    cells.text(1, x, first, palette.muted, width=width)
    if len(first) + len(last) < width:
        cells.text(1, x + width - len(last), last, palette.muted)
    one = _one(edges, width)
    if one is not None and len(first) < one < width - len(last) - 1:
        cells.text(1, x + one, "1", palette.muted)


def _one(edges: np.ndarray, width: int) -> int | None:
    """The cell where a singular value is 1."""
    low, high = float(edges[0]), float(edges[-1])
    return min(width - 1, int(-low / (high - low) * width)) if low <= 0.0 <= high else None


def _draw_histogram(
    cells: CellBuffer, y: int, x: int, counts: np.ndarray, most: int, palette: Palette
) -> None:
    codes = LEVELS[-(-8 * counts // most)]
    cells.block(y, x, codes[None], palette.healthy)


def _draw_numbers(cells: CellBuffer, y: int, x: int, texts: tuple[str, ...], ink: int) -> None:
    """As many of the numbers as there is room for."""
    for text in texts:
        if x + NUMBER + 1 > cells.width:
            return
        cells.text(y, x, text.rjust(NUMBER + 1), ink)
        x += NUMBER + 1


def _draw_whole(cells: CellBuffer, y: int, numbers: int, spectrum: Spectrum, palette: Palette) -> None:
    """The row of the whole network."""
    cells.codes[y] = SPACE
    cells.text(y, 2, "input to output", palette.title, attributes=BOLD)
    texts = told(spectrum.whole)
    if numbers + 2 * (NUMBER + 1) <= cells.width:
        _draw_numbers(cells, y, numbers, texts, palette.title)
    else:
        cells.text(y, 19, "  ".join(texts), palette.title)
