"""The speed of a run, against a clock of the test's own."""

from __future__ import annotations

import pytest

from vgtui.tui import pace
from vgtui.tui.pace import SPEEDS, Pace


class Clock:
    """Goes on only when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(pace, "perf_counter", clock)
    return clock


def steps_made(clock: Clock, speed: int | None, seconds: float, cost: float) -> int:
    """Of a run that takes what is due and then sleeps for as long as it may, each step taking `cost` seconds."""
    run, made, end = Pace(), 0, clock.now + seconds
    while clock.now < end:
        count = run.chunk(speed)
        if count:
            clock.now += count * cost
            run.took(count, count * cost)
            made += count
        else:
            clock.now += max(run.idle(speed), 1e-6)
    return made


@pytest.mark.parametrize("speed", [speed for speed in SPEEDS if speed is not None])
def test_the_chosen_speed_is_kept_where_the_engine_can(clock: Clock, speed: int) -> None:
    assert steps_made(clock, speed, 20.0, cost=1e-5) == pytest.approx(20 * speed, abs=1 + speed / 20)


@pytest.mark.parametrize("speed", [1000, 10_000, None])
def test_where_the_engine_cannot_it_makes_what_it_can(clock: Clock, speed: int | None) -> None:
    assert steps_made(clock, speed, 20.0, cost=0.004) == pytest.approx(5000, rel=0.02)


def test_what_could_not_be_made_in_time_is_let_go(clock: Clock) -> None:
    run, made = Pace(), 0
    for awake in (True, False):
        clock.now += 0.0 if awake else 60.0
        for _ in range(100):  # at one moment
            count = run.chunk(100)
            if count:
                run.took(count, count * 1e-5)
            made += count
    assert 0 < made <= 12
