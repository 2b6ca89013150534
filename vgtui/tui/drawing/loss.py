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
    series = _series(frame, width - LABEL)
    if rows < 1 or width <= LABEL:
        return cells
    if not series:
        cells.text(y, 0, "no evaluation yet", palette.muted)
        return cells
    bounds = bounds_of([columns for _, columns in series], log)
    inks = {"train": palette.train, "test": palette.test, "A": palette.train, "B": palette.test}
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
        sides = [
            ("train ", evaluation.train_loss, evaluation.train_accuracy, palette.train),
            ("test ", evaluation.test_loss, evaluation.test_accuracy, palette.test),
        ]
        if frame.rival is not None:
            both = (frame.rival.comparison.a.evaluation, frame.rival.comparison.b.evaluation)
            sides = [
                (f"{name} train ", one.train_loss, one.train_accuracy, ink)
                for name, one, ink in zip("AB", both, (palette.train, palette.test), strict=True)
            ]
        for name, loss, accuracy, ink in sides:
            group = [(name, palette.muted, 0), (compact(loss, 4).ljust(6), ink, BOLD)]
            if not np.isnan(accuracy):
                group.append((f" {percent(accuracy)}", palette.text, 0))
            groups.append(group)
    if record is not None and (frame.revealed is None or frame.revealed.loss):
        groups.append([("batch ", palette.muted, 0), (compact(record.loss, 4).ljust(6), palette.text, 0)])
        groups.append([("rate ", palette.muted, 0), (f"{record.learning_rate:.4g}", palette.text, 0)])
    return groups


def _series(frame: Frame, width: int) -> list[tuple[str, np.ndarray]]:
    """The curves that have a point, as columns: train and test, or of two networks the train loss of both.

    A nan of the test loss is a step without an evaluation.
    """
    curve = frame.curve
    if curve.step is None or not len(curve.step) or width < 1:
        return []
    curves = [("train", curve.step, curve.train_loss), ("test", curve.step, curve.test_loss)]
    if frame.rival is not None:
        other = frame.rival.frame.curve
        mine, its = frame.rival.mine, frame.rival.letter
        curves = sorted(
            [(mine, curve.step, curve.train_loss), (its, other.step, other.train_loss)], key=_name
        )
    span = (float(curve.step[0]), float(curve.step[-1]))
    return [
        (name, resample(steps, losses, span, width))
        for name, steps, losses in curves
        if steps is not None and losses is not None and not np.isnan(losses).all()
    ]


def _name(curve: tuple[str, np.ndarray | None, np.ndarray | None]) -> str:
    return curve[0]


def _draw_axis(cells: CellBuffer, y: int, curve: Curve, scale: str, palette: Palette) -> None:
    assert curve.step is not None
    first, last = f"step {curve.step[0]:.0f}", f"{curve.step[-1]:.0f}"
    cells.text(y, 0, scale, palette.muted)
    cells.text(y, LABEL, first, palette.muted)
    cells.text(y, max(cells.width - len(last), LABEL + len(first) + 1), last, palette.muted)
