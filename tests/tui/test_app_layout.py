"""The screen at every size: what is shown, and that nothing is lost when it changes."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.tui.driving import COCKPIT, Driver, running

EVERY_PANE = ("1 Gradient flow", "2 Chain rule", "3 Network", "4 Loss", "5 Weights")


def bordered(driver: Driver) -> list[str]:
    return [title for title in EVERY_PANE if f"─ {title} ─" in driver.text()]


async def test_where_there_is_room_every_pane_is_shown_and_one_column_or_row_less_is_too_little():
    async with running("zeros", size=COCKPIT) as driver:
        for size in ((120, 40), (99, 40), (100, 30), (120, 29), (200, 60)):
            await driver.pilot.resize_terminal(*size)
            room = size[0] >= 100 and size[1] >= 30
            shown = list(EVERY_PANE) if room else ["1 Gradient flow"]
            await driver.until(lambda shown=shown: bordered(driver) == shown)


async def test_where_there_is_less_the_panes_take_turns():
    async with running("zeros", size=(40, 12)) as driver:
        for size in ((40, 12), (80, 24)):
            await driver.pilot.resize_terminal(*size)
            await driver.until(lambda: bordered(driver) == ["1 Gradient flow"])
            for key, title in zip("2345", EVERY_PANE[1:], strict=True):
                await driver.press(key)
                await driver.until(lambda title=title: bordered(driver) == [title])
            await driver.press("1", "tab")
            await driver.until(lambda: bordered(driver) == ["2 Chain rule"])
            await driver.press("shift+tab", "shift+tab", "tab")
            await driver.until(lambda: bordered(driver) == ["1 Gradient flow"])
        tabs = next(line for line in driver.text().splitlines() if "2 Chain" in line)
        await driver.pilot.click("#tabs", offset=(tabs.index("2 Chain"), 0))
        await driver.until(lambda: bordered(driver) == ["2 Chain rule"])


async def test_a_resize_changes_the_layout_and_keeps_the_panes_and_their_state():
    async with running("zeros", size=COCKPIT) as driver:
        await driver.press("e", "down", "s")
        panes = [driver.app.cockpit.panes[name] for name in ("gradient", "network", "loss")]
        row = driver.app.cockpit.panes["network"].ledger.row.place
        await driver.pilot.resize_terminal(80, 24)
        await driver.until(lambda: bordered(driver) == ["3 Network"])
        assert "step 1 " in driver.text()
        await driver.pilot.resize_terminal(120, 40)
        await driver.until(lambda: bordered(driver) == list(EVERY_PANE))
        assert panes == [driver.app.cockpit.panes[name] for name in ("gradient", "network", "loss")]
        assert driver.app.cockpit.panes["network"].ledger.row.place == row
        assert driver.app.focused is driver.app.cockpit.panes["network"].ledger


async def test_too_small_a_terminal_says_what_it_needs_and_recovers():
    async with running("zeros", size=(80, 24)) as driver:
        await driver.press("2")
        await driver.pilot.resize_terminal(39, 12)
        await driver.until_text("needs at least 40x12")
        assert "39x12" in driver.text()
        await driver.press("s")
        await driver.pilot.resize_terminal(80, 24)
        await driver.until(lambda: bordered(driver) == ["2 Chain rule"])
        assert "step 1 " in driver.text()
        await driver.until(lambda: driver.app.focused is driver.app.cockpit.panes["chain"])


@pytest.mark.parametrize("opened_while_small", [False, True])
async def test_where_nothing_can_be_shown_no_dialog_covers_that_and_it_is_there_again_later(
    opened_while_small: bool,
):
    async with running("width-1", size=(80, 24)) as driver:
        for key, dialog in (("o", "esc close"), ("ctrl+p", "Search for commands")):
            if not opened_while_small:
                await driver.press(key)
                await driver.until_text(dialog)
            await driver.pilot.resize_terminal(20, 5)
            await driver.until_text("needs at least")
            if opened_while_small:
                await driver.press(key)
                await driver.until(lambda: len(driver.app.screen_stack) == 2)
            await driver.until(
                lambda: (
                    [line.strip() for line in driver.text().splitlines() if line.strip()]
                    == ["needs at least", "40x12, this terminal", "is 20x5"]
                )
            )
            await driver.pilot.resize_terminal(80, 24)
            await driver.until_text(dialog)
            await driver.until(lambda: isinstance(driver.app.focused, Input))
            await driver.press("x")
            assert driver.app.focused.value == "x"
            await driver.press("escape")
            await driver.until(lambda: len(driver.app.screen_stack) == 1)


async def test_in_the_smallest_terminal_of_all_every_dialog_answers_its_keys():
    async with running("width-1", size=(80, 24)) as driver:
        await driver.pilot.resize_terminal(1, 1)
        for key in ("p", "P", "ctrl+p", "t", "?", "e"):
            await driver.press(key, "pagedown", "down", "pageup", "up", "escape")
        await driver.pilot.resize_terminal(80, 24)
        await driver.until_text("─ 3 Network ─")
        assert len(driver.app.screen_stack) == 1


async def test_a_pane_is_maximised_and_put_back():
    async with running("zeros", size=COCKPIT) as driver:
        await driver.press("4", "m")
        await driver.until(lambda: bordered(driver) == ["4 Loss"])
        await driver.press("2")
        await driver.until(lambda: bordered(driver) == ["2 Chain rule"])
        await driver.press("m")
        await driver.until(lambda: bordered(driver) == list(EVERY_PANE))


async def test_the_pane_in_focus_stands_out_by_its_border():
    async with running("zeros", size=COCKPIT) as driver:
        panes = [driver.app.cockpit.panes[name] for name in ("loss", "network")]
        calm = panes[0].styles.border_top
        for key, focused in (("4", 0), ("3", 1), ("4", 0)):
            await driver.press(key)
            await driver.until(lambda at=focused: panes[at].styles.border_top != calm)
            await driver.until(lambda at=1 - focused: panes[at].styles.border_top == calm)
