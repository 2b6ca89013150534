"""The ball on the hill: the loss along one weight, its tangent, and the step that is about to be taken."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vgtui.analysis.notation import gradient_name
from vgtui.tui.drawing.cells import BOLD, CellBuffer, joined
from vgtui.tui.drawing.figure import Axis, Curve, draw_figure
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact, decades
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.landscape import Slope

ROOM_ABOVE = 1.1
"""Heights that the axis spans: the largest loss is not at its very end."""

SHORT = 8
"""Rows below which the figure needs the row of the step."""

BALL, THERE = "●", "○"


def draw_slope(
    slope: Slope, magnified: int, aside: str, width: int, height: int, palette: Palette
) -> CellBuffer:
    """The numbers, the figure with its axis `magnified` so many times, and what a magnification would show.

    The gradient is that of the next batch: of the latest one it is the chain rule that tells.
    """
    cells = CellBuffer(width, height, palette.text, palette.background)
    draw_heading(
        cells,
        [
            f"next {gradient_name(slope)} = {compact(slope.gradient)}",
            f"{BALL} weight {compact(slope.weight, 4)}",
            f"loss {compact(slope.loss, 4)}",
        ],
        aside,
        palette,
    )
    told = int(height >= SHORT)
    rows = height - 2 - told
    draw_figure(cells, (1, 0), (width, rows), _axes(slope, magnified), _curves(slope, palette), palette)
    if told:
        cells.text(height - 2, 0, joined(_step(slope), width), palette.text)
    text, flat = verdict(slope, magnified)
    cells.text(
        height - 1, 0, joined(text, width), palette.vanishing if flat else palette.muted, attributes=BOLD
    )
    return cells


def magnifications(slope: Slope) -> tuple[int, ...]:
    """1, 10, 100 ... until the curve fills the axis."""
    fills = slope.magnification
    most = min(15, math.ceil(math.log10(fills))) if 1.0 < fills < math.inf else 0
    return tuple(10**power for power in range(most + 1))


def verdict(slope: Slope, magnified: int) -> tuple[list[str], bool]:
    """How the axis is magnified and how much of it the curve fills, and whether it looks flat."""
    parts = [f"magnified ×{magnified:,}" if magnified > 1 else "true scale"]
    fills = slope.magnification / magnified
    if math.isinf(fills):
        return [*parts, "flat to the last bit"], True
    if math.isnan(fills):
        return [*parts, "the loss along it is not a number"], True
    if fills <= 10.0:
        return [*parts, f"it fills {1 / fills:.0%} of the axis"], False
    return [*parts, f"flat: it fills {decades(-math.log10(fills))} of the axis"], True


def _step(slope: Slope) -> list[str]:
    """What the optimiser is about to do."""
    change = slope.loss_after - slope.loss
    rest = math.nan
    if slope.step and slope.gradient and math.isfinite(change):
        rest = change - slope.gradient * slope.step
    parts = [f"{THERE} next step {slope.step:+.3g}", _told(change)]
    if math.isfinite(rest):
        parts.append(f"the tangent promised {slope.gradient * slope.step:+.3g}")
    return parts


def _told(change: float) -> str:
    return f"changes the loss by {change:+.3g}" if change else "changes no digit of the loss"


def _axes(slope: Slope, magnified: int) -> tuple[Axis, Axis]:
    low, high = float(slope.values[0]), float(slope.values[-1])
    labels = [(low, compact(low)), (slope.weight, compact(slope.weight)), (high, compact(high))]
    return Axis(low, high, tuple(labels)), _loss_axis(slope, magnified)


def _loss_axis(slope: Slope, magnified: int) -> Axis:
    """From 0 to the whole network's scale; magnified, a part of that around the curve."""
    height = slope.height if 0.0 < slope.height < math.inf else 1.0
    span = ROOM_ABOVE * height / magnified
    if magnified == 1:
        return Axis(0.0, span, tuple((part * height, compact(part * height)) for part in (0.0, 0.5, 1.0)))
    finite = slope.losses[np.isfinite(slope.losses)]
    middle = float(finite.min() + finite.max()) / 2.0 if len(finite) else slope.loss
    middle = max(middle, span / 2.0)
    if not abs(slope.loss - middle) < span / 2.0:
        middle = slope.loss
    ticks = [(slope.loss + part * span, f"{part * span:+.1e}") for part in (-0.5, -0.25, 0.25, 0.5)]
    low, high = middle - span / 2.0, middle + span / 2.0
    shown = [(at, text) for at, text in ticks if low <= at <= high]
    return Axis(low, high, (*shown, (slope.loss, compact(slope.loss, 4))))


def _curves(slope: Slope, palette: Palette) -> list[Curve]:
    now = (np.array([slope.weight]), np.array([slope.loss]))
    after = (np.array([slope.weight + slope.step]), np.array([slope.loss_after]))
    return [
        Curve(slope.values, slope.tangent, palette.vanishing, "·"),
        Curve(slope.values, slope.losses, palette.healthy),
        Curve(*after, palette.good, THERE, joined=False),
        Curve(*now, palette.title, BALL, joined=False),
    ]
