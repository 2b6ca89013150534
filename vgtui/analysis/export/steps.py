"""What a step measured as a JSON object or as lines of CSV, and a whole run as arrays."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable
from typing import Any, BinaryIO

import numpy as np

from vgtui.engine.record import Evaluation, LayerRecord, StepRecord
from vgtui.scenario.model import Scenario
from vgtui.scenario.text import dump

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

CSV_HEADER = ",".join((*STEP_KEYS, *LAYER_KEYS)) + "\n"


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


def write_arrays(file: BinaryIO, scenario: Scenario, steps: Iterable[tuple[StepRecord, Evaluation]]) -> None:
    """A run as NPZ, which NumPy reads without pickle.

    step, epoch, loss, test_loss, accuracy: (rows,); every measure of LAYER_KEYS (rows, layers); time_grad_log10_K
    (rows, time steps) of recurrent layer K; names (layers,); scenario, its TOML.
    """
    rows: list[tuple[Any, ...]] = []
    names: tuple[str, ...] = ()
    times: dict[str, list[Any]] = {}
    for record, evaluation in steps:
        names = record.names
        rows.append((record.step, record.epoch, record.loss, evaluation.test_loss, record.accuracy, record))
        for time in record.times:
            times.setdefault(f"time_grad_log10_{time.layer}", []).append(time.hidden_log10)
    arrays: dict[str, Any] = {key: np.array([row[at] for row in rows]) for at, key in enumerate(STEP_KEYS)}
    for key in LAYER_KEYS[2:]:
        arrays[key] = np.array([[getattr(layer, key) for layer in row[-1].layers] for row in rows])
    arrays |= {key: np.array(values) for key, values in times.items()}
    np.savez_compressed(file, **arrays, names=np.array(names), scenario=np.array(dump(scenario)))
