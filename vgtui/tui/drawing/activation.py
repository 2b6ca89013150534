"""The picture of saturation: an activation function and its slope over the pre-activations that it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vgtui.engine.record import SATURATED_SLOPE
from vgtui.tui.drawing.bars import RISING
from vgtui.tui.drawing.cells import FULL_BLOCK, CellBuffer, column
from vgtui.tui.drawing.figure import Axis, Curve, draw_figure
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact, percent
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.activation import ActivationView

LABELS = 6
"""Cells of the labels at the left, the axis included."""

SLOPE = "·"
"""Draws the slope, so that it is told from the function without colours."""


def draw_activation(
    view: ActivationView, aside: str, width: int, height: int, palette: Palette
) -> CellBuffer:
    """From the top: numbers, the curves, where the slope is healthy, the histogram, the axis."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    heading = [f"{view.layer} {view.name}", f"mean slope {compact(view.mean_slope)}"]
    draw_heading(cells, [*heading, f"saturated {percent(view.saturated)}"], aside, palette)
    bars = max(1, (height - 4) // 3)
    rows = height - 3 - bars
    figure_width = width - 1
    _draw_healthy(cells, view, rows, palette)
    _draw_curves(cells, view, (figure_width, rows), palette)
    _draw_ruler(cells, rows + 1, view, palette)
    _draw_histogram(cells, rows + 2, bars, view, palette)
    _draw_axis(cells, height - 1, view, palette)
    return cells


def columns_of(width: int, low: float, high: float, reach: float) -> tuple[int, int]:
    """The cells, first and past the last, of `width` that stand for low to high of an axis from -reach to reach."""
    cells = [round((place + reach) / (2 * reach) * (width - 1)) for place in (low, high)]
    return max(0, cells[0]), min(width, cells[1] + 1)


def gathered(counts: np.ndarray, width: int) -> np.ndarray:
    """A histogram in `width` parts out of finer ones: (width,) with the same sum."""
    places = (np.arange(len(counts)) * width) // len(counts)
    return np.bincount(places, counts, width)


def _room(cells: CellBuffer) -> int:
    """Cells from the axis to the right end."""
    return max(1, cells.width - 1 - LABELS)


def _draw_curves(cells: CellBuffer, view: ActivationView, extent: tuple[int, int], palette: Palette) -> None:
    assert view.z is not None
    assert view.value is not None
    assert view.slope is not None
    reach = float(view.z[-1])
    both = np.concatenate([view.value, view.slope])
    low, high = float(both.min()), float(both.max())
    ticks = tuple(
        (at, compact(at, 2).rjust(LABELS - 1)) for at in sorted({low, 0.0, high}) if low <= at <= high
    )
    lines = [Curve(view.z, view.slope, palette.test, SLOPE), Curve(view.z, view.value, palette.train)]
    draw_figure(
        cells, (1, 0), (extent[0], extent[1]), (Axis(-reach, reach), Axis(low, high, ticks)), lines, palette
    )
    end = cells.text(1, LABELS + 1, "⠒ φ(z)", palette.train)
    cells.text(1, end + 2, f"{SLOPE} φ′(z)", palette.test)


def _healthy_cells(cells: CellBuffer, view: ActivationView) -> list[tuple[int, int]]:
    assert view.z is not None
    reach, width = float(view.z[-1]), _room(cells)
    return [
        (LABELS + first, LABELS + end)
        for first, end in (columns_of(width, low, high, reach) for low, high in view.healthy)
    ]


def _draw_healthy(cells: CellBuffer, view: ActivationView, rows: int, palette: Palette) -> None:
    """The shade behind the curves."""
    for first, end in _healthy_cells(cells, view):
        for y in range(1, rows):
            cells.fill(y, first, end - first, palette.selected)


def _draw_ruler(cells: CellBuffer, y: int, view: ActivationView, palette: Palette) -> None:
    """The same in signs and words: `├─ slope ≥ 0.05 ─┤`."""
    cells.text(y, LABELS, " " * _room(cells), palette.muted)
    for first, end in _healthy_cells(cells, view):
        size = end - first
        words = next((w for w in (f" slope ≥ {SATURATED_SLOPE} ", " ok ", "") if len(w) + 2 <= size), "")
        text = f"├{words.center(size - 2, '─')}┤" if size >= 2 else "┼"
        cells.text(y, first, text, palette.good)


def _draw_histogram(cells: CellBuffer, y: int, rows: int, view: ActivationView, palette: Palette) -> None:
    """Bars of the pre-activations, the tallest as high as there is room; what lies beyond the ends is told."""
    assert view.counts is not None
    width = _room(cells)
    parts = gathered(view.counts, width)
    most = parts.max()
    heights = np.ceil(parts / most * rows * 8).astype(np.int64) if most > 0 else np.zeros(width, np.int64)
    healthy = np.zeros(width, bool)
    for first, end in _healthy_cells(cells, view):
        healthy[first - LABELS : end - LABELS] = True
    inks = np.where(healthy, palette.healthy, palette.vanishing).astype(np.uint32)
    for row in range(rows):
        level = heights - (rows - 1 - row) * 8
        codes = np.where(level >= 8, FULL_BLOCK, RISING[np.clip(level, 0, 7)]).astype(np.uint32)
        cells.block(y + row, LABELS, codes[None, :], inks)
    cells.text(y + rows - 1, 0, column("z", LABELS - 1, right=True), palette.muted)
    if view.below > 0.0:
        cells.text(y, LABELS, f"‹{percent(view.below)}", palette.vanishing)
    if view.above > 0.0:
        text = f"{percent(view.above)}›"
        cells.text(y, cells.width - 1 - len(text), text, palette.vanishing)


def _draw_axis(cells: CellBuffer, y: int, view: ActivationView, palette: Palette) -> None:
    assert view.z is not None
    reach, width = float(view.z[-1]), _room(cells)
    for place in (-reach, -reach / 2, 0.0, reach / 2, reach):
        text = f"{place:g}"
        at = columns_of(width, place, place, reach)[0] - len(text) // 2
        cells.text(y, LABELS + max(0, min(at, width - len(text))), text, palette.muted)
    if view.not_finite > 0.0:
        cells.text(y, 0, f"nan {percent(view.not_finite)}", palette.exploding)
