"""The time gradient: what a recurrent layer measured at every time step, as bars over t."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vgtui.analysis.cells import decades_per_step
from vgtui.tui.drawing.bands import Axis, Band, draw_axis, draw_bands
from vgtui.tui.drawing.bars import Scale
from vgtui.tui.drawing.cells import BOLD, CellBuffer, joined
from vgtui.tui.drawing.flow import GLYPHS, State, graded, worst
from vgtui.tui.drawing.gradient import factor, state_colour
from vgtui.tui.drawing.numbers import compact, from_log10
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.through_time import LEAD, SCALE, time_summary

if TYPE_CHECKING:
    from vgtui.engine.record import TimeRecord

SCALES = tuple(SCALE.widened(factor) for factor in (1, 5, 25))
"""The decades that the bars may span: 14 first, 70, 350, which is nearly all that a float64 holds."""

OPEN = Scale(0.0, 1.0, 1.0, decades=False)
"""Of a gate: shut to open."""

EITHER = Scale(-1.0, 1.0, 1.0, decades=False)
"""Of a candidate, which is a tanh."""

CANDIDATES = ("cell", "new")
FIRST_GATES = ("forget", "update")
"""Decide how much stays: shown before the others."""

LEAST = 3
"""Rows that the gradient keeps before anything else gets one."""

AMPLE = 6
"""Rows of the gradient from which on the cell's bars grow too."""


def bands_of(times: TimeRecord, scale: Scale) -> tuple[Band, ...]:
    """What there is to draw of a layer, from the most to the least important."""
    bands = [Band("‖dL/dh‖", times.hidden_log10, scale, from_log10)]
    if times.cell_log10 is not None:
        bands.append(Band("‖dL/dc‖", times.cell_log10, scale, from_log10))
    if times.forget_product is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            bands.append(Band("kept", np.log10(times.forget_product), scale, from_log10))
    for name in sorted(times.gates, key=lambda name: (name not in FIRST_GATES, name in CANDIDATES)):
        bands.append(Band(name, times.gates[name], EITHER if name in CANDIDATES else OPEN, compact))
    return tuple(bands)


def rows_of(bands: tuple[Band, ...], rows: int) -> tuple[int, ...]:
    """How many rows each band gets out of `rows`; the last ones none where there are too few."""
    shown = 1 + max(0, min(len(bands) - 1, rows - LEAST))
    heights = [1 if place < shown else 0 for place in range(len(bands))]
    heights[0] = max(rows - shown + 1, 0)
    tall = [place for place in range(1, shown) if bands[place].scale.decades]
    for _ in range(max(0, heights[0] - AMPLE) // (len(tall) + 1) if tall else 0):
        for place in tall:
            heights[place] += 1
            heights[0] -= 1
    return tuple(heights)


def draw_time(
    times: TimeRecord, name: str, chosen: int, scale: Scale, width: int, height: int, palette: Palette
) -> CellBuffer:
    """Bars over t of every measure, the numbers at step `chosen`, and the way back in a sentence.

    `name` is the layer's; `scale` one of SCALES.
    """
    cells = CellBuffer(width, height, palette.text, palette.background)
    values, axis = times.hidden_log10, Axis.fitting(len(times.hidden_log10), width)
    bands = bands_of(times, scale)
    head, foot = int(height >= LEAST + 3), int(height >= LEAST) + int(height >= LEAST + 2)
    heights = rows_of(bands, height - head - foot)
    judged = worst(graded(values), axis.runs)
    states = np.array([state_colour(state, palette) for state in judged], np.uint32)
    inks = np.full((len(bands), len(axis.runs)), palette.healthy, np.uint32)
    inks[0] = states
    if head:
        hidden = [band.name for band, rows in zip(bands, heights, strict=True) if not rows]
        _draw_title(cells, times, name, chosen, axis, hidden, palette)
    y = draw_bands(cells, head, bands, heights, axis, chosen, inks, palette)
    if foot:
        signs = "".join(GLYPHS[state][:1] or " " for state in judged)
        draw_axis(cells, y, axis, chosen, (signs, states), palette)
    if foot > 1:
        _draw_summary(cells, values, palette)
    return cells


def _draw_title(
    cells: CellBuffer,
    times: TimeRecord,
    name: str,
    chosen: int,
    axis: Axis,
    hidden: list[str],
    palette: Palette,
) -> None:
    x = cells.text(0, 1, f"layer {times.layer}: {name}  ", palette.title, attributes=BOLD)
    values = times.hidden_log10
    parts = [f"{len(values)} time steps"]
    if chosen + 1 < len(values):
        with np.errstate(invalid="ignore"):
            step = factor(float(values[chosen] - values[chosen + 1]))
        parts[:0] = [f"t {chosen}: {step} of t {chosen + 1}"] if step else []
    if axis.folded > 1:
        parts.insert(0, f"░ {axis.folded} steps a column")
    if hidden:
        parts.insert(0, f"no room for {', '.join(hidden)}")
    cells.text(0, x, joined(parts, cells.width - x), palette.muted)


def _draw_summary(cells: CellBuffer, values: np.ndarray, palette: Palette) -> None:
    text, state = time_summary(values)
    decades = decades_per_step(values)
    parts = [text]
    if math.isfinite(decades):
        parts.append(f"{decades:+.3f} decades a step")
    if len(" · ".join(parts)) > cells.width - 2:
        parts[0] = text.removeprefix(LEAD)
    glyph = "" if state == State.NAN else GLYPHS[state]
    ink = state_colour(state, palette) if state != State.HEALTHY else palette.good
    cells.text(cells.height - 1, 0, f"{glyph:<2}{joined(parts, cells.width - 2)}", ink, attributes=BOLD)
