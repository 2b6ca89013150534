"""A letter on each pane and group of rows; pressing it goes there."""

from __future__ import annotations

from tests.tui.driving import COCKPIT, running
from vgtui.tui.screens.jump import JumpScreen


async def test_a_letter_goes_to_its_pane_and_to_a_group_of_rows():
    async with running(size=COCKPIT) as driver:
        cockpit = driver.app.cockpit
        await driver.press("semicolon")
        await driver.until(lambda: isinstance(driver.app.screen, JumpScreen) and " d " in driver.text())
        order = cockpit.displayed
        await driver.press("sdfgh"[order.index("loss") - 1])
        await driver.until(lambda: driver.app.focused is cockpit.panes["loss"])
        await driver.press("semicolon")
        await driver.until(lambda: isinstance(driver.app.screen, JumpScreen) and " d " in driver.text())
        ledger = cockpit.panes["network"].ledger
        before = ledger.row.place
        await driver.press("asdfghjkl"[len(order)])
        await driver.until(lambda: driver.app.focused is ledger and ledger.row.place != before)
        await driver.press("semicolon")
        await driver.until(lambda: isinstance(driver.app.screen, JumpScreen) and " d " in driver.text())
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is cockpit)
        assert driver.app.focused is ledger
