"""The engine's thread: requests go in from the screen, frozen frames come out; neither waits."""

from __future__ import annotations

import gc
import math
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec.structs import replace

from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Scenario
from vgtui.tui.choice import Sight
from vgtui.tui.comparing import CellsBeside
from vgtui.tui.findings import Findings
from vgtui.tui.frame import LOADING, Frame, Notice, Status
from vgtui.tui.keeping import Keeper
from vgtui.tui.keymap import key_of
from vgtui.tui.lockstep import Lockstep
from vgtui.tui.network_requests import NetworkRequests
from vgtui.tui.pace import DEFAULT_SPEED, SPEEDS, Pace
from vgtui.tui.requests import TimeRequests, superseded
from vgtui.tui.seeds import SeedsBeside
from vgtui.tui.session_requests import SessionRequests
from vgtui.tui.teaching import Teaching
from vgtui.tui.trying import RemediesBeside
from vgtui.tui.warming import Warming

if TYPE_CHECKING:
    from vgtui.engine.faces import Face
    from vgtui.engine.simulation import Simulation
    from vgtui.tui.experiment import Experiment
    from vgtui.tui.looks import Looks


class Runner(SessionRequests, NetworkRequests, TimeRequests):
    """Runs an experiment in a daemon thread of its own.

    Every request returns at once and is answered by a later frame. `frame` is the newest one, in a single
    slot: whoever looks late misses frames, and the engine never waits. `on_news` is called from the engine's
    thread whenever there is a new frame or notice; it must not block. With `keep` the run is kept on disk while
    it goes on; with `resume` it begins with the session that was cut off last.
    """

    def __init__(
        self,
        scenario: Scenario,
        on_news: Callable[[], None],
        *,
        session: Path | None = None,
        resume: bool = False,
        keep: bool = False,
        history_megabytes: float = HISTORY_MEGABYTES,
        against: Scenario | None = None,
    ) -> None:
        self.frame = Frame(0, "loading", LOADING, scenario)
        self.speed: int | None = DEFAULT_SPEED
        self.failure = ""
        self.first_name = ""  # of what it begins with
        self._on_news = on_news
        self.keeper = Keeper(lambda error: self._tell(Notice(str(error), severity="warning")), keep)
        self._session = session
        self._resume = resume
        self._history_megabytes = history_megabytes
        self._against = against
        self._experiment: Experiment | None = None
        self._restored: Looks | None = None
        self._lockstep = self.keeper.lockstep = Lockstep()
        self._teaching = Teaching()
        self._requests: deque[Callable[[], None]] = deque()
        self._notices: deque[Notice] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._running = False
        self._goal: int | None = None
        self._failed = False
        self._news = False
        self._message = ""
        self._sight = Sight()
        self.pace = Pace()
        self._warming = Warming()
        self._cells = CellsBeside(self._refresh, self._complain, lambda: self._warming.is_busy)
        self._seeds = SeedsBeside(self._refresh, self._complain)
        self._remedies = RemediesBeside(self._refresh, self._complain)
        self._findings = Findings(self._refresh, self._complain)
        self._thread = threading.Thread(target=self._main, name="engine", daemon=True)

    # ---- requests, from any thread

    @property
    def simulation(self) -> Simulation | None:
        """What is run; to be touched only once the thread has ended."""
        return None if self._experiment is None else self._experiment.simulation

    def start(self) -> None:
        """Load the engine, then answer requests until `stop`."""
        sys.setswitchinterval(1e-4)  # the screen waits at most this long for a thread that computes in Python
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> bool:
        """End the thread; false if it has not ended in time (it is a daemon, so that holds nothing up)."""
        self._stopping = True
        for beside in (self._remedies, self._cells, self._seeds, self._findings):
            beside.end()
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        self._warming.end()
        return not self._thread.is_alive()

    def ask(self, request: Callable[[Experiment], None]) -> None:
        """Have `request` done in the engine's thread, before the next step."""
        self._demand(lambda: request(self._present()))

    def _demand(self, request: Callable[[], None]) -> None:
        self._requests.append(request)
        self._wake.set()

    def toggle(self) -> None:
        """Run, or pause."""
        self.ask(lambda _: self._set_running(not self._running))

    def run(self, count: int) -> None:
        """Train for `count` steps at the chosen speed, then pause."""
        self.ask(lambda experiment: self._set_running(True, experiment.step_index + count))

    def pause(self) -> None:
        """Stop stepping."""
        self.ask(lambda _: self._set_running(False))

    def change_speed(self, places: int) -> int | None:
        """So many places up or down in SPEEDS; the speed that it is then."""
        place = SPEEDS.index(self.speed) + places
        self.speed = SPEEDS[max(0, min(place, len(SPEEDS) - 1))]
        self._wake.set()
        return self.speed

    def take_notices(self, serial: int) -> list[Notice]:
        """The notices since the last call of which the frame of that number shows what they are about."""
        notices = []
        while self._notices and self._notices[0].since <= serial:
            notices.append(self._notices.popleft())
        return notices

    # ---- the engine's thread

    def _main(self) -> None:
        from vgtui.tui.libraries import map_libraries

        map_libraries()
        import vgtui.tui.second_frame  # noqa: F401
        from vgtui.engine.faces import compiling_by

        offer = "" if self._resume or self._session else self.keeper.offer()
        if offer:
            self._tell(Notice(offer))
        with compiling_by(self._compile):
            self._answer_requests(offer)

    def _answer_requests(self, offer: str) -> None:
        first = self.frame.scenario
        self._requests.appendleft(lambda: self._open(first, offer))
        self._turn()
        self._load_the_rest()
        gc.freeze()  # what is loaded by now stays: going through all of it again would stop the screen
        gc.enable()
        while not self._stopping:
            self._turn()
            if not self._requests and not self._stopping:
                self._wake.wait(self._idle())

    def _load_the_rest(self) -> None:
        from vgtui.scenario.library import presets

        presets()  # which are kept, for the list of them to open at once
        import vgtui.tui.later_frames  # noqa: F401

        self._publish_bare(self.frame.status, self.frame.message, loaded=True)

    def _compile(self, faces: list[Face], numbers: str) -> None:
        """Have faces compiled beside this process; whoever needs them waits, and the screen goes on."""
        began = perf_counter()
        mine = threading.current_thread() is self._thread

        def report(done: int) -> None:
            if mine:
                self._report_compiling(done, len(faces), perf_counter() - began)

        names = [face.name for face in faces]
        try:
            self._warming.compile(names, numbers, report, lambda: self._stopping, rest=mine)
        except UserError as error:
            self._notify(error)
        if self._stopping:
            raise SystemExit  # of this thread

    def _report_compiling(self, done: int, count: int, seconds: float) -> None:
        then = ", then what was asked for" if self._requests else ""
        self._publish_bare(
            "compiling", f"compiling kernels, this once: {done} of {count}{then}", waited=seconds
        )

    def _present(self) -> Experiment:
        if self._experiment is None:
            raise UserError("nothing is open; open a preset or a file")
        return self._experiment

    def _turn(self) -> None:
        """One round: what was asked for, then steps if running, then a frame if there is something new."""
        self._wake.clear()
        asked = self._answer()
        if self._running and not self._guard(self._advance):
            self._running = False
        self.keeper.look(self._experiment)
        self._news = self._news or self._until_finding() <= 0.0
        if self._news and (asked or not self._running or self.pace.until_frame() <= 0):
            self._news = False
            if not self._guard(self._publish):
                self._publish_bare("failed", self._message)

    def _idle(self) -> float | None:
        """Seconds until there is something to do unasked; None for never."""
        step = self.pace.idle(self.speed) if self._running else math.inf
        if step == 0.0:
            return 0.0
        unasked = min(self._until_finding(), self.keeper.due_in(self._experiment))
        if not self._running:
            return None if math.isinf(unasked) else unasked
        idle = min(step, unasked)
        return min(idle, max(0.0, self.pace.until_frame())) if self._news else idle

    def _until_finding(self) -> float:
        """Seconds until something is to be found for a pane; inf for never as it stands."""
        experiment = self._experiment
        return math.inf if experiment is None else self._findings.until_due(experiment, self._running)

    def _answer(self) -> bool:
        """Do everything that was asked for; true if there was anything."""
        asked = False
        while self._requests and not self._stopping:
            asked = self._news = True
            self._message = ""
            self._failed = False
            request = self._requests.popleft()
            if not superseded(request, self._requests):
                self._guard(request)
        return asked

    def _guard(self, work: Callable[[], None]) -> bool:
        """Do some work; what goes wrong becomes a line on the screen and never ends the thread."""
        try:
            work()
        except UserError as error:
            self._notify(error)
        except MemoryError as error:
            self._notify(UserError(f"out of memory: {error}"))
        except Exception as error:
            self._fail(error)
        else:
            return True
        return False

    def _advance(self) -> None:
        """One call of the engine, no longer than KERNEL_TIME if it can be helped."""
        experiment = self._present()
        count = min(self.pace.chunk(self.speed), experiment.stride)
        goal = experiment.end if self._goal is None else self._goal
        remaining = goal - experiment.step_index
        if remaining > 0:
            count = min(count, remaining)
        if count == 0:
            return
        began = perf_counter()
        self._lockstep.step(experiment, count)
        self.pace.took(count, perf_counter() - began)
        self._news = True
        if experiment.is_nan:
            experiment.seek_nan(experiment.step_index - count)
            self._stumble(experiment)
        elif count == remaining:
            epochs = experiment.scenario.training.epochs
            done = f"{epochs} epoch{'s' * (epochs != 1)} done; " if self._goal is None else ""
            self._halt(f"{done}{key_of('run')} goes on")

    def _halt(self, message: str) -> None:
        self._running = False
        self._message = message

    def _set_running(self, running: bool, goal: int | None = None) -> None:
        if running and self._present().leave():
            self._tell(Notice("a branch of its own, without the edits that lay ahead"))
        self._running = running
        self._goal = goal
        self.pace.begin()

    def _stumble(self, experiment: Experiment) -> None:
        """Say where and why the loss is no number any more, and offer to go back."""
        found = experiment.nonfinite()
        said = f"loss is nan at step {experiment.step_index}; {key_of('back')} steps back"
        self._halt(said if found is None else f"{said}: {found.sentence}")
        if found is not None:
            self._tell(Notice(found.sentence, nonfinite=found, since=self.frame.serial + 1))

    def _complain(self, text: str) -> None:
        """Something went wrong beside the run, which goes on."""
        self._tell(Notice(text, severity="error"))

    def _refresh(self) -> None:
        """There is something new beside the run: a frame is due."""
        self._news = True
        self._wake.set()

    def _notify(self, error: UserError) -> None:
        self._message = str(error)
        self._tell(Notice(str(error), error.place, "error"))

    def _fail(self, error: Exception) -> None:
        self._running = False
        self._failed = True
        self.failure = traceback.format_exc()
        self._message = " ".join(f"{type(error).__name__}: {error}".split())

    def _tell(self, notice: Notice) -> None:
        self._notices.append(notice)
        self._on_news()

    # ---- frames

    def _publish_bare(self, status: Status, message: str, **changes: float | bool) -> None:
        """The last frame again with another word to it, where there is none to compute."""
        self._put(
            replace(self.frame, serial=self.frame.serial + 1, status=status, message=message, **changes)
        )

    def _publish(self) -> None:
        """A frame of the experiment as it is now, with what is only computed for the screen."""
        experiment = self._experiment
        if experiment is None:
            self._publish_bare("failed", self._message)
            return
        experiment.sight = self._sight
        if not self._running:
            self._lockstep.settle(experiment)
        findings = self._findings.look(experiment, self._running)
        began = perf_counter()
        frame = experiment.frame(
            serial=self.frame.serial + 1,
            loaded=self.frame.loaded,
            status="failed" if self._failed else "running" if self._running else "paused",
            message=self._message,
            cells=self._cells.told,
            findings=findings,
            seeds=self._seeds.look(experiment.scenario),
            remedies=self._remedies.told,
            steps_per_second=self.pace.rate() if self._running else 0.0,
            rival=self._lockstep.look(experiment),
            paired=self._lockstep.is_on,
            restored=self._restored,
        )
        self.pace.drew(perf_counter() - began)
        self._put(frame)

    def _put(self, frame: Frame) -> None:
        self.frame = frame
        self._on_news()
