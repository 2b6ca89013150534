"""The user's configuration file: which keys do what, and how often it is drawn, checked as strictly as a scenario.

    refresh = 10             # frames a second, at most

    [keys.app]
    run = "f5"               # instead of space
    step = "s,full_stop"     # several, separated by commas

    [keys.gradient]
    measure = "M"

The tables are the contexts of `keymap`, the names in them the ids of its actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from vgtui.scenario.errors import ScenarioError, UserError, nearest
from vgtui.scenario.files import read_text
from vgtui.scenario.folders import user_folder
from vgtui.scenario.text import toml
from vgtui.tui.keymap import CONTEXTS, Action, actions_of
from vgtui.tui.pace import REFRESH_RANGE

FILE = "config.toml"
KNOWN = ("keys", "refresh")
LIMIT = 100_000
"""Bytes that the file may have."""

MODIFIERS = ("ctrl", "shift", "alt", "super", "hyper", "meta")


def usual_path() -> Path | None:
    """Where the platform has the configuration of a program for its user; None for one who has no home."""
    folder = user_folder("config")
    return None if folder is None else folder / FILE


class Configuration(Struct, frozen=True):
    """keys: by the ids of bindings, `context.action`; refresh: frames a second, where the user has chosen."""

    keys: Mapping[str, str]
    refresh: float | None = None


def read_configuration(path: Path | None) -> Configuration:
    """What the file says; nothing where there is no such file, and no place for one.

    Raises UserError, one line with the file, the place and what would be right.
    """
    if path is None:
        return Configuration({})
    try:
        table = toml(read_text(path, LIMIT))
        for key in table:
            if key not in KNOWN:
                raise ScenarioError(f"unknown key{nearest(key, KNOWN)}", place=key)
        return Configuration(_keys_of(table.get("keys", {})), _refresh(table.get("refresh")))
    except ScenarioError as error:
        if error.message == "no such file":
            return Configuration({})
        raise UserError(error.message, place=error.place, source=str(path)) from None


def _refresh(value: Any) -> float | None:
    least, most = REFRESH_RANGE
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ScenarioError(f"must be a number from {least:g} to {most:g}: frames a second", place="refresh")
    return float(value)


def _keys_of(table: Any) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for context, actions in _as_table(table, "keys").items():
        place = f"keys.{context}"
        if context not in CONTEXTS:
            raise ScenarioError(f"there is no such table{nearest(context, CONTEXTS)}", place=place)
        known = {action.id: action for action in actions_of(context)}
        for name, keys in _as_table(actions, place).items():
            if name not in known:
                raise ScenarioError(f"there is no such action{nearest(name, known)}", place=f"{place}.{name}")
            chosen[f"{context}.{name}"] = _keys(keys, f"{place}.{name}")
        _check_clashes(context, tuple(known.values()), chosen)
    return chosen


def _as_table(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ScenarioError("must be a table", place=place)
    return value


def _keys(value: Any, place: str) -> str:
    """The keys as Textual names them."""
    if not isinstance(value, str) or not value.strip():
        raise ScenarioError('must be the name of a key, as "f5" or "ctrl+t,T"', place=place)
    parts = [","] if value.strip() == "," else value.split(",")
    return ",".join(_key(part.strip(), place) for part in parts)


def _key(name: str, place: str) -> str:
    from textual.keys import Keys, _character_to_key

    *modifiers, base = name.split("+") if len(name) > 1 else [name]
    if len(base) == 1 and base.isprintable():
        base = _character_to_key(base)
    elif base not in (known := {key.value for key in Keys} | _named_characters()):
        raise ScenarioError(f"there is no key {base!r}{nearest(base, known)}", place=place)
    for modifier in modifiers:
        if modifier not in MODIFIERS:
            raise ScenarioError(
                f"there is no modifier {modifier!r}{nearest(modifier, MODIFIERS)}", place=place
            )
    return "+".join([*modifiers, base])


def _named_characters() -> set[str]:
    """Every printable character of ASCII as Textual names it."""
    from textual.keys import _character_to_key

    return {_character_to_key(chr(code)) for code in range(0x20, 0x7F)}


def _check_clashes(context: str, actions: tuple[Action, ...], chosen: dict[str, str]) -> None:
    """A key does one thing in one place."""
    owners: dict[str, str] = {}
    for action in sorted(actions, key=lambda action: f"{context}.{action.id}" in chosen):
        for key in filter(None, chosen.get(f"{context}.{action.id}", action.keys).split(",")):
            other = owners.setdefault(key, action.id)
            if other != action.id:
                place = f"keys.{context}.{action.id}"
                raise ScenarioError(
                    f"{key!r} is the key of {other!r} already; give that another one", place=place
                )
