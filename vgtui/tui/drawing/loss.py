"""Train and test loss: the numbers, and the curves on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vgtui.tui.drawing.cells import BOLD, CellBuffer
from vgtui.tui.drawing.numbers import compact, percent
from vgtui.tui.drawing.palette import Palette
from vgtui.tui.drawing.spark import LABEL, bounds_of, draw_spark, resample

if TYPE_CHECKING:
    from vgtui.tui.frame import Curve, Frame

AXIS_FROM = 6
"""Rows from which on the curves get a line that says which steps they cover."""

Piece = tuple[str, int, int]
"""A text, its colour and its attributes."""


def draw_loss(frame: Frame, log: bool, width: int, height: int, palette: Palette) -> CellBuffer:
    """The numbers in as many lines as they take, then the curves; `log` makes their scale logarithmic."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    y = _draw_numbers(cells, frame, palette)
    axis = height >= AXIS_FROM
    rows = height - y - axis
    series = _series(frame.curve, width - LABEL)
    if rows < 1 or width <= LABEL:
        return cells
    if not series:
        cells.text(y, 0, "no evaluation yet", palette.muted)
        return cells
    bounds = bounds_of([columns for _, columns in series], log)
    inks = {"train": palette.train, "test": palette.test}
    for place, (name, columns) in enumerate(series[: max(1, rows)]):
        share = (rows + len(series) - 1 - place) // len(series)
        colours = (inks[name], palette.exploding, palette.muted)
        draw_spark(cells, (y, 0), (width, share), columns, bounds, colours, name)
        y += share
    if axis:
        _draw_axis(cells, height - 1, frame.curve, "log" if bounds.log else "linear", palette)
    return cells


def _draw_numbers(cells: CellBuffer, frame: Frame, palette: Palette) -> int:
    """Loss and accuracy of both sets, and the rate; one line or two. Returns the row after them."""
    groups = _numbers(frame, palette)
    y = x = 0
    for group in groups:
        length = sum(len(text) for text, _, _ in group)
        if x and x + length > cells.width:
            y, x = y + 1, 0
        for text, ink, attributes in group:
            x = cells.text(y, x, text, ink, attributes=attributes)
        x += 3
    return y + 1


def _numbers(frame: Frame, palette: Palette) -> list[list[Piece]]:
    evaluation, record = frame.evaluation, frame.record
    groups: list[list[Piece]] = []
    if evaluation is not None:
        sides = (
            ("train ", evaluation.train_loss, evaluation.train_accuracy, palette.train),
            ("test ", evaluation.test_loss, evaluation.test_accuracy, palette.test),
        )
        for name, loss, accuracy, ink in sides:
            group = [(name, palette.muted, 0), (compact(loss, 4).ljust(6), ink, BOLD)]
            if not np.isnan(accuracy):
                group.append((f" {percent(accuracy)}", palette.text, 0))
            groups.append(group)
    if record is not None and (frame.revealed is None or frame.revealed.loss):
        groups.append([("batch ", palette.muted, 0), (compact(record.loss, 4).ljust(6), palette.text, 0)])
        groups.append([("rate ", palette.muted, 0), (f"{record.learning_rate:.4g}", palette.text, 0)])
    return groups


def _series(curve: Curve, width: int) -> list[tuple[str, np.ndarray]]:
    """The curves that have a point, as columns. A nan of the test loss is a step without an evaluation."""
    if curve.step is None or not len(curve.step) or width < 1:
        return []
    span = (float(curve.step[0]), float(curve.step[-1]))
    series = []
    for name, losses in (("train", curve.train_loss), ("test", curve.test_loss)):
        if losses is not None and not np.isnan(losses).all():
            series.append((name, resample(curve.step, losses, span, width)))
    return series


def _draw_axis(cells: CellBuffer, y: int, curve: Curve, scale: str, palette: Palette) -> None:
    assert curve.step is not None
    first, last = f"step {curve.step[0]:.0f}", f"{curve.step[-1]:.0f}"
    cells.text(y, 0, scale, palette.muted)
    cells.text(y, LABEL, first, palette.muted)
    cells.text(y, max(cells.width - len(last), LABEL + len(first) + 1), last, palette.muted)
