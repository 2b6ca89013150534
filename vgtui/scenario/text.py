"""A scenario as TOML text: reading it, each fault answered in one line, and writing it for a reader's eye."""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date, datetime, time
from numbers import Integral, Real
from threading import Lock
from typing import Any, TypeVar

import msgspec

from vgtui.scenario import schema
from vgtui.scenario.errors import ScenarioError, nearest, unfit
from vgtui.scenario.model import Conv, Data, Dense, Gru, Lstm, Pool, Rnn, Scenario, Training
from vgtui.scenario.schema import Field
from vgtui.scenario.spellings import value_of

Kind = TypeVar("Kind", bound=msgspec.Struct)

MAX_BYTES = 1_000_000
"""The largest scenario file that is read."""

# The TOML reader's work grows with the square of the parts of one dotted key; no scenario key has five.
_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""", re.ASCII)

_converting = Lock()
"""msgspec looks at a type when it first converts to it; two threads that do so at once end the program."""

_SHOWN: dict[type[msgspec.Struct], tuple[str, ...]] = {
    Scenario: ("title", "seed"),
    Data: ("source", "samples", "noise", "test_fraction"),
    Dense: ("units", "activation", "init"),
    Conv: ("filters", "kernel", "activation", "init"),
    Pool: ("kind",),
    Rnn: ("units", "activation", "recurrent_init"),
    Lstm: ("units", "forget_bias"),
    Gru: ("units",),
    Training: ("loss", "optimizer", "batch_size", "epochs"),
}
"""Keys that are written even where they hold their default, because a reader looks for them."""


def parse(text: str, source: str = "") -> Scenario:
    """The scenario that TOML `text` describes; `source` is the name that errors give it.

    Raises ScenarioError, one line, for anything that is no scenario.
    """
    return parse_as(Scenario, text, source)


def parse_as(struct: type[Kind], text: str, source: str = "") -> Kind:
    """The struct that TOML `text` describes, as strictly as a scenario. Raises ScenarioError, one line."""
    try:
        found: Kind = build(struct, _table(text), "")
        return found
    except ScenarioError as error:
        raise ScenarioError(error.message, place=error.place, source=source) from None


def checked(scenario: Scenario) -> Scenario:
    """A scenario made in Python, held to what a file may hold: its structs alone check no type and no limit.

    Other spellings and NumPy's numbers come back as a file's would be read. Raises ScenarioError, and TypeError for
    what is no Scenario.
    """
    if not isinstance(scenario, Scenario):
        raise TypeError(f"not a Scenario, such as load_scenario gives, but {type(scenario).__name__}")
    try:
        with _converting:
            msgspec.convert(msgspec.to_builtins(scenario), Scenario)
    except (msgspec.ValidationError, TypeError):
        read: Scenario = build(Scenario, to_table(scenario), "")
        return read
    return scenario


def dump(struct: msgspec.Struct) -> str:
    """The scenario (or what else is read so) as TOML that reads back to an equal one; most defaults are left out."""
    table = to_table(struct, everything=False)
    top = {key: value for key, value in table.items() if not isinstance(value, dict | list)}
    sections = [_lines(top)]
    for key, value in table.items():
        if isinstance(value, dict):
            sections.append(f"[{key}]\n{_lines(value)}")
        elif isinstance(value, list):
            sections += [f"[[{key}]]\n{_lines(one)}" for one in value]
    return "\n".join(sections)


def _lines(table: dict[str, Any]) -> str:
    """One `key = value` a line; a table inside the table is written on its line."""
    return "".join(f"{key} = {_inline(value)}\n" for key, value in table.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_inline(inner)}' for key, inner in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    import tomli_w  # only what is written needs it

    long = isinstance(value, str)
    return tomli_w.dumps({"value": value}, multiline_strings=long).removeprefix("value = ").strip("\n")


def to_table(struct: msgspec.Struct, *, everything: bool = True) -> dict[str, Any]:
    """The struct as nested dicts and lists, ready for TOML; most defaults only with `everything`."""
    kind = schema.tag(type(struct))
    table: dict[str, Any] = {} if kind is None else {"type": kind}
    shown = _SHOWN.get(type(struct), ())
    if isinstance(struct, Data) and struct.file is not None:
        shown = ("source",)
    for name, field in schema.fields(type(struct)).items():
        value = getattr(struct, name)
        if field.kind == "table":
            inner = {} if value is None else to_table(value, everything=everything)
            value = inner if inner or (field.optional and value is not None) else None
        elif field.kind == "list":
            value = [to_table(one, everything=everything) for one in value] or None
        elif not (everything or field.required or name in shown) and value == field.default:
            continue
        elif field.kind in ("names", "texts"):
            value = list(value)
        if value is not None:
            table[name] = value
    return table


def build(struct: type[msgspec.Struct], table: Any, place: str) -> Any:
    """The struct that `table` holds, every value checked; `place` is its key path.

    Raises ScenarioError with the key path of the fault.
    """
    values: dict[str, Any] = {}
    written: dict[str, str] = {}
    for key, value in _as_table(table, place).items():
        if key == "type" and schema.tag(struct) is not None:
            continue
        at = _join(place, key)
        field = schema.find_key(key, (struct,), at)
        if field.name in values:
            raise ScenarioError(f"says {written[field.name]!r} a second time", place=at)
        written[field.name] = key
        values[field.name] = _value(field, value, at)
    for field in schema.fields(struct).values():
        if field.required and field.name not in values:
            raise ScenarioError(f"is missing; give {field.expected}", place=_join(place, field.name))
    try:
        return struct(**values)
    except ValueError as error:
        raise ScenarioError(str(error), place=place) from None


def _table(text: str) -> dict[str, Any]:
    """The TOML of `text` as nested dicts. Raises ScenarioError where it is not TOML."""
    if len(text) > MAX_BYTES:
        raise ScenarioError(f"has {len(text):,} characters; a scenario has at most {MAX_BYTES:,}")
    if not text.strip():
        raise ScenarioError("is empty; a scenario needs at least one [[layers]] table")
    return toml(text)


def toml(text: str) -> dict[str, Any]:
    """Any TOML as nested dicts. Raises ScenarioError where it is none, or would take longer to read than it may."""
    deep = _DEEP_KEY.search(text)
    if deep is not None:
        line = text.count("\n", 0, deep.start()) + 1
        raise ScenarioError(f"not TOML that is read here: a key of more than 32 parts (at line {line})")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError("not TOML that is read here: nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"not valid TOML: {_clip(str(error), 160)}") from None
    except ValueError:  # an integer of more digits than Python converts
        raise ScenarioError("not TOML that is read here: a number of thousands of digits") from None


def _value(field: Field, value: Any, place: str) -> Any:
    """`value` as the field holds it. Raises ScenarioError where it does not fit."""
    if field.kind == "table":
        return entry(field.structs, value, place)
    if field.kind == "list":
        return _entries(field, value, place)
    if field.kind in ("names", "texts"):
        return _names(field, value, place)
    if isinstance(value, str):
        return _text(field, value, place)
    if field.kind == "bool" and isinstance(value, bool):
        return value
    if field.kind in ("int", "float") and isinstance(value, Real) and not isinstance(value, bool):
        return _number(field, int(value) if isinstance(value, Integral) else float(value), place)
    raise ScenarioError(f"must be {field.expected}, not {_show(value)}", place=place)


def _entries(field: Field, value: Any, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ScenarioError(f"must be {field.expected} ([[{place}]]), not {_show(value)}", place=place)
    if field.required and not value:
        raise ScenarioError(f"needs at least one [[{place}]] table", place=place)
    return tuple(entry(field.structs, one, f"{place}[{index}]") for index, one in enumerate(value))


def entry(structs: tuple[type[msgspec.Struct], ...], value: Any, place: str) -> Any:
    """The struct that a table holds: the only one of `structs`, or the one that the table's `type` names.

    Raises ScenarioError with the key path of the fault.
    """
    kinds = {schema.tag(struct): struct for struct in structs}
    if None in kinds:
        return build(structs[0], value, place)
    table, at = _as_table(value, place), _join(place, "type")
    if "type" not in table:
        raise ScenarioError(f"is missing; give {_options(kinds)}", place=at)
    kind = table["type"]
    if not isinstance(kind, str):
        raise ScenarioError(f"must be {_options(kinds)}, not {_show(kind)}", place=at)
    struct = kinds.get(value_of("type", kind))
    if struct is None:
        hint = nearest(kind, [str(name) for name in kinds])
        raise ScenarioError(f"unknown type {_show(kind)}{hint}", place=at)
    return build(struct, table, place)


def _names(field: Field, value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ScenarioError(f"must be {field.expected}, not {_show(value)}", place=place)
    return tuple(_text(field, name, f"{place}[{index}]") for index, name in enumerate(value))


def _text(field: Field, value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise ScenarioError(f"must be text, not {_show(value)}", place=place)
    name = value_of(field.name, value)
    if name in field.choices:
        return name
    if field.kind in ("choice", "names"):
        noun = field.name.replace("_", " ") if field.kind == "choice" else "name"
        raise ScenarioError(f"unknown {noun} {_show(value)}{nearest(value, field.choices)}", place=place)
    if field.kind not in ("text", "texts"):
        raise ScenarioError(f"must be {field.expected}, not {_show(value)}", place=place)
    check_text(value, place)
    return value


def check_text(text: str, place: str) -> None:
    """Raises ScenarioError for what no file can hold, and for what a terminal would obey instead of showing it."""
    wrong = unfit(text)
    if wrong:
        raise ScenarioError(wrong, place=place)


def _number(field: Field, value: float, place: str) -> float:
    wrong = ScenarioError(f"must be {field.expected}, not {_show(value)}", place=place)
    if field.kind == "int" and not isinstance(value, int):
        raise wrong
    try:
        number = value if field.kind == "int" else float(value)
    except OverflowError:
        raise wrong from None
    if isinstance(number, float) and not math.isfinite(number):
        expected = field.expected.replace("a number", "a finite number", 1)
        raise ScenarioError(f"must be {expected}, not {_show(value)}", place=place)
    if not field.allows(number):
        raise wrong
    return number


def _as_table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ScenarioError(f"must be a table, not {_show(value)}", place=place)
    return value


def _options(kinds: dict[str | None, type[msgspec.Struct]]) -> str:
    return " or ".join(f'"{name}"' for name in kinds)


def _join(place: str, key: str) -> str:
    bare = key if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", key) else repr(_clip(key, 40))
    return f"{place}.{bare}" if place else bare


def _show(value: Any) -> str:
    """A value as an error quotes it: short, whatever was in the file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value.bit_length() <= 64 else f"an integer of {value.bit_length()} bits"
    if isinstance(value, str):
        return repr(_clip(value, 40))
    if isinstance(value, float):
        return repr(value)
    names = {dict: "a table", list: "an array", tuple: "an array", type(None): "nothing"}
    names |= dict.fromkeys((date, datetime, time), "a date or time")
    return names.get(type(value), type(value).__name__)


def _clip(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
