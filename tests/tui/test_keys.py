"""The row of keys at the bottom."""

from __future__ import annotations

import pytest

from tests.tui.driving import Driver, running
from vgtui.tui.keys import fitting


@pytest.mark.parametrize(
    ("room", "shown"),
    [(30, 3), (29, 3), (28, 2), (21, 2), (20, 1), (11, 1), (10, 0), (0, 0)],
)
def test_keys_that_do_not_fit_leave_a_place_for_the_mark(room, shown):
    assert fitting([10, 10, 10], room) == shown


def bottom(driver: Driver) -> str:
    return driver.text().rstrip().rpartition("\n")[2].strip()


async def test_a_row_of_keys_that_is_cut_says_so_and_is_whole_again_where_there_is_room():
    async with running(size=(80, 24)) as driver:
        assert bottom(driver).endswith("q Quit")
        await driver.press("2")
        await driver.until(lambda: bottom(driver).startswith("⏎ Type weight"))
        assert bottom(driver).endswith("…")
        assert len(bottom(driver)) <= 80
        await driver.pilot.resize_terminal(120, 40)
        await driver.until(lambda: bottom(driver).endswith("q Quit"))
