"""What a step measured as text: a JSON object, lines of CSV, or a line of a table for people."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable
from typing import Any

from vgtui.engine.record import Evaluation, LayerRecord, StepRecord

LAYER_KEYS = (
    "index",
    "name",
    "weight_grad_norm",
    "delta_norm",
    "activation_mean",
    "activation_std",
    "saturated",
    "dead",
    "update_ratio",
    "weight_norm",
    "weight_grad_log10",
    "delta_log10",
)
"""What is told of each layer; `LayerRecord` says what each is."""

WEIGHT_KEYS = ("weight_grad_norm", "weight_grad_log10", "update_ratio", "weight_norm")
"""What only a layer that has weights has."""

STEP_KEYS = ("step", "epoch", "loss", "test_loss", "accuracy")

COLUMNS = "    step     epoch        loss   test loss  accuracy  first |dL/dW|   last |dL/dW|    decades lost"

LAYER_COLUMNS = (
    "   layer            |dL/dW|     |delta|  activation     std    saturated  dead  |change|/|W|     |W|"
)


def step_values(record: StepRecord, evaluation: Evaluation) -> dict[str, Any]:
    """The step as plain data. `loss` and `accuracy` are the batch's, `test_loss` is over all test samples.

    A recurrent layer's `time_grad_log10` is log10 |dL/dh_t| at every time step. NaN and infinities are the strings
    "nan", "inf" and "-inf", which every JSON reader takes; None is what a layer without weights has none of.
    """
    values = (record.step, record.epoch, record.loss, evaluation.test_loss, record.accuracy)
    table = {key: plain(value) for key, value in zip(STEP_KEYS, values, strict=True)}
    layers = [_layer_values(layer) for layer in record.layers]
    for times in record.times:
        layers[times.layer]["time_grad_log10"] = [plain(value) for value in times.hidden_log10.tolist()]
    return {**table, "layers": layers}


def _layer_values(layer: LayerRecord) -> dict[str, Any]:
    told = {key: plain(getattr(layer, key)) for key in LAYER_KEYS}
    return told if layer.has_weight else {**told, **dict.fromkeys(WEIGHT_KEYS)}


def jsonl(record: StepRecord, evaluation: Evaluation) -> str:
    """The step as one line of JSON."""
    return json.dumps(step_values(record, evaluation), allow_nan=False) + "\n"


def csv_lines(record: StepRecord, evaluation: Evaluation) -> str:
    """The step as a line of CSV for every layer."""
    values = step_values(record, evaluation)
    step = [values[key] for key in STEP_KEYS]
    return csv_text([step + [layer[key] for key in LAYER_KEYS] for layer in values["layers"]])


def table_line(record: StepRecord, evaluation: Evaluation) -> str:
    """The step as one line under COLUMNS: the gradient of the first layer with weights against the last's."""
    able = [layer for layer in record.layers if layer.has_weight]
    first, last = able[0].weight_grad_log10, able[-1].weight_grad_log10
    return (
        f"{record.step:>8} {record.epoch:>9.2f} {record.loss:>11.5g} {evaluation.test_loss:>11.5g}"
        f" {record.accuracy:>9.3f} {scientific(first):>14} {scientific(last):>14} {last - first:>15.1f}\n"
    )


def layer_lines(record: StepRecord) -> str:
    """Every layer of the step, a line each, under LAYER_COLUMNS."""
    return "".join(map(_layer_line, record.layers))


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


CSV_HEADER = ",".join((*STEP_KEYS, *LAYER_KEYS)) + "\n"

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
        f"{layer.index:>4} {layer.name:<14.14} {gradient:>9}"
        f" {scientific(layer.delta_log10):>11} {layer.activation_mean:>11.4g} {layer.activation_std:>10.3g}"
        f" {layer.saturated:>9.1%} {layer.dead:>7.1%} {update:>11} {norm:>9}\n"
    )


def csv_text(rows: list[list[Any]]) -> str:
    """Rows as lines of CSV."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def plain(value: Any) -> Any:
    """A value as JSON can hold it: what is no finite number is the string "nan", "inf" or "-inf"."""
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    return value
