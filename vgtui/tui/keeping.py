"""Keeps the run on disk while it goes on, so that whatever ends the program costs a few seconds at most."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from vgtui.scenario.errors import SessionError, UserError
from vgtui.tui import unfinished
from vgtui.tui.keymap import key_of
from vgtui.tui.lockstep import Lockstep
from vgtui.tui.looks import Looks
from vgtui.tui.unfinished import Claim

if TYPE_CHECKING:
    from vgtui.tui.experiment import Experiment

INTERVAL = 3.0
"""Seconds from one time to the next that a run which has changed is kept."""

SHARE = 1 / 10
"""Of the time, at most, that keeping it may take: what is large is kept less often."""

State = tuple[tuple[object, ...], tuple[object, ...]]


class Keeper:
    """Writes the session in a thread of its own, at most one at a time, always whole or not at all.

    Everything but `end` is called in the engine's thread. `complain` is told, once, why nothing can be kept.
    `looks` tells how the screen stands, where there is one; `lockstep` has the other network, where there are two.
    Where it is not `active` nothing is kept, and nothing that was is touched.
    """

    def __init__(self, complain: Callable[[UserError], None], active: bool = True) -> None:
        self.looks: Callable[[], Looks] = Looks
        self.lockstep = Lockstep()
        self._complain = complain
        self._claim: Claim | None = None
        self._kept: State | None = None
        self._next = 0.0
        self._writer: threading.Thread | None = None
        self._complained = False
        self._ended = not active

    def begin(self, experiment: Experiment) -> None:
        """Another run: as it begins there is nothing in it to be lost."""
        self._kept = self._state(experiment)

    def offer(self) -> str:
        """What there is to say of a session that was cut off; empty where there is none."""
        age = None if self._ended else unfinished.age_of_newest()
        return "" if age is None else f"a session was cut off {_ago(age)}: {key_of('resume')} goes on with it"

    def adopt(self, load: Callable[[Path], None]) -> None:
        """Take over the session that was cut off last. Raises UserError where it cannot be, or there is none."""
        claim = None if self._ended else unfinished.claim_newest()
        if claim is None:
            raise SessionError("there is no session that was cut off")
        try:
            load(claim.path)
        except UserError:
            claim.set_aside()
            raise
        self.finish()
        self._release()
        self._claim = claim

    def look(self, experiment: Experiment | None) -> None:
        """Keep the run if that is due."""
        if experiment is not None and monotonic() >= self._next and self.due_in(experiment) == 0.0:
            self._write(experiment)

    def due_in(self, experiment: Experiment | None) -> float:
        """Seconds until the run is to be kept; inf where it has not changed since it was."""
        if self._ended or experiment is None or self._is_kept(experiment):
            return math.inf
        busy = self._writer is not None and self._writer.is_alive()
        return max(self._next - monotonic(), 0.05 if busy else 0.0)

    def rescue(self, experiment: Experiment | None) -> None:
        """Keep the run as it is now, whatever is due: the program ends. Returns when it is on disk."""
        self.finish()
        if experiment is not None and self.due_in(experiment) < math.inf:
            self._write(experiment)
            self.finish()
        self._ended = True

    def finish(self) -> None:
        """Wait for what is being written."""
        if self._writer is not None:
            self._writer.join()

    def end(self, *, discard: bool) -> None:
        """The program ends: forget the session, or leave it to the next one."""
        self._ended = True
        self.finish()
        self._release(discard=discard)

    @property
    def has_kept(self) -> bool:
        """Whether there is something to go on with."""
        return self._claim is not None and self._claim.path.is_file()

    def _release(self, *, discard: bool = True) -> None:
        if self._claim is not None:
            if discard:
                self._claim.discard()
            else:
                self._claim.give_up()

    def _is_kept(self, experiment: Experiment) -> bool:
        """Whether nothing has changed; another look at what has not is nothing to be kept."""
        run, shown = self._state(experiment)
        return self._kept is not None and run == self._kept[0] and (shown == self._kept[1] or not self._claim)

    def _state(self, experiment: Experiment) -> State:
        """What changes when there is something to keep: of the run, and of how it is looked at."""
        simulation, choice = experiment.simulation, experiment.choice
        run = (simulation.scenario, simulation.step_index, simulation.last_step, experiment.edits)
        run = *run, self.lockstep.state
        return run, (choice.weight, choice.sample, choice.place, self.looks())

    def _write(self, experiment: Experiment) -> None:
        from vgtui.tui.bringing_back import capture

        self._kept = self._state(experiment)
        self._next = monotonic() + INTERVAL
        write = capture(experiment, self.looks(), self.lockstep.kept(experiment))
        self._writer = threading.Thread(target=self._keep, args=(write,), name="keeper")
        self._writer.daemon = True
        self._writer.start()

    def _keep(self, write: Callable[..., None]) -> None:
        began = monotonic()
        try:
            if self._claim is None:
                self._claim = unfinished.claim_new()
            write(self._claim.path, compressed=False)
        except (UserError, MemoryError) as error:
            self._kept = None
            self._complain_once(str(error) or "out of memory")
        else:
            self._complained = False
        took = monotonic() - began
        self._next = monotonic() + max(INTERVAL, took / SHARE)

    def _complain_once(self, why: str) -> None:
        if not self._complained:
            self._complained = True
            self._complain(SessionError(f"the run is not kept for later: {why}"))


def _ago(seconds: float) -> str:
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // size)
        if count:
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"
