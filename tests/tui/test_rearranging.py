"""The panes are moved, hidden, shown and exchanged by keys; only what is displayed costs anything."""

from __future__ import annotations

from tests.tui.driving import COCKPIT, Driver, running
from vgtui.tui.arrangement import READY, names_of
from vgtui.tui.memory import Kept, Memory


def titles(driver: Driver) -> list[str]:
    """The panes as they stand on the screen, row by row."""
    shown = driver.app.cockpit.displayed
    return [name for name in shown if driver.app.cockpit.panes[name].display]


async def test_panes_are_moved_hidden_and_shown_again(tmp_path):
    path = tmp_path / "cockpit.toml"
    async with running("zeros", size=COCKPIT) as driver:
        driver.app._memory = Memory(path)
        cockpit = driver.app.cockpit
        first = titles(driver)
        await driver.press("4", "ctrl+up")
        await driver.until(lambda: titles(driver) == ["gradient", "chain", "loss", "network", "weights"])
        await driver.until(lambda: cockpit.panes["loss"].region.y < cockpit.panes["network"].region.y)
        await driver.press("ctrl+left")
        await driver.until(lambda: "loss" in names_of(cockpit.columns[:1]))
        await driver.press("X")
        await driver.until(lambda: "loss" not in titles(driver))
        assert not cockpit.panes["loss"].display
        await driver.until(lambda: Memory(path).kept == Kept(columns=cockpit.columns))
        stale = cockpit.panes["loss"].frame
        await driver.press("s")
        await driver.until(lambda: "step 1 " in driver.text())
        assert cockpit.panes["loss"].frame is stale
        await driver.press("P")
        await driver.until_text("(hidden)")
        await driver.until_text("network)")  # the last word of a summary, in a line of its own
        await driver.press(*"accuracy")
        await driver.press("enter")
        await driver.until(
            lambda: titles(driver)[-1] == "loss" and driver.app.focused is cockpit.panes["loss"]
        )
        assert cockpit.panes["loss"].frame is driver.frame
        await driver.press("A")
        await driver.until(lambda: titles(driver) == first)
        await driver.press("A")
        await driver.until(lambda: cockpit.columns == READY["tune"][1])
        await driver.until(lambda: Memory(path).kept == Kept(arrangement="tune"))


async def test_a_pane_is_made_when_it_is_first_displayed():
    async with running("zeros") as driver:
        assert "time" not in driver.app.cockpit.panes
        await driver.press("6")
        await driver.until_text("No layer of this network goes through time")
        assert "time" in titles(driver)
        await driver.press("5")
        await driver.until(lambda: "time" not in titles(driver))
