"""A value that is no number any more: the run pauses, says where, and there is a way back."""

from __future__ import annotations

import math

import pytest

from tests.tui.driving import running


@pytest.mark.parametrize("keys", [["space"], ["S", "S"]])
async def test_enter_goes_back_to_the_last_finite_step(keys):
    async with running("explodes", size=(80, 24)) as driver:
        await driver.press(*keys)
        await driver.until_text("Go back to step")
        assert "weight @ x + bias gave" in driver.text()
        behind = driver.app.cockpit.state_line
        told = f"step {driver.frame.record.step} · epoch"
        await driver.until(lambda: behind.shown is not None and told in behind.shown.row_text(0))
        assert behind.shown.row_text(1).startswith(" loss is nan at step")
        step = driver.frame.record.step
        await driver.press("enter")
        await driver.until(lambda: driver.frame.record.step < step)
        assert math.isfinite(driver.frame.record.loss)
        assert driver.frame.status == "paused"


async def test_escape_stays_and_it_is_not_asked_again():
    async with running("explodes", size=(80, 24)) as driver:
        await driver.press("space")
        await driver.until_text("Go back to step")
        await driver.press("escape")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)
        assert math.isnan(driver.frame.record.loss)
        step = driver.frame.record.step
        await driver.until_text(f"paused · step {step}")
        await driver.press("s")
        await driver.until(lambda: driver.frame.record.step == step + 1)
        assert len(driver.app.screen_stack) == 1
