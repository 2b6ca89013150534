"""What a user changes in an experiment, one edit after the other, and how each is taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from vgtui.analysis.weight_map import weight_value, with_value
from vgtui.scenario.cures import CURES
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Scenario, Weight

if TYPE_CHECKING:
    from vgtui.engine.simulation import Simulation
    from vgtui.tui.curve import CurveRecorder

MAX_UNDO = 200


class Typed(Struct, frozen=True):
    """A weight had this value when another one was typed for it, after so many updates."""

    weight: Weight
    value: float
    step: int


Edit = Scenario | Typed
"""What taking an edit back goes back to."""


class Edits(Struct, frozen=True):
    """What can be undone and redone, the newest last; which scenario was cured, what came of it, and by which cures

    so far.
    """

    undo: tuple[Edit, ...] = ()
    redo: tuple[Edit, ...] = ()
    ill: Scenario | None = None
    cured: Scenario | None = None
    cure: int = 0


class Editing:
    """Mixin of the experiment: edits, and the way back from them."""

    simulation: Simulation

    if TYPE_CHECKING:
        scenario: Scenario
        step_index: int
        _recorder: CurveRecorder

        def _move_to(self, scenario: Scenario) -> None: ...
        def _follow(self, before: CurveRecorder) -> None: ...

    @property
    def edits(self) -> Edits:
        """All that there is to know of them, to be taken up again."""
        return Edits(tuple(self._undo), tuple(self._redo), self._ill, self._cured, self._cure)

    def take_up(self, edits: Edits) -> None:
        """Go on where these edits left off."""
        self._undo: list[Edit] = [*edits.undo]
        self._redo: list[Edit] = [*edits.redo]
        self._ill, self._cured, self._cure = edits.ill, edits.cured, edits.cure

    def edit(self, *changes: Callable[[Scenario], Scenario]) -> None:
        """Move to what the first of `changes` that holds makes of the scenario in force.

        Where none holds, nothing is changed and the first one's UserError is raised.
        """
        complaint: UserError | None = None
        for change in changes:
            try:
                self._edit(change)
            except UserError as error:
                complaint = complaint or error
            else:
                return
        if complaint is not None:
            raise complaint

    def _edit(self, change: Callable[[Scenario], Scenario]) -> None:
        before = self.scenario
        after = change(before)
        if after == before:
            return
        self._move_to(after)
        self._undo = [*self._undo, before][-MAX_UNDO:]
        self._redo = []

    def set_weight(self, weight: Weight, value: float) -> None:
        """Give one weight another value, here and now."""
        before = Typed(weight, weight_value(self.simulation, weight), self.step_index)
        self._set_weight(weight, value)
        self._undo = [*self._undo, before][-MAX_UNDO:]
        self._redo = []

    def _set_weight(self, weight: Weight, value: float) -> None:
        before = self._recorder
        self.simulation.set_parameters(with_value(self.simulation, weight, value))
        self._follow(before)

    def undo(self) -> bool:
        """Take the last edit back; False if there is none."""
        return self._exchange(self._undo, self._redo)

    def redo(self) -> bool:
        """Do again the edit that was last taken back; False if there is none."""
        return self._exchange(self._redo, self._undo)

    def cure(self) -> str:
        """Change the one thing that the next of the known cures changes; after the last, all is as it was.

        Returns what was done. Cures that change nothing here are passed over.
        """
        if self._cured is None or self.scenario != self._cured:
            self._ill, self._cured, self._cure = self.scenario, None, 0
        ill = self._ill or self.scenario
        while self._cure < len(CURES):
            name, change = CURES[self._cure]
            self._cure += 1
            cured = change(ill)
            if cured != ill:
                self._edit(lambda _, cured=cured: cured)
                self._cured = self.scenario
                return f"cured by {name}"
        if self._cured is None:
            return "none of the known cures changes this network"
        self._edit(lambda _: ill)
        self._cured = None
        return "as it was, without a cure"

    def _exchange(self, source: list[Edit], target: list[Edit]) -> bool:
        while source and self._is_past(source[-1]):
            source.pop()
        if not source:
            return False
        back = source[-1]
        before: Edit = self.scenario
        if isinstance(back, Typed):
            before = Typed(back.weight, weight_value(self.simulation, back.weight), self.step_index)
            self._set_weight(back.weight, back.value)
        else:
            self._move_to(back)
        source.pop()
        target.append(before)
        return True

    def _is_past(self, edit: Edit) -> bool:
        """Whether time has gone back past that edit."""
        return self.step_index < edit.step if isinstance(edit, Typed) else edit == self.scenario

    def _forget_typed(self) -> None:
        """Another draw: what was typed for a weight is gone with it."""
        for edits in (self._undo, self._redo):
            edits[:] = [edit for edit in edits if not isinstance(edit, Typed)]
