"""One edit: old Scenario -> new Scenario, checked as a scenario file is. Nothing is changed in place.

Values are named by key path as in the file (`layers[2].units` is the third [[layers]] entry). Layers are
also edited by their position in the network, where every `repeat` is written out; equal neighbours are then
written as one entry again, so that a saved file stays as short as a person would have written it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby
from typing import Any, get_args

from msgspec.structs import replace

from vgtui.scenario import schema
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Dense, Layer, Pool, Recurrent, Scenario, Weight
from vgtui.scenario.schema import Field, Step, spell
from vgtui.scenario.spellings import value_of
from vgtui.scenario.text import build, entry, to_table

NEW_WIDTH = 10
"""Units, or filters, of a layer that is made from nothing."""

_TRUTH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def get_value(scenario: Scenario, path: str) -> Any:
    """The value at `path`; None where an optional one is not set. Raises ScenarioError."""
    field, steps = schema.find(path), schema.key_path(path)
    node: Any = scenario
    for position, step in enumerate(steps):
        if isinstance(step, int):
            node = _entry_at(node, step, steps[:position])
        elif position == len(steps) - 1 and field.name == "type":
            node = schema.tag(type(node))
        else:
            node = getattr(node, schema.find_key(step, (type(node),), path).name)
    return node


def set_value(scenario: Scenario, path: str, value: Any) -> Scenario:
    """The scenario with `value` at `path`; text is read as the key's own type.

    None, "none" or "default" sets the key back to its default, unless the word is a value of the key's own.
    Raises ScenarioError.
    """
    return set_values(scenario, [(path, value)])


def with_new_data(scenario: Scenario) -> Scenario:
    """The scenario with other samples of the same data: those of the next data seed."""
    return set_value(scenario, "data.seed", (scenario.data_seed + 1) % 2**32)


def set_values(scenario: Scenario, assignments: Iterable[tuple[str, Any]]) -> Scenario:
    """Several edits as one: only what they come to together has to hold. As `set_value` otherwise.

    How many samples were drawn, and with how much noise, says nothing of a file that is learned from instead.
    """
    table, assignments = to_table(scenario), list(assignments)
    to_file = any(path == "data.source" and str(value).strip() == "file" for path, value in assignments)
    if to_file and scenario.data.source != "file":
        for key in ("samples", "noise"):
            table["data"].pop(key, None)
    for path, value in assignments:
        _assign(table, path, value)
    changed: Scenario = build(Scenario, table, "")
    return changed if any(path.startswith("view.") for path, _ in assignments) else _settled(changed)


def set_from_text(scenario: Scenario, *assignments: str) -> Scenario:
    """The scenario after edits written `training.learning_rate=0.01`, all of them as one edit."""
    pairs = []
    for text in assignments:
        path, equals, value = text.partition("=")
        if not equals:
            raise ScenarioError(
                f"{text[:60]!r} is not written key=value, such as training.learning_rate=0.01"
            )
        pairs.append((path.strip(), value))
    return set_values(scenario, pairs)


def add_layer(scenario: Scenario, position: int, layer: Layer | None = None) -> Scenario:
    """The scenario with one more layer, at `position` in the network.

    Without `layer` it is one like the hidden layer before that place, never one behind the output layer.
    """
    network = _network(scenario)
    if layer is None:
        position = min(position, len(network) - 1)
        hidden = network[:-1]
        layer = hidden[max(position - 1, 0)] if hidden else Dense(units=NEW_WIDTH)
    _check_position(position, len(network) + 1)
    network.insert(position, replace(layer, repeat=1))
    return with_network(scenario, network)


def remove_layer(scenario: Scenario, position: int) -> Scenario:
    """The scenario without the layer at `position` in the network; the last one stays."""
    network = _network(scenario)
    _check_position(position, len(network))
    if len(network) == 1:
        raise ScenarioError("the last layer cannot be removed: a network has at least one", place="layers")
    del network[position]
    return with_network(scenario, network)


def duplicate_layer(scenario: Scenario, position: int) -> Scenario:
    """The scenario with the layer at `position` in the network twice, one behind the other."""
    network = _network(scenario)
    _check_position(position, len(network))
    network.insert(position, network[position])
    return with_network(scenario, network)


def move_layer(scenario: Scenario, position: int, to: int) -> Scenario:
    """The scenario with the layer at `position` in the network moved, so that it comes to stand at `to`."""
    network = _network(scenario)
    _check_position(position, len(network))
    _check_position(to, len(network))
    network.insert(to, network.pop(position))
    return with_network(scenario, network)


def set_layer(scenario: Scenario, position: int, **values: Any) -> Scenario:
    """The scenario with keys of the layer at `position` in the network changed, as in `units=20`.

    Values are read as by `set_value`. Errors name the layer by its position.
    """
    network = _network(scenario)
    _check_position(position, len(network))
    table: dict[str, Any] = {"layers": [{} for _ in range(position)] + [to_table(network[position])]}
    for key, value in values.items():
        _assign(table, f"layers[{position}].{key}", value)
    layer = entry(get_args(Layer), table["layers"][position], f"layers[{position}]")
    network[position : position + 1] = [replace(layer, repeat=1)] * layer.repeat
    return with_network(scenario, network)


def _assign(table: dict[str, Any], path: str, value: Any) -> None:
    """Put `value` into the nested table at `path`, or take out what is there where it means the default."""
    field, steps = schema.find(path), schema.key_path(path)
    if field.kind in ("table", "list"):
        inside = f"{spell(steps)}{'[0]' if field.kind == 'list' and isinstance(steps[-1], str) else ''}"
        key = next(iter(schema.fields(field.structs[0])))
        what = "a table" if isinstance(steps[-1], int) else field.expected
        raise ScenarioError(f"is {what}; set one of its keys, such as {inside}.{key}", place=path)
    node: Any = table
    for position, step in enumerate(steps[:-1]):
        node = _entry_at(node, step, steps[:position]) if isinstance(step, int) else node.setdefault(step, {})
    value = _typed(field, value) if isinstance(value, str) else value
    if field.name == "type":
        _change_type(node, value)
    elif value is None:
        node.pop(field.name, None)
    else:
        node[field.name] = value


def _change_type(table: dict[str, Any], kind: Any) -> None:
    """Make a layer's table one of another kind: what the new kind has too stays, units and filters are the same."""
    kinds = {schema.tag(struct): struct for struct in get_args(Layer)}
    struct = kinds.get(value_of("type", kind)) if isinstance(kind, str) else None
    if struct is not None:
        width = table.get("units", table.get("filters", NEW_WIDTH))
        table |= {"units": width, "filters": width}
        for key in table.keys() - schema.fields(struct).keys():
            del table[key]
    table["type"] = kind


def _typed(field: Field, text: str) -> Any:
    """What `text` means to the field: None for its default; text that it cannot read stays text."""
    word = text.strip().lower()
    if field.kind == "text" and not field.optional:
        return text
    if word in ("none", "default") and value_of(field.name, word) not in field.choices:
        return None
    if field.kind == "names":
        return re.findall(r"""[^\s,"'\[\]]+""", text)  # with the marks of a TOML array or without
    if field.kind == "texts":
        return [text]
    if field.kind == "bool":
        return _TRUTH.get(word, text)
    if field.kind in ("int", "float"):
        try:
            return int(word) if field.kind == "int" else float(word)
        except ValueError:
            return text.strip()
    return text.strip()


def _entry_at(entries: Any, index: int, steps: tuple[Step, ...]) -> Any:
    if index >= len(entries):
        there = f"the last is {spell((*steps, len(entries) - 1))}" if entries else "there is none"
        raise ScenarioError(f"no such entry; {there}", place=spell((*steps, index)))
    return entries[index]


def _network(scenario: Scenario) -> list[Layer]:
    """The layers one by one, each with `repeat` 1."""
    return [single for layer in scenario.layers for single in [replace(layer, repeat=1)] * layer.repeat]


def with_network(scenario: Scenario, network: list[Layer]) -> Scenario:
    """The scenario with these layers, equal neighbours written as one entry."""
    layers = tuple(replace(layer, repeat=len(list(equal))) for layer, equal in groupby(network))
    return _settled(replace(scenario, layers=layers))


def _check_position(position: int, count: int) -> None:
    if not 0 <= position < count:
        raise ScenarioError(
            f"there is no layer {position}; they are numbered 0 to {count - 1}", place="layers"
        )


def _settled(scenario: Scenario) -> Scenario:
    """The scenario with the weight shown first inside the network, should an edit have left it outside.

    How many inputs a layer has is only known here where dense follows dense.
    """
    network, weight = [layer for _, layer in scenario.expanded()], scenario.view.weight
    layer = weight.layer if weight.layer < len(network) else 0
    if isinstance(network[layer], Pool) or layer != weight.layer:
        first = next(number for number, layer in enumerate(network) if not isinstance(layer, Pool))
        return _with_weight(scenario, Weight(first))
    row, column = min(weight.row, _rows(network[layer]) - 1), weight.column
    before = network[layer - 1] if layer else None
    if isinstance(network[layer], Dense) and isinstance(before, Dense):
        column = min(column, before.units - 1)
    if (row, column) == (weight.row, weight.column):
        return scenario
    return _with_weight(scenario, Weight(layer, row, column))


def _rows(layer: Layer) -> int:
    """Of its weight."""
    return (layer.width or 1) * (layer.gates if isinstance(layer, Recurrent) else 1)


def _with_weight(scenario: Scenario, weight: Weight) -> Scenario:
    return replace(scenario, view=replace(scenario.view, weight=weight))
