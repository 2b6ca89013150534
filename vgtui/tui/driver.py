"""Textual's driver, which can be stopped and continued at any moment, also for terminals that cannot show all of it."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import re
import signal
import termios
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.geometry import Size

from vgtui.tui.capabilities import SIMPLE
from vgtui.tui.drawing.counterparts import Counterparts
from vgtui.tui.floor_plan import LARGEST
from vgtui.tui.monochrome import Monochrome
from vgtui.tui.prompt_writer import PromptWriter

if TYPE_CHECKING:
    from textual.app import App
    from textual.message import Message

QUESTIONS = re.compile(r"\x1b\[(?:[<>=][0-9]*u|\?[0-9]+\$p)")
"""Of the kitty keyboard and of modes, which simple terminals print in part instead of passing over them."""

Change = Callable[[str], str]


def _decoder(encoding: str) -> Callable[[], codecs.IncrementalDecoder]:
    """Of what is typed; a byte that is none of this encoding, as terminals of another one send it, is passed over."""
    return partial(codecs.getincrementaldecoder(encoding), errors="ignore")


linux_driver.getincrementaldecoder = _decoder  # type: ignore[assignment]
linux_driver.WriterThread = PromptWriter  # type: ignore[misc]


def bounded(size: Size) -> Size:
    """As much as is drawn of a terminal of that size."""
    return Size(*map(min, size, LARGEST))


class JobDriver(LinuxDriver):
    """Gives the terminal back when the program is stopped, and takes it again once, however often it is continued.

    Textual's own takes it again with every SIGCONT, also where it never gave it back: two threads then read the
    keys, and in the end the terminal stays raw. Stopped before it has the terminal, or while it takes it, it fails.
    """

    def __init__(self, app: App[Any], **settings: Any) -> None:
        self._earlier: Any = signal.getsignal(signal.SIGTSTP)
        self._has_terminal = self._is_away = False
        self._is_changing = self._is_to_stop = self._is_continued = False
        self._alarm: tuple[int, int] | None = None
        super().__init__(app, **settings)
        if self._earlier == signal.SIG_IGN:
            signal.signal(signal.SIGTSTP, signal.SIG_IGN)

    def start_application_mode(self) -> None:
        """Take the terminal; in the background it is not to be had, and taken when the program is continued next."""
        self._earlier = signal.SIG_DFL
        if self._alarm is None:
            self._alarm = _wake_at_signals()
        self._is_continued = True
        while self._is_continued and not self._has_terminal:
            self._change(super().start_application_mode)
            self._has_terminal = self._is_raw()
        self._is_away = not self._has_terminal
        if self._is_to_stop:
            self._sigtstp_application()

    def stop_application_mode(self) -> None:
        """Give it back."""
        self._has_terminal = False
        self._change(super().stop_application_mode)

    def suspend_application_mode(self) -> None:
        """Give it back for a while. Signals wake the loop meanwhile too: any thread may be the one told to go on."""
        self.stop_application_mode()
        super().close()

    def close(self) -> None:
        """Signals wake nobody any more."""
        super().close()
        if self._alarm is not None:
            signal.set_wakeup_fd(-1)
            with contextlib.suppress(RuntimeError):  # where the loop has ended before
                asyncio.get_running_loop().remove_reader(self._alarm[0])
            for end in self._alarm:
                os.close(end)
            self._alarm = None

    def run_input_thread(self) -> None:
        """Read the keys; where what a terminal sends cannot be understood, go on behind it."""
        while not self.exit_event.is_set():
            with contextlib.suppress(ValueError, OverflowError):  # numbers of keys that there are not
                super().run_input_thread()

    def _get_terminal_size(self) -> tuple[int, int]:
        return bounded(Size(*super()._get_terminal_size()))

    def send_message(self, message: Message) -> None:
        """Hand over what was typed. Textual's own makes a task and two futures of it, for a result nobody asks for."""
        if isinstance(message, Resize):  # as some terminals tell it between the keys
            message = Resize.from_dimensions(bounded(message.size), message.pixel_size)
        self._loop.call_soon_threadsafe(self._app.post_message, message)

    def _change(self, change: Callable[[], None]) -> None:
        """Whoever wants the program stopped or continued meanwhile waits until that is done."""
        self._is_changing, self._is_to_stop, self._is_continued = True, False, False
        try:
            change()
        finally:
            self._is_changing = False

    def _is_raw(self) -> bool:
        """Whether keys come one by one, or from no terminal."""
        return not os.isatty(self.fileno) or not termios.tcgetattr(self.fileno)[3] & termios.ICANON

    def _sigtstp_application(self, *_: Any) -> None:
        if self._is_changing:
            self._is_to_stop = True
        elif callable(self._earlier):
            self._earlier(signal.SIGTSTP, None)
        elif not self._has_terminal:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            self._is_away = self._must_signal_resume = True
            self.suspend_application_mode()
            if self._is_continued:
                self._sigcont_application()
            else:
                os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: Any) -> None:
        if self._is_changing:
            self._is_continued = True
        elif self._is_away:
            self._is_away = False
            self.resume_application_mode()
        elif self._has_terminal:  # whoever stopped it without a word may have written over the screen
            self.send_message(self.SignalResume())


def _wake_at_signals() -> tuple[int, int]:
    """Have a signal wake the event loop, which answers it, also where the system hands it to another thread.

    Returns both ends of the pipe for that.
    """
    hears, rings = os.pipe()
    for end in (hears, rings):
        os.set_blocking(end, False)
    asyncio.get_running_loop().add_reader(hears, os.read, hears, 4096)
    signal.set_wakeup_fd(rings, warn_on_full_buffer=False)
    return hears, rings


def driver_for(name: str, characters: str, has_colour: bool) -> type[JobDriver]:
    """The driver of a terminal called `name` in TERM."""
    if has_colour and characters == "utf-8" and name not in SIMPLE:
        return JobDriver

    class ChangingDriver(JobDriver):
        """What is written goes through all changes that the terminal needs."""

        def __init__(self, app: App[Any], **settings: Any) -> None:
            self._changes: list[Change] = []
            if not has_colour:
                self._changes.append(Monochrome(lambda: app.current_theme.dark))
            if characters != "utf-8":
                table = Counterparts(characters)
                self._changes.append(lambda data: data.translate(table))
            if name in SIMPLE:
                self._changes.append(lambda data: QUESTIONS.sub("", data))
            super().__init__(app, **settings)

        def write(self, data: str) -> None:
            for change in self._changes:
                data = change(data)
            super().write(data)

    return ChangingDriver
