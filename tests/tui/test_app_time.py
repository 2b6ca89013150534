"""Time under the user's hands in the real app: the line over the run, branches, and a step in its parts."""

from __future__ import annotations

from textual.events import MouseDown, MouseMove, MouseUp

from tests.tui.driving import COCKPIT, Driver, running
from vgtui.tui.drawing.time_bar import track


def mouse(driver: Driver, kind: type[MouseDown | MouseMove | MouseUp], x: int) -> None:
    """At column x of the line; beyond it, as when it is held."""
    bar = driver.app.cockpit.time_bar
    y = bar.region.y
    bar.post_message(kind(bar, x, 0, 0, 0, 1, False, False, False, screen_x=x, screen_y=y))


async def test_the_line_is_dragged_to_any_step_and_an_edit_there_is_a_branch_that_the_list_leads_back_from():
    async with running(size=COCKPIT) as driver:
        await driver.press("greater_than_sign")
        await driver.until_text("step 100 of 100 ")
        start, length = track(driver.frame, driver.app.cockpit.time_bar.size.width)
        mouse(driver, MouseDown, start + length // 2)
        await driver.until(lambda: 45 <= driver.frame.record.step <= 55)
        for x in (start + 30, start + 20, start + 10, -5):
            mouse(driver, MouseMove, x)
        mouse(driver, MouseUp, -5)
        await driver.until_text("step   0 of 100 ")
        await driver.press("S", "e", "right")
        await driver.until_text("branch 2, 2 in all")
        mouse(driver, MouseDown, driver.app.cockpit.time_bar.size.width - 5)
        await driver.until_text(
            "From step 10 of branch 1: activation of layers 0 to 7: sigmoid → hard_sigmoid"
        )
        await driver.press(*"the first run", "enter")
        await driver.until_text("branch 1, 2 in all")
        assert (driver.frame.record.step, driver.frame.branch) == (100, 1)
        await driver.press("circumflex_accent")
        await driver.until(lambda: driver.frame.record.step == 0)
        await driver.press("dollar_sign")
        await driver.until(lambda: driver.frame.record.step == 100)


async def test_a_step_is_played_part_by_part_by_a_key_or_in_slow_motion():
    async with running("width-1", size=(80, 24)) as driver:
        await driver.press("i", "i")
        await driver.until_text("forward through layer 0 (1 of ")
        await driver.press("escape")
        await driver.until(lambda: driver.frame.revealed is None)
        await driver.press("I")
        await driver.until_text("forward through layer 1 (2 of ")
        assert driver.app.slow_motion.is_playing
        await driver.press("I")
        assert not driver.app.slow_motion.is_playing
        assert driver.frame.record.step == 0
