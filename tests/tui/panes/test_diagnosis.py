"""The diagnosis in the running app: what is wrong, what helped when it was tried, and the remedy applied."""

from __future__ import annotations

import vgtui
from tests.tui.driving import running
from vgtui.scenario.remedies import REMEDIES


async def test_findings_remedies_apply_and_undo():
    ill = vgtui.load_scenario("keras-moons")
    async with running(size=(80, 24)) as driver:
        await driver.press("S", "D")
        await driver.until_text("vanishing: slopes · layer 0, step 0")
        await driver.press("t")
        await driver.until_text("remedies tried at step 10")
        tried = driver.frame.remedies.trials.trials
        await driver.until_text(f"▸ {tried[0].name[:26]}")
        await driver.press("down")
        await driver.until_text(f"▸ {tried[1].name[:26]}")
        await driver.press("enter")
        remedy = next(remedy for remedy in REMEDIES if remedy.name == tried[1].name)
        await driver.until(lambda: driver.frame.scenario == remedy.edit(ill))
        await driver.press("u")
        await driver.until(lambda: driver.frame.scenario == ill)


async def test_trials_are_cancelled_by_the_same_key(monkeypatch):
    from vgtui.analysis import remedies

    monkeypatch.setattr(remedies, "LOOKS", 300)
    async with running() as driver:
        await driver.press("D")
        await driver.until_text("tries remedies")
        await driver.press("t")
        await driver.until_text("t cancels")
        await driver.press("t")
        await driver.until(lambda: driver.frame.remedies is None)
        await driver.until_text("tries remedies")
