"""The lines of the network editor: a scenario as rows of labels and values, folded where they are many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from vgtui.scenario.model import Layer, Scenario
from vgtui.tui.panes import settings
from vgtui.tui.panes.settings import Setting, written

Kind = Literal["heading", "layer", "value", "more"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line.

    place    the key path of what it shows: `layers[0]`, `layers[0].units`, `training.loss`; unique
    entry    index into `scenario.layers` of the layer it belongs to; None elsewhere
    setting  what a value row changes
    """

    kind: Kind
    place: str
    label: str
    value: str = ""
    entry: int | None = None
    setting: Setting | None = None


@dataclass(frozen=True, slots=True)
class Folds:
    """Which entries are unfolded, and of which groups (`layers[0]`, `training`, ...) every value is shown."""

    opened: frozenset[int] = frozenset({0})
    full: frozenset[str] = frozenset()


def rows(scenario: Scenario, folds: Folds) -> list[Row]:
    """Every line, from the first layer to the seed."""
    return [
        Row("heading", "layers", "Layers", _shape(scenario)),
        *_layer_rows(scenario, folds),
        Row("heading", "training", "Training"),
        *_group("training", "training.", scenario.training, settings.TRAINING, folds),
        Row("heading", "data", "Data"),
        *_group("data", "data.", scenario.data, settings.DATA, folds),
        Row("heading", "run", "Random numbers"),
        *_group("run", "", scenario, settings.RUN, folds),
    ]


def holder_of(scenario: Scenario, row: Row) -> Any:
    """The struct whose value the row shows."""
    if row.entry is not None:
        return scenario.layers[row.entry]
    group = row.place.partition(".")[0]
    return getattr(scenario, group) if "." in row.place else scenario


def _layer_rows(scenario: Scenario, folds: Folds) -> Iterator[Row]:
    first = 0
    for entry, layer in enumerate(scenario.layers):
        place = f"layers[{entry}]"
        yield Row("layer", place, f"{_numbers(first, layer)} {_kind(layer)}", _gist(layer), entry)
        if entry in folds.opened:
            yield from _group(place, f"{place}.", layer, settings.LAYER, folds, entry)
        first += layer.repeat


def _group(
    group: str, prefix: str, holder: Any, every: tuple[Setting, ...], folds: Folds, entry: int | None = None
) -> Iterator[Row]:
    hidden = []
    for setting in every:
        if setting.visible(holder, group in folds.full):
            value = written(setting.read(holder))
            yield Row("value", prefix + setting.name, setting.label, value, entry, setting)
        elif setting.shown(holder):
            hidden.append(setting.label)
    if hidden:
        yield Row("more", f"{group}...", "more", ", ".join(hidden), entry)


def _numbers(first: int, layer: Layer) -> str:
    return str(first) if layer.repeat == 1 else f"{first}-{first + layer.repeat - 1}"


def _kind(layer: Layer) -> str:
    return layer.__struct_config__.tag if isinstance(layer.__struct_config__.tag, str) else ""


def _gist(layer: Layer) -> str:
    """A layer in a few words: what differs from layer to layer first."""
    words = [str(layer.units), layer.activation]
    if layer.normalization != "none":
        words.append(f"{layer.normalization} norm")
    if layer.skip is not None:
        words.append(f"skip {layer.skip}")
    if layer.repeat > 1:
        words.append(f"×{layer.repeat}")
    return " ".join(words)


def _shape(scenario: Scenario) -> str:
    """The widths, equal neighbours counted: `10 ×8 → 1`."""
    runs: list[list[int]] = []
    for layer in scenario.layers:
        if runs and runs[-1][0] == layer.units:
            runs[-1][1] += layer.repeat
        else:
            runs.append([layer.units, layer.repeat])
    return " → ".join(f"{units} ×{count}" if count > 1 else str(units) for units, count in runs)
