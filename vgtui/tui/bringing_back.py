"""What a session brings back beside the network: edits to undo, what was chosen, and how the screen stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from vgtui.engine.session import text_of
from vgtui.scenario import library
from vgtui.scenario.errors import ScenarioError, SessionError
from vgtui.scenario.layers import Count, Struct
from vgtui.scenario.model import Scenario, Weight
from vgtui.tui.editing import MAX_UNDO, Edit, Edits, Typed
from vgtui.tui.looks import Looks

if TYPE_CHECKING:
    from vgtui.tui.experiment import Experiment

NAME = "app"
"""Of the app's notes in a session."""

MAX_TEXT = 2**22
"""Characters of scenarios that are noted: of more edits than that, the oldest are not."""

Noted = Annotated[tuple[str | Typed, ...], Meta(max_length=MAX_UNDO)]
"""Edits, the newest last; a scenario as TOML."""


class Notes(Struct, frozen=True):
    """All of it, as a session holds it. ill, cured and cure: see Edits."""

    undo: Noted = ()
    redo: Noted = ()
    ill: str | None = None
    cured: str | None = None
    cure: Count = 0
    weight: Weight | None = None
    sample: Count | None = None
    looks: Looks = Looks()


def capture(experiment: Experiment, looks: Looks) -> Callable[..., None]:
    """What writes the session with all of it, in any thread; see `Simulation.capture`."""
    edits, choice = experiment.edits, experiment.choice
    simulation = experiment.simulation
    write = simulation.capture()

    def write_with_notes(path: Path, **options: bool) -> None:
        texts = _Texts()
        notes = Notes(
            ill=texts.of(edits.ill),
            cured=texts.of(edits.cured),
            cure=edits.cure,
            undo=texts.of_all(edits.undo),
            redo=texts.of_all(edits.redo),
            weight=choice.weight,
            sample=choice.sample,
            looks=looks,
        )
        write(path, notes={**simulation.notes, NAME: msgspec.to_builtins(notes)}, **options)

    return write_with_notes


def bring_back(experiment: Experiment, path: Path) -> Looks:
    """Give a loaded run its edits and what was chosen; how the screen stood.

    Raises SessionError where the notes are none.
    """
    try:
        notes = msgspec.convert(experiment.simulation.notes.get(NAME, {}), Notes)
        scenarios = _Scenarios()
        edits = Edits(
            undo=scenarios.of_all(notes.undo),
            redo=scenarios.of_all(notes.redo),
            ill=scenarios.of(notes.ill),
            cured=scenarios.of(notes.cured),
            cure=notes.cure,
        )
    except (msgspec.ValidationError, ScenarioError) as error:
        raise SessionError(f"holds notes that cannot be used: {error}", source=str(path)) from None
    experiment.take_up(edits)
    if notes.weight is not None:
        experiment.choose(notes.weight, notes.sample)
    return notes.looks


class _Texts:
    """Scenarios as TOML, no more of them than MAX_TEXT."""

    def __init__(self) -> None:
        self._left = MAX_TEXT

    def of(self, scenario: Scenario | None) -> str | None:
        if scenario is None:
            return None
        text = text_of(scenario)
        self._left -= len(text)
        return text

    def of_all(self, edits: Iterable[Edit]) -> tuple[str | Typed, ...]:
        """The newest that there is room for."""
        noted: list[str | Typed] = []
        for edit in reversed([*edits]):
            one = edit if isinstance(edit, Typed) else self.of(edit)
            if self._left < 0 or one is None:
                break
            noted.append(one)
        return tuple(noted[::-1])


class _Scenarios:
    """And back."""

    def __init__(self) -> None:
        self._known: dict[str, Scenario] = {}

    def of(self, text: str | None) -> Scenario | None:
        return None if text is None else self._parsed(text)

    def of_all(self, noted: Noted) -> tuple[Edit, ...]:
        return tuple(one if isinstance(one, Typed) else self._parsed(one) for one in noted)

    def _parsed(self, text: str) -> Scenario:
        if text not in self._known:
            self._known[text] = library.parse(text)
        return self._known[text]
