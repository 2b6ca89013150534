"""What a session brings back beside the network: edits to undo, what was chosen, and how the screen stood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import msgspec
import numpy as np
from msgspec import Meta

from vgtui.engine.session import text_of
from vgtui.scenario import library
from vgtui.scenario.errors import ScenarioError, SessionError
from vgtui.scenario.layers import Count, Struct
from vgtui.scenario.model import Scenario, Weight
from vgtui.tui.curve import OWN, CurveRecorder
from vgtui.tui.editing import MAX_UNDO, Edit, Edits, Typed
from vgtui.tui.frame import Letter
from vgtui.tui.lockstep import Beside
from vgtui.tui.looks import Looks

if TYPE_CHECKING:
    from vgtui.tui.experiment import Experiment

NAME = "app"
"""Of the app's notes in a session."""

CURVE, OTHER = "app.curve.", "app.other"
"""Of its arrays there."""

MAX_TEXT = 2**22
"""Characters of scenarios that are noted: of more edits than that, the oldest are not."""

Noted = Annotated[tuple[str | Typed, ...], Meta(max_length=MAX_UNDO)]
"""Edits, the newest last; a scenario as TOML."""


class Branch(Struct, frozen=True):
    """A branch whose curve is kept, and the layers whose gradient norms are in it."""

    number: Count
    layers: tuple[Count, ...] = ()


class Other(Struct, frozen=True):
    """That there is another network in lockstep: see lockstep.Beside."""

    mine: Letter
    same_seed: bool


class Notes(Struct, frozen=True):
    """All of it, as a session holds it. ill, cured and cure: see Edits.

    Beside it are arrays: the points of every curve, and the session of the other network as bytes.
    """

    undo: Noted = ()
    redo: Noted = ()
    ill: str | None = None
    cured: str | None = None
    cure: Count = 0
    weight: Weight | None = None
    sample: Count | None = None
    place: Count | None = None
    looks: Looks = Looks()
    curves: tuple[Branch, ...] = ()
    other: Other | None = None


def capture(experiment: Experiment, looks: Looks, beside: Beside | None = None) -> Callable[..., None]:
    """What writes the session with all of it, in any thread; see `Simulation.capture`."""
    edits, choice = experiment.edits, experiment.choice
    simulation = experiment.simulation
    write = simulation.capture()
    curves = [(number, curve.layers, curve.points) for number, curve in experiment.curves.items()]
    write_other = None if beside is None else capture(beside.other, looks)

    def write_with_notes(path: Path | BinaryIO, **options: bool) -> None:
        texts = _Texts()
        noted = {f"{CURVE}{number}": points.ravel() for number, _, points in curves}
        if write_other is not None:
            noted[OTHER] = _bytes_of(write_other, **options)
        notes = Notes(
            ill=texts.of(edits.ill),
            cured=texts.of(edits.cured),
            cure=edits.cure,
            undo=texts.of_all(edits.undo),
            redo=texts.of_all(edits.redo),
            weight=choice.weight,
            sample=choice.sample,
            place=choice.place,
            looks=looks,
            curves=tuple(Branch(number, layers) for number, layers, _ in curves),
            other=None if beside is None else Other(beside.mine, beside.same_seed),
        )
        told = {**simulation.notes, NAME: msgspec.to_builtins(notes)}
        write(path, notes=told, noted={**simulation.noted, **noted}, **options)

    return write_with_notes


def _bytes_of(write: Callable[..., None], **options: bool) -> np.ndarray:
    file = BytesIO()
    write(file, **options)
    return np.frombuffer(file.getvalue(), np.uint8)


def bring_back_other(experiment: Experiment, path: Path, history_megabytes: float) -> Beside | None:
    """The other network of a loaded run, with what belongs to it. Raises SessionError where it is none."""
    noted = experiment.simulation.noted.pop(OTHER, None)
    other = _notes_of(experiment, path).other
    if other is None or noted is None:
        return None
    from vgtui.tui.experiment import Experiment as Opened

    run = Opened.resumed(path, history_megabytes, noted.tobytes())
    bring_back(run, path)
    return Beside(run, other.mine, other.same_seed)


def bring_back(experiment: Experiment, path: Path) -> Looks:
    """Give a loaded run its edits and what was chosen; how the screen stood.

    Raises SessionError where the notes are none.
    """
    notes = _notes_of(experiment, path)
    try:
        scenarios = _Scenarios()
        edits = Edits(
            undo=scenarios.of_all(notes.undo),
            redo=scenarios.of_all(notes.redo),
            ill=scenarios.of(notes.ill),
            cured=scenarios.of(notes.cured),
            cure=notes.cure,
        )
        curves = _curves(experiment, notes.curves)
    except (ScenarioError, ValueError) as error:
        raise SessionError(f"holds notes that cannot be used: {error}", source=str(path)) from None
    experiment.take_up(edits)
    experiment.curves.take(curves)
    if notes.weight is not None:
        experiment.choose(notes.weight, notes.sample, notes.place)
    return notes.looks


def _notes_of(experiment: Experiment, path: Path) -> Notes:
    try:
        return msgspec.convert(experiment.simulation.notes.get(NAME, {}), Notes)
    except msgspec.ValidationError as error:
        raise SessionError(f"holds notes that cannot be used: {error}", source=str(path)) from None


def _curves(experiment: Experiment, kept: Iterable[Branch]) -> dict[int, CurveRecorder]:
    """Of the branches that are held. Raises ValueError for one that is none."""
    held = {branch.number for branch in experiment.simulation.branches}
    found = {}
    for branch in kept:
        points = experiment.simulation.noted.pop(f"{CURVE}{branch.number}", None)
        if branch.number in held and points is not None:
            rows = OWN + len(branch.layers)
            found[branch.number] = CurveRecorder.of(branch.layers, points.reshape(rows, -1))
    return found


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
