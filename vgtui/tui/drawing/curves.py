"""The run as curves over its steps: losses, accuracies, or the gradient norms of some layers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from vgtui.tui.drawing import figure
from vgtui.tui.drawing.cells import CellBuffer, joined
from vgtui.tui.drawing.figure import Axis, draw_figure
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.shades import class_inks
from vgtui.tui.drawing.ticks import decade_ticks, nice_ticks

if TYPE_CHECKING:
    from vgtui.tui.frame import Curve

LABELS = 8
SIGNS_ACROSS = 5
"""How often a curve's sign stands on it."""


class Line(Struct, frozen=True):
    """One curve: its name, the sign that stands on it, its values at every step, and the layer that it is of."""

    name: str
    sign: str
    values: np.ndarray
    log10: bool = False
    layer: int | None = None


def loss_lines(curve: Curve) -> list[Line]:
    """Train and test."""
    return _two("loss", curve.train_loss, curve.test_loss)


def accuracy_lines(curve: Curve) -> list[Line]:
    """Train and test; none of a regression."""
    return _two("accuracy", curve.train_accuracy, curve.test_accuracy)


def gradient_lines(curve: Curve, chosen: Sequence[int], hidden: Collection[int] = frozenset()) -> list[Line]:
    """One for each chosen layer of which there is a curve, as log10 norms; of `hidden` ones without the last."""
    if curve.gradients is None:
        return []
    places = {layer: place for place, layer in enumerate(curve.layers)}
    return [
        Line(
            f"layer {layer}",
            str(layer % 10),
            _known(curve.gradients[places[layer]], layer in hidden),
            True,
            layer,
        )
        for layer in chosen
        if layer in places
    ]


def _known(values: np.ndarray, hidden: bool) -> np.ndarray:
    return np.append(values[:-1], np.nan) if hidden else values


def draw_curves(
    title: str,
    steps: np.ndarray | None,
    lines: Sequence[Line],
    logarithmic: bool,
    width: int,
    height: int,
    palette: Palette,
) -> CellBuffer:
    """The figure under its legend; `logarithmic`: of the values, which gradient norms always are unless linear."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    draw_heading(cells, [f"{title} over the steps", "log" if logarithmic else "linear"], "", palette)
    known, names = _legend(lines, width)
    if steps is None or not known:
        cells.text(1, 0, f"no {title} to draw yet", palette.muted)
        return cells
    inks = class_inks(palette)
    _draw_legend(cells, names, len(known), inks, palette)
    axes = Axis(*_steps(steps)), _axis([_scaled(line, logarithmic) for line in known], logarithmic)
    curves: list[figure.Curve] = []
    for number, line in enumerate(known):
        ink = inks[number % len(inks)]
        x, y = _thinned(steps, _scaled(line, logarithmic), 4 * width)
        curves += [figure.Curve(x, y, ink), _signs(x, y, line.sign, ink, number)]
    draw_figure(cells, (2, 0), (width - 1, height - 2), axes, curves, palette)
    return cells


def line_at(x: int, lines: Sequence[Line], width: int) -> Line | None:
    """The curve whose name stands at column x of the legend."""
    start = 0
    for line, text in zip(*_legend(lines, width), strict=False):
        if start <= x < start + len(text):
            return line
        start += len(text) + 2
    return None


def _legend(lines: Sequence[Line], width: int) -> tuple[list[Line], list[str]]:
    """The curves that have values, and the names of those for which there is room."""
    known = [line for line in lines if np.isfinite(line.values).any()]
    texts = [f"{line.sign} {line.name}" for line in known]
    return known, texts[: len(joined(texts, width, "  ").split("  "))]


def _two(name: str, train: np.ndarray | None, test: np.ndarray | None) -> list[Line]:
    if train is None or test is None:
        return []
    return [Line(f"train {name}", "r", train), Line(f"test {name}", "e", test)]


def _draw_legend(
    cells: CellBuffer, names: Sequence[str], count: int, inks: Sequence[int], palette: Palette
) -> None:
    """Each curve's sign and name in its colour, and how many more there are than there is room for."""
    x = 0
    for number, text in enumerate(names):
        x = cells.text(1, x, text, inks[number % len(inks)]) + 2
    if len(names) < count:
        cells.text(1, x, f"… {count - len(names)} more", palette.muted)


def _scaled(line: Line, logarithmic: bool) -> np.ndarray:
    """As it is drawn: values, or their log10; what has none is nan."""
    with np.errstate(all="ignore"):
        if line.log10:
            scaled = line.values if logarithmic else 10.0**line.values
        else:
            scaled = np.log10(line.values) if logarithmic else line.values
    return np.where(np.isfinite(scaled), scaled, np.nan)


def _steps(steps: np.ndarray) -> tuple[float, float, tuple[tuple[float, str], ...]]:
    first, last = float(steps[0]), float(max(steps[-1], steps[0] + 1))
    return first, last, nice_ticks(first, last, 5, least=1.0)


def _axis(values: Sequence[np.ndarray], logarithmic: bool) -> Axis:
    """Whole decades; or from zero, where nothing is below it."""
    every = np.concatenate(values)
    every = every[np.isfinite(every)]
    if not len(every):
        return Axis(0.0, 1.0)
    low, high = float(every.min()), float(every.max())
    if logarithmic:
        bottom, top = int(np.floor(low)), int(np.ceil(high))
        top = max(top, bottom + 1)
        return Axis(float(bottom), float(top), decade_ticks(bottom, top, 5, LABELS - 1))
    low = min(low, 0.0)
    high = high if high > low else low + 1.0
    return Axis(low, high, nice_ticks(low, high, 4, LABELS - 1))


def _thinned(steps: np.ndarray, values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """At most so many points; the last one stays."""
    if len(steps) <= most:
        return steps, values
    places = np.unique(np.round(np.linspace(0, len(steps) - 1, most)).astype(np.int64))
    return steps[places], values[places]


def _signs(x: np.ndarray, y: np.ndarray, sign: str, ink: int, number: int) -> figure.Curve:
    """A few points of a curve as its sign, beside those of the curves before it."""
    finite = np.flatnonzero(np.isfinite(y))
    share = (np.arange(SIGNS_ACROSS) + 0.5 + 0.13 * (number % 4)) / SIGNS_ACROSS
    targets = x[finite[0]] + share * (x[finite[-1]] - x[finite[0]]) if len(finite) else np.empty(0)
    chosen = (
        finite[np.clip(np.searchsorted(x[finite], targets), 0, len(finite) - 1)] if len(finite) else finite
    )
    return figure.Curve(x[chosen], y[chosen], ink, sign, joined=False)
