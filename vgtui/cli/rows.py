"""What a step measured as text: a JSON object, lines of CSV, or a line of a table for people."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vgtui.analysis.export.steps import CSV_HEADER as CSV_HEADER
from vgtui.analysis.export.steps import WEIGHT_KEYS as WEIGHT_KEYS
from vgtui.analysis.export.steps import csv_lines as csv_lines
from vgtui.analysis.export.steps import csv_text as csv_text
from vgtui.analysis.export.steps import jsonl as jsonl
from vgtui.analysis.export.steps import plain as plain
from vgtui.analysis.export.steps import step_values as step_values
from vgtui.engine.record import Evaluation, LayerRecord, StepRecord

if TYPE_CHECKING:
    from vgtui.analysis.chain_rule import ChainRule
    from vgtui.analysis.landscape import Slope
    from vgtui.analysis.paths import Paths

COLUMNS = "    step     epoch        loss   test loss  accuracy  first |dL/dW|   last |dL/dW|    decades lost"

LAYER_COLUMNS = (
    "   layer            |dL/dW|     |delta|  activation     std    saturated  dead  |change|/|W|     |W|"
)


def table_line(record: StepRecord, evaluation: Evaluation) -> str:
    """The step as one line under COLUMNS: the gradient of the first layer with weights against the last's."""
    able = [layer for layer in record.layers if layer.has_weight]
    first, last = able[0].weight_grad_log10, able[-1].weight_grad_log10
    test_loss, accuracy = (
        "—" if is_none(value, record.loss) else form.format(value)
        for value, form in ((evaluation.test_loss, "{:.5g}"), (record.accuracy, "{:.3f}"))
    )
    return (
        f"{record.step:>8} {record.epoch:>9.2f} {record.loss:>11.5g} {test_loss:>11}"
        f" {accuracy:>9} {scientific(first):>14} {scientific(last):>14} {last - first:>15.1f}\n"
    )


def is_none(value: float, loss: float) -> bool:
    """Whether there is no such number, as no accuracy in a regression, and not one that the run has lost."""
    return math.isnan(value) and not math.isnan(loss)


def layer_lines(record: StepRecord) -> str:
    """Every layer of the step, a line each, under LAYER_COLUMNS."""
    return "".join(map(_layer_line, record.layers))


def weight_line(found: ChainRule | Paths | Slope) -> str:
    """Which weight something was found of, and its value."""
    return f"weight[{found.row}, {found.column}] of layer {found.layer} = {found.weight:.6g}"


def named(name: str, width: int) -> str:
    """A name in a column of `width`, cut with a mark where it is longer."""
    return (name if len(name) <= width else f"{name[: width - 1]}…").ljust(width)


def scientific(log10: float) -> str:
    """10 ** log10 with three digits, also far outside the range of float64: `4.71e-312`."""
    if math.isnan(log10):
        return "nan"
    if math.isinf(log10):
        return "inf" if log10 > 0 else "0"
    exponent = math.floor(log10)
    mantissa = f"{10 ** (log10 - exponent):.2f}"
    if mantissa == "10.00":
        mantissa, exponent = "1.00", exponent + 1
    return f"{mantissa}e{exponent:+03d}"


def json_line(values: dict[str, Any]) -> str:
    """One object as a line of JSON; NaN and infinities are the strings "nan", "inf" and "-inf"."""
    return json.dumps(_plain(values), allow_nan=False) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return plain(value)


Write = Callable[[StepRecord, Evaluation], str]

FORMATS: dict[str, tuple[str, Write]] = {
    "table": (COLUMNS + "\n", table_line),
    "jsonl": ("", jsonl),
    "csv": (CSV_HEADER, csv_lines),
}
"""Format -> what it begins with, and how it writes one step."""


def _layer_line(layer: LayerRecord) -> str:
    able = layer.has_weight
    gradient = scientific(layer.weight_grad_log10) if able else "—"
    update, norm = (f"{layer.update_ratio:.2e}", f"{layer.weight_norm:.4g}") if able else ("—", "—")
    return (
        f"{layer.index:>4} {named(layer.name, 14)} {gradient:>9}"
        f" {scientific(layer.delta_log10):>11} {layer.activation_mean:>11.4g} {layer.activation_std:>10.3g}"
        f" {layer.saturated:>9.1%} {layer.dead:>7.1%} {update:>11} {norm:>9}\n"
    )
