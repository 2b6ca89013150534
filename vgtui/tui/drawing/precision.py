"""One network in four formats side by side: where each first loses the gradient, and what loss scaling saves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vgtui.tui.drawing.cells import BOLD, CellBuffer, column
from vgtui.tui.drawing.fold import Run, common_name, fold, item_at, label, mean_of, row_of
from vgtui.tui.drawing.heading import draw_heading
from vgtui.tui.drawing.numbers import compact, from_log10
from vgtui.tui.drawing.palette import Palette

if TYPE_CHECKING:
    from vgtui.analysis.precision import PrecisionComparison, PrecisionFlow

SHORT = {"float64": "f64", "float32": "f32", "float16": "f16", "bfloat16": "bf16"}
LONG = 17
"""Cells from which a column shows the size and the share of zeros."""

HEAD = 2
MARK = "▸"
GONE = "∅"
"""Every entry is exactly 0."""


def draw_precision(
    comparison: PrecisionComparison, layer: int, aside: str, width: int, height: int, palette: Palette
) -> CellBuffer:
    """A row a layer from the output back, a column a format, and where each first loses entries."""
    cells = CellBuffer(width, height, palette.text, palette.background)
    flows, count = comparison.flows, len(comparison.names)
    draw_heading(cells, [_heading(comparison), "‖dL/dW‖ and its zeros, output first"], aside, palette)
    ending = _ending(flows)
    runs = _runs(comparison, height)
    names = [comparison.names[count - 1 - place] for place in range(count)]
    labels = [label((count - run[1], count - run[0])) for run in runs]
    index = max(map(len, labels))
    longest = max(*(len(common_name(names, run)) for run in runs), 8)
    each = min(22, max(9, (width - index - 4 - min(longest, 12)) // len(flows)))
    name = max(4, min(longest, width - index - 4 - each * len(flows)))
    x = index + 4 + name
    here = row_of(runs, count - 1 - min(layer, count - 1))
    cells.text(1, 2, "#".rjust(index), palette.muted)
    cells.text(1, index + 3, column("layer", name), palette.muted)
    _draw_columns(cells, 1, x, each, [title(flow, each) for flow in flows], [palette.title] * len(flows))
    for place, run in enumerate(runs):
        y = HEAD + place
        cells.text(y, 0, MARK if place == here else " ", palette.title)
        cells.text(y, 2, labels[place].rjust(index), palette.muted)
        cells.text(y, index + 3, column(common_name(names, run), name), palette.text)
        layers = slice(count - run[1], count - run[0])
        inks = [_ink(flow, layers, palette) for flow in flows]
        _draw_columns(cells, y, x, each, [cell(flow, layers, each) for flow in flows], inks)
    for place, (told, texts) in enumerate(ending):
        y = height - len(ending) + place
        cells.text(y, 0, column(told, index + 3 + name), palette.muted)
        inks = [palette.vanishing if lost and not place else palette.text for lost in _lossy(flows)]
        _draw_columns(cells, y, x, each, texts, inks)
    return cells


def _runs(comparison: PrecisionComparison, height: int) -> tuple[Run, ...]:
    """Of layers counted from the output."""
    return fold(len(comparison.names), max(1, height - HEAD - len(_ending(comparison.flows))))


def layer_at(comparison: PrecisionComparison, y: int, height: int) -> int | None:
    """The layer that row y of the pane stands for, of several the one next to the output."""
    place = item_at(_runs(comparison, height), y - HEAD)
    return None if place is None else len(comparison.names) - 1 - place


def title(flow: PrecisionFlow, width: int) -> str:
    """`float16 ×65536` of a scaled one, shorter where it has to be."""
    scaled = f" ×{flow.scale_now:g}" if flow.loss_scale == "dynamic" else ""
    whole = f"{flow.precision}{scaled}"
    return whole if len(whole) < width else f"{SHORT[flow.precision]}{' scal' if scaled else ''}"


def cell(flow: PrecisionFlow, layers: slice, width: int) -> str:
    """The gradient of a run of layers, the geometric mean, and the share of its entries that are exactly 0."""
    zeros = mean_of(flow.zero_gradient[layers])
    if math.isnan(zeros):
        return "—"
    if zeros == 1.0:
        return f"{GONE} all 0" if width >= LONG else GONE
    size = from_log10(mean_of(flow.weight_grad_log10[layers]), 2)
    share = f"{'<1' if zeros < 0.01 else f'{zeros * 100:.0f}'}% 0" if zeros else ""
    if width >= LONG:
        return f"{size} {share:>6}"
    return share or size


def _heading(comparison: PrecisionComparison) -> str:
    lossy = [flow for flow in comparison.flows if flow.underflows_at is not None]
    if not lossy:
        return "every format holds this gradient"
    first = min(lossy, key=lambda flow: -(flow.underflows_at or 0))
    return f"{first.precision} loses entries from layer {first.underflows_at} back"


def _ending(flows: tuple[PrecisionFlow, ...]) -> list[tuple[str, list[str]]]:
    first = ["—" if flow.underflows_at is None else f"layer {flow.underflows_at}" for flow in flows]
    return [("loses at", first), ("loss", [compact(flow.loss, 4) for flow in flows])]


def _lossy(flows: tuple[PrecisionFlow, ...]) -> list[bool]:
    return [flow.underflows_at is not None for flow in flows]


def _ink(flow: PrecisionFlow, layers: slice, palette: Palette) -> int:
    at = flow.underflows_at
    return palette.vanishing if at is not None and layers.start <= at else palette.text


def _draw_columns(cells: CellBuffer, y: int, x: int, each: int, texts: list[str], inks: list[int]) -> None:
    for text, ink in zip(texts, inks, strict=True):
        cells.text(
            y, x, column(text, each - 1, right=True).rjust(each), ink, attributes=BOLD if y == 1 else 0
        )
        x += each
