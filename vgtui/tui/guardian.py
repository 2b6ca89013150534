"""Ends the program in good order when it is told to, or when its terminal is gone, whatever the screen is doing.

The stock behaviour: a hangup kills at once, a terminal that is gone without one is read for ever, and the end of
the process leaves the terminal in the app's hands.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from vgtui.tui import capabilities
from vgtui.tui.crash import last_words
from vgtui.tui.drawing.counterparts import Counterparts
from vgtui.tui.heaps import bound_heaps
from vgtui.tui.leaving import report

if TYPE_CHECKING:
    from vgtui.tui.app import VgtuiApp

PATROL = 0.25
"""Seconds from one look to the next at whether the terminal is still there."""

RESCUE = 0.6
"""Seconds that the session is given to get to disk."""

LEAVE = 0.9
"""Seconds after which the process ends, however far it is."""

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT)

RESTORE = (
    "\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    "\x1b[<u\x1b[m\x1b[?1049l\x1b[?25h\x1b[?1004l"
)
"""The screen that was there before, a cursor, no mouse: what the app would write on its way out."""


class Guardian:
    """Waits, in a thread of its own, for the end that nobody chose. All but `watch` happens there.

    rescue   keeps what is to be kept, within so many seconds
    leave    lets the app end by itself; called only while there is a terminal to be restored
    abandon  ends what would outlive the process
    words    what there is to say in the end, by lines
    """

    def __init__(
        self,
        rescue: Callable[[float], None],
        leave: Callable[[], None],
        abandon: Callable[[], None],
        words: Callable[[], str],
    ) -> None:
        self.signal: signal.Signals | None = None
        self._rescue = rescue
        self._leave = leave
        self._abandon = abandon
        self._words = words
        self._signals: SimpleQueue[int] = SimpleQueue()
        self._settings: list[Any] | None = None

    def watch(self) -> None:
        """From now on; in the main thread."""
        self._settings = _terminal_settings()
        for number in SIGNALS:
            signal.signal(number, lambda got, _: self._signals.put(got))
        threading.Thread(target=self._watch, name="guardian", daemon=True).start()

    def _watch(self) -> None:
        terminal = None if self._settings is None else sys.__stdin__
        number = None
        while number is None:
            try:
                number = self._signals.get(timeout=PATROL)
            except Empty:
                if terminal is not None and has_hung_up(terminal.fileno()):
                    number = signal.SIGHUP
        self.signal = signal.Signals(number)
        self._end(self.signal)

    def _end(self, number: signal.Signals) -> None:
        end = monotonic() + LEAVE
        self._rescue(RESCUE)
        if number != signal.SIGHUP:
            self._leave()
            while monotonic() < end:
                sleep(0.01)
            self._restore()
        self._abandon()
        os._exit(exit_code(number))

    def _restore(self) -> None:
        """Give the terminal back without waiting for it to read."""
        import termios

        if sys.__stderr__ is None or self._settings is None:
            return
        terminal = sys.__stderr__.fileno()
        os.set_blocking(terminal, False)
        with contextlib.suppress(OSError):
            os.write(terminal, (RESTORE + self._words().replace("\n", "\r\n")).encode())
        os.set_blocking(terminal, True)
        with contextlib.suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, self._settings)


KEPT = "vgtui: the session is kept; go on with it: vgtui --resume\n"


def exit_code(number: signal.Signals) -> int:
    """As a shell tells it: 128 and the signal."""
    return 128 + number


def has_hung_up(handle: int) -> bool:
    """Whether there is nobody any more at the other end of a terminal."""
    poll = select.poll()
    poll.register(handle, 0)
    return any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def _terminal_settings() -> list[Any] | None:
    """Echo, line mode and the like, as they are before the app; None where it is read from no terminal."""
    import termios

    if sys.__stdin__ is None or not sys.__stdin__.isatty():
        return None
    try:
        return termios.tcgetattr(sys.__stdin__.fileno())
    except termios.error:
        return None


def run_guarded(app: VgtuiApp) -> int:
    """Run the app to its end, whatever end that is, and return the exit code.

    A run that was quit is over; any other is left to be gone on with. What went wrong in the engine is told last.
    """
    bound_heaps()
    runner = app.runner

    def words() -> str:
        return KEPT if runner.keeper.has_kept else ""

    guardian = Guardian(runner.rescue, lambda: app.call_later(app.exit), lambda: runner.stop(0.0), words)
    guardian.watch()
    app.run()
    crash = app.crash or runner.failure
    quit_by_hand = guardian.signal is None and app.return_code == 0 and not crash
    runner.keeper.end(discard=quit_by_hand)
    if quit_by_hand:
        if runner.stop():
            characters, _ = capabilities.characters(capabilities.original())
            sys.stdout.write(report(app).translate(Counterparts(characters)))
        return 0
    if crash:
        sys.stderr.write(last_words(crash, runner.frame.scenario, keep=app.REPORTS_CRASHES))
    sys.stderr.write(words())
    if guardian.signal is not None:
        sys.stderr.flush()
        os._exit(exit_code(guardian.signal))  # threads may still compute: there is nothing to be finalised
    return app.return_code or 1
