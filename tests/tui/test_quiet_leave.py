"""Nothing that the terminal still answers is typed into the shell."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from vgtui.tui import quiet_leave
from vgtui.tui.acknowledgement import Acknowledgement
from vgtui.tui.quiet_leave import LONGEST, QuietLeave


class App(QuietLeave):
    """What of an app this needs; `tick` lets a timer pass."""

    def __init__(self) -> None:
        self.live_output = SimpleNamespace(is_held=False, acknowledgement=Acknowledgement())
        self.timers: list[Callable[[], None]] = []
        self.left = False

    def set_timer(self, seconds: float, call: Callable[[], None]) -> None:
        self.timers.append(call)

    def exit(self) -> None:
        self.left = True

    def tick(self) -> None:
        self.timers.pop()()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(time=100.0)
    monkeypatch.setattr(quiet_leave, "monotonic", lambda: now.time)
    return now


def test_it_leaves_at_once_when_everything_was_answered(clock: SimpleNamespace) -> None:
    app = App()
    app.action_quit()
    assert app.left


def test_it_asks_nothing_more_and_leaves_with_the_last_answer(clock: SimpleNamespace) -> None:
    app = App()
    app.live_output.acknowledgement.sent(clock.time)
    app.action_quit()
    assert app.live_output.is_held
    app.tick()
    assert not app.left
    app.live_output.acknowledgement.answered()
    app.tick()
    assert app.left


def test_a_terminal_that_does_not_answer_holds_nobody_up(clock: SimpleNamespace) -> None:
    app = App()
    app.live_output.acknowledgement.sent(clock.time)
    app.action_quit()
    clock.time += LONGEST + 0.1
    app.tick()
    assert app.left
