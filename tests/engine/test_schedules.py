"""Learning rates over time, each by its closed form computed here."""

from __future__ import annotations

import math

import pytest

from tests.engine.networks import LINEAR_OUT, simulation

BASE = 0.25


def rates(count: int = 40, **training: object) -> list[float]:
    """The learning rates of the first updates, as the records tell them."""
    sim = simulation(LINEAR_OUT, learning_rate=BASE, **training)
    return [sim.step().learning_rate for _ in range(count)]


def test_constant_stays() -> None:
    assert rates(5) == [BASE] * 5


def test_step_falls_by_its_factor_every_so_many_updates() -> None:
    found = rates(schedule="step", decay_rate=0.5, decay_steps=10)
    assert found[0] == found[9] == BASE
    assert found[10] == found[19] == BASE / 2
    assert found[39] == BASE / 8


def test_exponential_falls_smoothly_as_keras_has_it() -> None:
    found = rates(schedule="exponential", decay_rate=0.5, decay_steps=10)
    for t in (0, 1, 7, 10, 33):
        assert found[t] == pytest.approx(BASE * math.exp(math.log(0.5) * t / 10), rel=1e-12)


def test_inverse_time_falls_hyperbolically_as_keras_has_it() -> None:
    found = rates(schedule="inverse_time", decay_rate=0.5, decay_steps=4)
    for t in (0, 1, 8, 39):
        assert found[t] == pytest.approx(BASE / (1 + t / 8), rel=1e-12)


def test_cosine_goes_down_half_a_wave_to_the_minimum_and_stays_there() -> None:
    found = rates(schedule="cosine", decay_steps=20, minimum_rate=0.05)
    assert found[0] == pytest.approx(BASE, rel=1e-12)
    assert found[10] == pytest.approx((BASE + 0.05) / 2, rel=1e-12)
    assert found[5] == pytest.approx(0.05 + (BASE - 0.05) * (1 + math.sqrt(0.5)) / 2, rel=1e-12)
    assert found[20:] == pytest.approx([0.05] * 20, rel=1e-12)


@pytest.mark.parametrize("schedule", ["constant", "step", "exponential", "inverse_time", "cosine"])
def test_warm_up_rises_in_a_line_and_the_schedule_counts_from_its_end(schedule: str) -> None:
    settings = {"schedule": schedule, "decay_rate": 0.5, "decay_steps": 6}
    plain, warm = rates(20, **settings), rates(24, warmup_steps=4, **settings)
    assert warm[:4] == pytest.approx([BASE / 4, BASE / 2, 3 * BASE / 4, BASE])
    assert warm[4:] == plain


@pytest.mark.parametrize("schedule", ["step", "exponential", "inverse_time", "cosine"])
def test_the_rate_that_is_told_is_the_one_that_is_used(schedule: str) -> None:
    sim = simulation(
        LINEAR_OUT, learning_rate=BASE, optimizer="sgd", schedule=schedule, decay_steps=3, warmup_steps=2
    )
    sim.step(7)
    before = sim.parameters["0.bias"][0]
    rate = sim.step().learning_rate
    assert rate < BASE
    assert sim.parameters["0.bias"][0] == pytest.approx(before - rate * sim.gradients["0.bias"][0], rel=1e-12)
