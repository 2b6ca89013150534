"""`vgtui run --seeds`: several networks that differ in the seed, told by median and quartiles."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import IO, Any

import numpy as np

from vgtui.analysis.ensemble import Quartiles, trained_together
from vgtui.cli.rows import WEIGHT_KEYS, csv_text, is_none, named, plain
from vgtui.engine.record import MEASURES
from vgtui.scenario.model import Scenario

NUMBERS = ("loss", "test_loss", "accuracy", "decades_lost")
LEVELS = ("lower", "median", "upper")
COLUMN = "{:>29}"
HEADING = f"{'step':>8}{'epoch':>10}" + "".join(COLUMN.format(name.replace("_", " ")) for name in NUMBERS)
LAYER_MEASURES = ("weight_grad_log10", "delta_log10", "activation_std", "saturated", "dead", "update_ratio")
LAYER_HEADING = f"{'layer':>20}" + "".join(COLUMN.format(name) for name in LAYER_MEASURES[:4])
OF_WEIGHTS = {key for key in WEIGHT_KEYS if key in MEASURES}


def write_quartiles(
    file: IO[str],
    scenario: Scenario,
    seeds: int,
    layout: str,
    stops: Sequence[int],
    advance: Callable[[int], None] = lambda count: None,
) -> None:
    """Train the networks to each of `stops` and write a row as soon as there is one."""
    write = {"table": _table_line, "jsonl": _json_line, "csv": _csv_lines}[layout]
    file.write(
        {"table": f"{seeds} networks: median [quartiles]\n{HEADING}\n", "csv": csv_text([_header()])}.get(
            layout, ""
        )
    )
    done = 0
    for found in trained_together(scenario, seeds, stops):
        file.write(write(found))
        file.flush()
        advance(found.step - done)
        done = found.step
    if layout == "table":
        file.write(f"\n{LAYER_HEADING}\n{_layer_lines(found)}")


def _told(values: np.ndarray) -> list[Any]:
    """Lower quartile, median and upper quartile as plain data."""
    return [plain(value) for value in values.tolist()]


def _short(values: np.ndarray) -> str:
    low, middle, high = (f"{value:.4g}" for value in values.tolist())
    return f"{middle} [{low}, {high}]"


def _table_line(found: Quartiles) -> str:
    medians = found.numbers[1].tolist()
    texts = (
        "—" if is_none(median, medians[0]) else _short(found.numbers[:, place])
        for place, median in enumerate(medians)
    )
    return f"{found.step:>8}{found.epoch:>10.2f}{''.join(map(COLUMN.format, texts))}\n"


def _layer_lines(found: Quartiles) -> str:
    lines = []
    for layer, name in enumerate(found.names):
        texts = []
        for measure in LAYER_MEASURES[:4]:
            bare = layer in found.weightless and measure in OF_WEIGHTS
            texts.append("—" if bare else _short(found.measures[:, layer, MEASURES.index(measure)]))
        lines.append(f"{layer:>4} {named(name, 15)}" + "".join(map(COLUMN.format, texts)) + "\n")
    return "".join(lines)


def _layer_values(found: Quartiles, layer: int) -> dict[str, Any]:
    bare = layer in found.weightless
    return {
        measure: None
        if bare and measure in OF_WEIGHTS
        else _told(found.measures[:, layer, MEASURES.index(measure)])
        for measure in LAYER_MEASURES
    }


def _json_line(found: Quartiles) -> str:
    """The step as one JSON object; a number is [lower quartile, median, upper quartile]."""
    layers = [
        {"index": layer, "name": name, **_layer_values(found, layer)}
        for layer, name in enumerate(found.names)
    ]
    numbers = {name: _told(found.numbers[:, place]) for place, name in enumerate(NUMBERS)}
    row = {"step": found.step, "epoch": found.epoch, "seeds": found.seeds, **numbers, "layers": layers}
    return json.dumps(row, allow_nan=False) + "\n"


def _header() -> list[str]:
    told = [f"{name}_{level}" for name in NUMBERS for level in LEVELS]
    layers = [f"{name}_{level}" for name in LAYER_MEASURES for level in LEVELS]
    return ["step", "epoch", "seeds", *told, "index", "name", *layers]


def _csv_lines(found: Quartiles) -> str:
    """The step as a line of CSV for every layer."""
    step = [found.step, found.epoch, found.seeds]
    step += [value for place in range(len(NUMBERS)) for value in _told(found.numbers[:, place])]
    rows = []
    for layer, name in enumerate(found.names):
        values = [told or [None] * len(LEVELS) for told in _layer_values(found, layer).values()]
        rows.append([*step, layer, name, *(value for told in values for value in told)])
    return csv_text(rows)
