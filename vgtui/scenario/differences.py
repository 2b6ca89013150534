"""What two scenarios set differently, layer by layer and key by key, in words."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any

from msgspec import Struct

from vgtui.scenario.model import Scenario
from vgtui.scenario.text import to_table

ABSENT = "none"
"""What a setting is where there is none."""

_SETTINGS = ("seed", "precision", "data", "training")


class Difference(Struct, frozen=True):
    """One setting and its two values, as text: `activation of layers 0 to 7`, `sigmoid`, `relu`."""

    setting: str
    a: str
    b: str

    @property
    def sentence(self) -> str:
        """`activation of layers 0 to 7: sigmoid → relu`."""
        return f"{self.setting}: {self.a} → {self.b}"


def differences(a: Scenario, b: Scenario) -> tuple[Difference, ...]:
    """Every setting that is another in `b` than in `a`; words, view and lesson aside. Layers are counted from 0."""
    found = list(_layers(a, b))
    return (*found, *_values(_settings(a), _settings(b)))


def _settings(scenario: Scenario) -> dict[str, str]:
    """All but the layers; the learning rate is the one that is taken, where none is given."""
    table = {key: value for key, value in to_table(scenario).items() if key in _SETTINGS}
    table["training"]["learning_rate"] = scenario.training.rate
    return _flat(table)


def pairs(a: Scenario, b: Scenario) -> tuple[tuple[int | None, int | None], ...]:
    """Which layer of `b` stands for which of `a`, input to output; None where one has no counterpart.

    Equal layers belong together, those at the input and at the output first; what stands between them is paired
    in order.
    """
    return tuple(_paired(_network(a), _network(b)))


def _paired(
    ours: list[dict[str, str]], theirs: list[dict[str, str]]
) -> Iterator[tuple[int | None, int | None]]:
    first = _shared(ours, theirs)
    last = _shared(ours[first:][::-1], theirs[first:][::-1])
    yield from ((place, place) for place in range(first))
    mine, its = ([repr(one) for one in layers[first : len(layers) - last]] for layers in (ours, theirs))
    for _, start, stop, low, high in SequenceMatcher(None, mine, its, autojunk=False).get_opcodes():
        yield from _stretch(range(first + start, first + stop), range(first + low, first + high))
    yield from ((len(ours) - back, len(theirs) - back) for back in range(last, 0, -1))


def _stretch(ours: range, theirs: range) -> Iterator[tuple[int | None, int | None]]:
    """Layers with nothing in common in order, the last with the last; those that are too many alone before it."""
    short = min(len(ours), len(theirs))
    early = max(short - 1, 0)
    yield from zip(ours[:early], theirs[:early], strict=True)
    yield from ((one, None) for one in ours[early : len(ours) - short + early])
    yield from ((None, other) for other in theirs[early : len(theirs) - short + early])
    yield from zip(ours[len(ours) - short + early :], theirs[len(theirs) - short + early :], strict=True)


def _shared(ours: list[dict[str, str]], theirs: list[dict[str, str]]) -> int:
    """How many layers are the same from the beginning on."""
    return next(
        (k for k, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )


def _layers(a: Scenario, b: Scenario) -> Iterator[Difference]:
    ours, theirs = _network(a), _network(b)
    changes: list[tuple[int, Difference]] = []
    for first, second in _paired(ours, theirs):
        one = None if first is None else ours[first]
        other = None if second is None else theirs[second]
        number = second if first is None else first
        changes += [(number or 0, change) for change in _layer(one, other)]
    told = [
        (first, last, change)
        for change, group in groupby(sorted(changes, key=_order), key=lambda found: found[1])
        for first, last in _runs([number for number, _ in group])
    ]
    for first, last, change in sorted(told, key=lambda found: found[0]):
        layers = f"layer {first}" if first == last else f"layers {first} to {last}"
        setting = f"{change.setting} of {layers}" if change.setting else layers
        yield Difference(setting, change.a, change.b)


def _layer(one: dict[str, str] | None, other: dict[str, str] | None) -> Iterator[Difference]:
    if one is None or other is None or one["type"] != other["type"]:
        yield Difference("", _name(one), _name(other))
    else:
        yield from _values(one, other)


def _values(one: dict[str, str], other: dict[str, str]) -> Iterator[Difference]:
    for key in dict.fromkeys([*one, *other]):
        a, b = one.get(key, ABSENT), other.get(key, ABSENT)
        if a != b:
            yield Difference(key, a, b)


def _name(layer: dict[str, str] | None) -> str:
    if layer is None:
        return ABSENT
    parts = (layer.get("units") or layer.get("filters"), layer["type"], layer.get("activation"))
    return " ".join(part for part in parts if part is not None)


def _order(found: tuple[int, Difference]) -> tuple[str, str, str, int]:
    number, change = found
    return change.setting, change.a, change.b, number


def _runs(numbers: list[int]) -> Iterator[tuple[int, int]]:
    """Stretches of numbers without a gap, as (first, last)."""
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in group]
        yield members[0], members[-1]


def _network(scenario: Scenario) -> list[dict[str, str]]:
    """Every layer, repeats written out, with its settings as text."""
    tables = (to_table(layer) for _, layer in scenario.expanded())
    return [{k: v for k, v in _flat(table).items() if k != "repeat"} for table in tables]


def _flat(table: dict[str, Any], before: str = "") -> dict[str, str]:
    """Nested tables as one, by key path; values as text."""
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{key}.")
        else:
            flat[f"{before}{key}"] = f"{value:.6g}" if isinstance(value, float) else str(value)
    return flat
