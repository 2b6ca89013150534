"""The lines of the network editor: a scenario as rows of labels and values, folded where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from msgspec import Struct

from vgtui.scenario.edit import set_layer, set_value
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Conv, Layer, Pool, Scenario
from vgtui.tui.panes import settings
from vgtui.tui.panes.settings import Setting, written

Kind = Literal["heading", "layer", "value", "more"]
Change = Callable[[Scenario], Scenario]


class Run(Struct, frozen=True):
    """The layers that one row stands for: `first` to `last` in the network, all of `layers[entry]` or not."""

    entry: int
    first: int
    last: int
    whole: bool

    @property
    def place(self) -> str:
        """As the rows of this run are named."""
        return f"layer {self.first}"


class Row(Struct, frozen=True):
    """One line.

    group    what it belongs to: `layer 0`, `training`, `data`, `run`
    setting  what a value row changes
    run      the layers it belongs to; None elsewhere
    """

    kind: Kind
    group: str
    label: str
    value: str = ""
    setting: Setting | None = None
    run: Run | None = None

    @property
    def place(self) -> str:
        """Unique among the rows, and the same after an edit."""
        return f"{self.group}/{self.setting.name if self.setting else self.kind}"


class Folds(Struct, frozen=True):
    """What is unfolded.

    opened  layers (the first of their row) whose values are shown
    full    groups of which every value is shown
    apart   each layer has its own row, also where equal ones follow each other
    """

    opened: frozenset[int] = frozenset({0})
    full: frozenset[str] = frozenset()
    apart: bool = False


def rows(scenario: Scenario, folds: Folds) -> list[Row]:
    """Every line, from the first layer to the seed."""
    return [
        Row("heading", "layers", "Layers", _shape(scenario)),
        *_layer_rows(scenario, folds),
        Row("heading", "training", "Training"),
        *_values("training", scenario.training, settings.TRAINING, folds),
        Row("heading", "data", "Data"),
        *_values("data", scenario.data, settings.DATA, folds),
        Row("heading", "run", "Random numbers"),
        *_values("run", scenario, settings.RUN, folds),
    ]


def runs(scenario: Scenario, apart: bool) -> list[Run]:
    """The rows that the layers get: one for each entry, or one for each layer."""
    found: list[Run] = []
    first = 0
    for entry, layer in enumerate(scenario.layers):
        length = 1 if apart else layer.repeat
        starts = range(first, first + layer.repeat, length)
        found += [Run(entry, start, start + length - 1, length == layer.repeat) for start in starts]
        first += layer.repeat
    return found


def holder_of(scenario: Scenario, row: Row) -> Any:
    """The struct whose value the row shows."""
    if row.run is None:
        return scenario if row.group == "run" else getattr(scenario, row.group)
    if row.run.entry >= len(scenario.layers):
        raise ScenarioError("this layer is not there any more")
    return scenario.layers[row.run.entry]


def typed_value(scenario: Scenario, row: Row) -> str:
    """What the row shows as it is typed; empty for none."""
    assert row.setting is not None
    value = row.setting.read(holder_of(scenario, row))
    return "" if value is None else written(value)


def assign(scenario: Scenario, row: Row, value: Any) -> Scenario:
    """The scenario with another value in that row. Raises ScenarioError."""
    assert row.setting is not None
    name = row.setting.name
    if row.run is None:
        return set_value(scenario, name if row.group == "run" else f"{row.group}.{name}", value)
    if row.run.whole:
        return set_value(scenario, f"layers[{row.run.entry}].{name}", value)
    return set_layer(scenario, row.run.first, **{name: value})


def turns(row: Row, direction: int) -> list[Change]:
    """What left (-1) or right (1) asks for: the next value, or where it does not hold, those after it."""

    def turn(place: int) -> Change:
        def change(scenario: Scenario) -> Scenario:
            assert row.setting is not None
            values = row.setting.following(holder_of(scenario, row), direction)
            return assign(scenario, row, values[place]) if place < len(values) else scenario

        return change

    assert row.setting is not None
    return [turn(place) for place in range(max(1, len(row.setting.choices) - 1))]


def _layer_rows(scenario: Scenario, folds: Folds) -> Iterator[Row]:
    for run in runs(scenario, folds.apart):
        layer = scenario.layers[run.entry]
        label = f"{_numbers(run)} {_kind(layer)}"
        yield Row("layer", run.place, label, _gist(layer, run), run=run)
        if run.first in folds.opened:
            every = settings.LAYER[_kind(layer)]
            shown = every if run.whole else every[:-1]  # one of several has no repeat
            yield from _values(run.place, layer, shown, folds, run)


def _values(
    group: str, holder: Any, every: tuple[Setting, ...], folds: Folds, run: Run | None = None
) -> Iterator[Row]:
    hidden = []
    for setting in every:
        if setting.visible(holder, group in folds.full):
            yield Row("value", group, setting.label, written(setting.read(holder)), setting, run)
        elif setting.visible(holder, True):
            hidden.append(setting.label)
    if hidden:
        yield Row("more", group, "more", ", ".join(hidden), run=run)


def _numbers(run: Run) -> str:
    return str(run.first) if run.first == run.last else f"{run.first}-{run.last}"


def _kind(layer: Layer) -> str:
    return str(layer.__struct_config__.tag)


def _gist(layer: Layer, run: Run) -> str:
    """A layer in a few words: what differs from layer to layer first."""
    words = _pooled(layer) if isinstance(layer, Pool) else [_size(layer), layer.activation]
    if layer.normalization != "none":
        words.append(f"{layer.normalization} norm")
    if layer.dropout:
        words.append(f"dropout {layer.dropout:g}")
    if layer.skip is not None:
        words.append(f"skip {layer.skip}")
    if run.first != run.last:
        words.append(f"×{run.last - run.first + 1}")
    return " ".join(words)


def _pooled(layer: Pool) -> list[str]:
    whole = layer.kind == "global_average"
    return ["mean of all places"] if whole else [layer.kind, f"{layer.size}×{layer.size}"]


def _size(layer: Layer) -> str:
    """`10`, or of a convolution `16·3×3` and, if it has one, its stride: `16·3×3/2`."""
    if not isinstance(layer, Conv):
        return str(layer.width)
    stride = f"/{layer.stride}" if layer.stride > 1 else ""
    return f"{layer.filters}·{layer.kernel}×{layer.kernel}{stride}"


def _shape(scenario: Scenario) -> str:
    """The sizes, equal neighbours counted: `10 ×8 → 1`."""
    sizes: list[tuple[str, int]] = []
    for layer in scenario.layers:
        size = "pool" if isinstance(layer, Pool) else _size(layer)
        before = sizes.pop()[1] if sizes and sizes[-1][0] == size else 0
        sizes.append((size, before + layer.repeat))
    return " → ".join(f"{size} ×{count}" if count > 1 else size for size, count in sizes)
