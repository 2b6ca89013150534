"""Where scenarios are found and kept: the presets that travel with vgtui, and the user's own TOML files."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import msgspec

from vgtui.scenario import presets as preset_files
from vgtui.scenario.errors import ScenarioError, nearest
from vgtui.scenario.files import atomic_file, read_text
from vgtui.scenario.model import Lesson, Scenario
from vgtui.scenario.share import PREFIX, is_shared, unpack
from vgtui.scenario.text import MAX_BYTES, check_text, dump, parse

DEFAULT_PRESET = "keras-moons"
"""The scenario that is opened where none is named."""

COURSE = "course-"
"""How the names of the course's lessons begin; a number of two digits gives their order."""

__all__ = [
    "DEFAULT_PRESET",
    "course_names",
    "dump",
    "lesson_after",
    "load_scenario",
    "parse",
    "preset_names",
    "presets",
    "save",
]


def load_scenario(name_or_path: str | os.PathLike[str]) -> Scenario:
    """The preset of that name, the scenario in the TOML file at that path, or the one that was shared as a string.

    A preset's name wins over a file's; `./name` is always the file. A relative `data.file` is read as lying
    beside the scenario file and comes back absolute. Raises ScenarioError, one line.
    """
    name = os.fspath(name_or_path)
    if not name:
        raise ScenarioError("the name of the scenario is empty")
    if isinstance(name_or_path, str) and name in preset_names():
        return _preset(name)
    if is_shared(name):
        return _checked(unpack(name), PREFIX)
    try:
        text = read_text(Path(name), MAX_BYTES)
    except ScenarioError as error:
        if error.message != "no such file" or os.sep in name:
            raise
        stem, suffix = os.path.splitext(name)
        if suffix:
            hint = f"; the preset is called {stem!r}" if stem in preset_names() else ""
            raise ScenarioError(f"no such file{hint}", source=name) from None
        raise ScenarioError(f"no such preset or file{nearest(name, preset_names())}", source=name) from None
    return _beside(_checked(parse(text, source=name), name), Path(name).absolute().parent)


def save(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write the scenario to a TOML file, whole or not at all.

    A `data.file` that lies in the folder of `path`, or below, is written relative to it, so that the two can
    be moved together. Raises ScenarioError where the file cannot be written.
    """
    folder, data = Path(path).absolute().parent, scenario.data
    if data.file is not None and Path(data.file).is_relative_to(folder):
        relative = Path(data.file).relative_to(folder)
        scenario = msgspec.structs.replace(scenario, data=msgspec.structs.replace(data, file=str(relative)))
    with atomic_file(path, ScenarioError) as file:
        file.write(dump(scenario).encode())


@cache
def preset_names() -> tuple[str, ...]:
    """The names of the presets: the default one first, the others in alphabetical order, then those of the course."""
    names = (path.stem for path in preset_folder().glob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name.startswith(COURSE), name != DEFAULT_PRESET, name)))


def presets() -> dict[str, Scenario]:
    """Every preset by its name, in the order of `preset_names`."""
    return {name: _preset(name) for name in preset_names()}


def course_names() -> tuple[str, ...]:
    """The lessons of the course, in their order."""
    return tuple(name for name in preset_names() if name.startswith(COURSE))


def lesson_after(lesson: tuple[Lesson, ...]) -> str | None:
    """The name of the course's lesson that follows this one; None where none does."""
    names = course_names() if lesson else ()
    places = [place for place, name in enumerate(names) if _preset(name).lesson == lesson]
    return names[places[0] + 1] if places and places[0] + 1 < len(names) else None


def preset_folder() -> Path:
    """Where the presets are."""
    return Path(preset_files.folder())


@cache
def _preset(name: str) -> Scenario:
    path = preset_folder() / f"{name}.toml"
    return _beside(_checked(parse(read_text(path, MAX_BYTES), os.fspath(path)), os.fspath(path)), path.parent)


def _checked(scenario: Scenario, source: str) -> Scenario:
    """The scenario, if its lesson can be gone through. Raises ScenarioError where not."""
    if scenario.lesson:
        from vgtui.scenario.lesson import (
            check_lesson,  # which rests on the edits, and few scenarios need them
        )

        try:
            check_lesson(scenario)
        except ScenarioError as error:
            raise ScenarioError(error.message, place=error.place, source=source) from None
    return scenario


def _beside(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with its data file found from `folder`."""
    data = scenario.data
    if data.file is None or Path(data.file).is_absolute():
        return scenario
    found = os.path.normpath(folder / data.file)
    check_text(found, "data.file")
    return msgspec.structs.replace(scenario, data=msgspec.structs.replace(data, file=found))
