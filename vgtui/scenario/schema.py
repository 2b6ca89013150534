"""What each key of a scenario may hold, read from the types of `model.py`, so that it is said only there.

The reader of scenario files, the edits and the editor pane all ask here.
"""

from __future__ import annotations

import re
import types
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from vgtui.scenario.errors import ScenarioError, nearest
from vgtui.scenario.model import Scenario
from vgtui.scenario.spellings import KEYS

Kind = Literal["int", "float", "bool", "choice", "names", "text", "texts", "table", "list"]

Step = str | int
"""One step of a key path: a key, or an index into a list."""


class Field(Struct, frozen=True):
    """What one key may hold.

    kind        "choice" is a name out of `choices`, "names" any number of them in order, "texts" of any texts;
                "table" and "list" hold the structs in `structs`
    optional    it may be left unset (None), and then means what the model's docstring says
    required    it has no default
    choices     the names, in the model's order; for numbers, the words accepted in place of a number
    minimum     and maximum: the smallest and largest value, None where there is no limit;
    open_minimum, open_maximum: the limit itself is not allowed
    """

    name: str
    kind: Kind
    optional: bool
    required: bool
    default: Any
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    open_minimum: bool = False
    open_maximum: bool = False
    structs: tuple[type[msgspec.Struct], ...] = ()

    @property
    def expected(self) -> str:
        """What the key may hold, in words: `an integer from 1 to 4096`."""
        if self.kind == "choice":
            return f"one of {', '.join(self.choices)}"
        if self.kind == "names":
            return f"an array of names out of {', '.join(self.choices)}"
        if self.kind in ("int", "float"):
            noun = "an integer" if self.kind == "int" else "a number"
            return " or ".join([f"{noun}{self._limits()}", *map(repr, self.choices)])
        return {
            "bool": "true or false",
            "text": "text",
            "texts": "an array of texts",
            "table": "a table",
            "list": "an array of tables",
        }[self.kind]

    def _limits(self) -> str:
        if (
            not self.open_minimum
            and not self.open_maximum
            and self.minimum is not None
            and self.maximum is not None
        ):
            return f" from {self.minimum:.15g} to {self.maximum:.15g}"
        low = "above" if self.open_minimum else "of at least"
        high = "below" if self.open_maximum else "at most"
        limits = [] if self.minimum is None else [f"{low} {self.minimum:.15g}"]
        limits += [] if self.maximum is None else [f"{high} {self.maximum:.15g}"]
        return "".join(f" {limits[0]}" if limits else "") + "".join(f" and {limit}" for limit in limits[1:])

    def allows(self, number: float) -> bool:
        """Whether `number` is within the limits."""
        low, high = self.minimum, self.maximum
        above = low is None or (number > low if self.open_minimum else number >= low)
        return above and (high is None or (number < high if self.open_maximum else number <= high))


@cache
def fields(struct: type[msgspec.Struct]) -> dict[str, Field]:
    """The keys of a table that is read into `struct`, in its order."""
    return {info.name: _field(info) for info in msgspec.structs.fields(struct)}


def tag(struct: type[msgspec.Struct]) -> str | None:
    """The `type` that a table names to be read as `struct`; None where tables of its place have no type."""
    value = struct.__struct_config__.tag
    return None if value is None else str(value)


def _field(info: msgspec.structs.FieldInfo) -> Field:
    facts: dict[str, Any] = {"kind": None, "optional": False}
    _read(info.type, facts)
    required = info.default is msgspec.NODEFAULT and info.default_factory is msgspec.NODEFAULT
    default = None if info.default is msgspec.NODEFAULT else info.default
    return Field(name=info.name, required=required, default=default, **facts)


_SCALARS: dict[Any, Kind] = {int: "int", float: "float", bool: "bool", str: "text"}


def _read(hint: Any, facts: dict[str, Any]) -> None:
    """Add to `facts` what one type hint says; a union's members are read one after the other."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        _read(args[0], facts)
        for meta in args[1:]:
            _read_limits(meta, facts)
    elif origin in (Union, types.UnionType):
        for member in args:
            _read(member, facts)
    elif origin is Literal:
        facts["kind"] = facts["kind"] or "choice"
        facts["choices"] = args
    elif origin is tuple:
        _read(args[0], facts)
        facts["kind"] = "list" if "structs" in facts else "names" if facts.get("choices") else "texts"
    elif hint is type(None):
        facts["optional"] = True
    elif hint in _SCALARS:
        facts["kind"] = _SCALARS[hint]
    else:
        facts["kind"] = "table"
        facts["structs"] = (*facts.get("structs", ()), hint)


def _read_limits(meta: msgspec.Meta, facts: dict[str, Any]) -> None:
    for name, limit, is_open in (("minimum", meta.ge, False), ("minimum", meta.gt, True)):
        if limit is not None:
            facts[name], facts[f"open_{name}"] = limit, is_open
    for name, limit, is_open in (("maximum", meta.le, False), ("maximum", meta.lt, True)):
        if limit is not None:
            facts[name], facts[f"open_{name}"] = limit, is_open


def key_path(path: str) -> tuple[Step, ...]:
    """`layers[2].units` as its steps, ("layers", 2, "units").

    Raises ScenarioError where `path` is not written like one.
    """
    steps: list[Step] = []
    for part in path.split("."):
        match = re.fullmatch(r"\s*([A-Za-z0-9_-]+)((?:\[\d{1,9}\])*)\s*", part)
        if match is None:
            example = "training.learning_rate or layers[2].units"
            raise ScenarioError(f"{path[:60]!r} is not a key path such as {example}")
        steps.append(match[1])
        steps += [int(index) for index in re.findall(r"\d+", match[2])]
    return tuple(steps)


def spell(steps: tuple[Step, ...]) -> str:
    """The steps of a key path as they are written: `layers[2].units`."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def find_key(key: str, structs: tuple[type[msgspec.Struct], ...], place: str) -> Field:
    """The field that a table of `structs` calls `key`, in this or another spelling.

    Raises ScenarioError with the nearest valid name; `place` is the key path that it names.
    """
    known: dict[str, Field] = {}
    tags = tuple(name for name in map(tag, structs) if name is not None)
    if tags:
        known["type"] = Field("type", "choice", optional=False, required=True, default=None, choices=tags)
    for struct in reversed(structs):
        known.update(fields(struct))
    found = known.get(key) or known.get(KEYS.get(key, ""))
    if found is None:
        home = _home_of(key) if any(map(_is_table_of_a_scenario, structs)) else ""
        raise ScenarioError(f"unknown key{home or nearest(key, known)}", place=place)
    return found


def _is_table_of_a_scenario(struct: type[msgspec.Struct]) -> bool:
    """Itself, or one that its keys are set in; the pages of a lesson have keys of their own."""
    return struct is Scenario or any(
        struct in field.structs for name, field in fields(Scenario).items() if name != "lesson"
    )


def _home_of(key: str) -> str:
    """A hint where a key is that was looked for elsewhere: `; did you mean 'training.learning_rate'?`"""
    name = KEYS.get(key, key)
    for table, field in fields(Scenario).items():
        if any(name in fields(struct) for struct in field.structs):
            return f"; did you mean '{table}{'[0]' if field.kind == 'list' else ''}.{name}'?"
    return ""


def find(path: str) -> Field:
    """What the key at `path` of a scenario may hold; indices stand for any entry.

    Raises ScenarioError where there is no such key.
    """
    steps = key_path(path)
    structs: tuple[type[msgspec.Struct], ...] = (Scenario,)
    field: Field | None = None
    for position, step in enumerate(steps):
        place = spell(steps[: position + 1])
        if isinstance(step, int):
            if field is not None and field.kind in ("names", "texts"):
                raise ScenarioError("has no entries of its own to set; set it as a whole", place=place)
            if field is None or field.kind != "list":
                raise ScenarioError("is no array, so it has no entries to count", place=place)
            continue
        if not structs:
            raise ScenarioError("unknown key: what is before the dot is no table", place=place)
        if field is not None and field.kind == "list" and isinstance(steps[position - 1], str):
            entry = f"[{step}]" if step.isdecimal() else f"[0].{step}"
            raise ScenarioError(f"which entry? write {spell(steps[:position])}{entry}", place=place)
        field = find_key(step, structs, place)
        structs = field.structs
    assert field is not None  # a path has a step
    return field
