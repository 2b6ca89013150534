"""The diagnosis over the running app: what is wrong, what helped when it was tried, and the remedy applied."""

from __future__ import annotations

import pytest

import vgtui
from tests.tui.driving import running
from vgtui.scenario.remedies import REMEDIES


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_findings_remedies_apply_and_undo(size):
    ill = vgtui.load_scenario("keras-moons")
    async with running(size=size) as driver:
        await driver.press("S", "D")
        await driver.until_text("after 10 updates: 1 finding")
        await driver.until_text("vanishing slopes · layer 0, step 0")
        await driver.press("t")
        await driver.until_text("the remedies below were tried")
        best = driver.app.runner.consultation.told.trials.trials[0]
        await driver.until_text(f"{best.name} ")
        assert driver.frame.record.step == 10
        await driver.press("enter")
        remedy = next(remedy for remedy in REMEDIES if remedy.name == best.name)
        await driver.until(lambda: driver.frame.scenario == remedy.edit(ill))
        await driver.press("u")
        await driver.until(lambda: driver.frame.scenario == ill)


async def test_a_sound_network_gets_a_clean_bill_and_the_run_goes_on():
    async with running("relu-he") as driver:
        await driver.press("space", "D")
        await driver.until_text("nothing wrong was found")
        step = driver.frame.record.step
        await driver.until(lambda: driver.frame.record.step > step)
        await driver.press("escape")
        await driver.until(lambda: "Diagnosis" not in driver.text())


async def test_trials_are_cancelled_by_the_same_key_and_by_leaving(monkeypatch):
    from vgtui.analysis import remedies

    monkeypatch.setattr(remedies, "LOOKS", 300)
    async with running("tanh-50") as driver:
        await driver.press("D", "t")
        await driver.until_text("t cancels")
        await driver.press("t")
        await driver.until_text("cancelled")
        await driver.press("t")
        await driver.until_text("t cancels")
        await driver.press("escape")
        await driver.until(lambda: not driver.app.runner.consultation.told.busy)
        assert driver.app.runner.consultation.told.trials is None
