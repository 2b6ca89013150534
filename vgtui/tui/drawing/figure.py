"""plotext's figures as cells: curves on two labelled axes, in the theme's colours."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.palette import ANSI, DEFAULT, Palette

SMALLEST = (24, 4)
"""Columns and rows below which axes leave no room for curves."""

RUN = re.compile(r"\x1b\[([0-9;]*)m")


class Curve(Struct, frozen=True):
    """Points (n,) each of x and y, joined or not; what is not finite is left out.

    marker  one character, or a name that plotext knows: braille has two by four dots a cell
    """

    x: np.ndarray
    y: np.ndarray
    ink: int
    marker: str = "braille"
    joined: bool = True


class Axis(Struct, frozen=True):
    """From low to high, with a label at each of `ticks`; what lies outside is not drawn."""

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...] = ()


def draw_figure(
    cells: CellBuffer,
    place: tuple[int, int],
    extent: tuple[int, int],
    axes: tuple[Axis, Axis],
    curves: Sequence[Curve],
    palette: Palette,
) -> None:
    """A figure of `extent` (width, rows) cells at `place` (y, x); axes: x, y. Later curves over earlier ones."""
    width, rows = extent
    if width < SMALLEST[0] or rows < SMALLEST[1]:
        return
    lines = _built(width, rows, axes, curves, palette).split("\n")
    for y, line in enumerate(lines[:rows]):
        _lay(cells, place[0] + y, place[1], line, palette)


def _built(width: int, rows: int, axes: tuple[Axis, Axis], curves: Sequence[Curve], palette: Palette) -> str:
    """The figure as plotext writes it."""
    from plotext import figure, terminal

    terminal.limit(False, False)
    figure.clear()
    figure.plot_size(width, rows)
    figure.axes(False, side=1)
    figure.canvas("default")
    for name, axis in zip("xy", axes, strict=True):
        ruler = figure.ruler(name)
        ruler.lim(axis.low, axis.high)
        ruler.ticks([position for position, _ in axis.ticks], [label for _, label in axis.ticks])
    for curve in curves:
        _draw(figure, curve, axes)
    built: str = figure.build().string()
    return built


def _draw(figure: object, curve: Curve, axes: tuple[Axis, Axis]) -> None:
    finite = np.isfinite(curve.x) & np.isfinite(curve.y)
    if not curve.joined:
        finite &= (curve.x >= axes[0].low) & (curve.x <= axes[0].high)
        finite &= (curve.y >= axes[1].low) & (curve.y <= axes[1].high)
    if not finite.any():
        return
    import plotext

    marker = plotext.marker(curve.marker, _pixel(curve.ink))
    signal = figure.signal(curve.x[finite].tolist(), curve.y[finite].tolist(), marker=marker)
    if curve.joined:
        signal.lines()
    figure.draw(signal)


def _pixel(ink: int) -> object:
    """A colour as plotext takes it."""
    import plotext

    if ink == DEFAULT:
        return plotext.pixel("default")
    if ink >= ANSI:
        return plotext.pixel(ink & 0xFF)
    return plotext.pixel((ink >> 16, ink >> 8 & 0xFF, ink & 0xFF))


def _lay(cells: CellBuffer, y: int, x: int, line: str, palette: Palette) -> None:
    """One row: its characters with the colours that its codes give them."""
    ink = palette.muted
    for place, part in enumerate(RUN.split(line)):
        if place % 2:
            ink = _ink(part, palette.muted)
        elif part:
            x = cells.text(y, x, part, ink)


def _ink(codes: str, otherwise: int) -> int:
    """The foreground of an SGR sequence."""
    numbers = [int(code) for code in codes.split(";") if code]
    if 38 not in numbers:
        return otherwise
    at = numbers.index(38)
    if numbers[at + 1] == 2:
        red, green, blue = numbers[at + 2 : at + 5]
        return red << 16 | green << 8 | blue
    return ANSI | numbers[at + 2]
