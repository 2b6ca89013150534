"""The row of keys at the bottom."""

from __future__ import annotations

import re

import pytest

from tests.tui.driving import Driver, running
from vgtui.scenario.lesson import KEY, readable
from vgtui.scenario.library import presets
from vgtui.tui.hints import hint, named_key
from vgtui.tui.keymap import CHOSEN, key_of
from vgtui.tui.keys import fitting


@pytest.mark.parametrize(
    ("room", "shown"),
    [(30, 3), (29, 3), (28, 2), (21, 2), (20, 1), (11, 1), (10, 0), (0, 0)],
)
def test_keys_that_do_not_fit_leave_a_place_for_the_mark(room, shown):
    assert fitting([10, 10, 10], room) == shown


def bottom(driver: Driver) -> str:
    return driver.text().rstrip().rpartition("\n")[2].strip()


async def test_a_row_of_keys_that_is_cut_says_so_and_begins_with_what_is_always_there():
    async with running(size=(80, 24)) as driver:
        assert bottom(driver).startswith("space Run s Step b Back ? Help")
        assert bottom(driver).endswith("…")
        assert len(bottom(driver)) <= 80
        await driver.press("2")
        await driver.pilot.resize_terminal(200, 60)
        await driver.until(lambda: bottom(driver).endswith("enter Type weight v Sample"))
        await driver.press("space")
        await driver.until(lambda: bottom(driver).startswith("space Pause"))
        await driver.press("space")
        await driver.until(lambda: bottom(driver).startswith("space Run"))


def test_the_keys_that_borders_and_lessons_name_are_those_of_the_user(monkeypatch):
    parts = (("up down", "layer"), ("measure", "measure"), ("explain", "explain"))
    assert hint("gradient", *parts).plain == "↑↓ layer · g measure · x explain"
    text = "Press `[x]{key=explain}` or `[g]{key=gradient.measure}`."
    for name, keys in (("app.explain", "f5"), ("gradient.measure", "M,g"), ("gradient.up", "w")):
        monkeypatch.setitem(CHOSEN, name, keys)
    assert hint("gradient", *parts).plain == "w ↓ layer · M measure · f5 explain"
    assert readable(text, named_key) == "Press `f5` or `M`."
    assert readable(text) == "Press `x` or `g`."


def test_every_key_that_a_preset_names_is_marked_with_what_it_does():
    for name, scenario in presets().items():
        texts = [scenario.try_this, scenario.look, *(page.say for page in scenario.lesson)]
        for text in texts:
            for found in KEY.finditer(text):
                context, _, action = found[2].rpartition(".")
                assert key_of(action, context or "app") == found[1], (name, found[0])
            assert not re.search(r"[Pp]ress `?[^\[`\s]`?[\s.,:]", text), name


async def test_a_click_on_a_key_in_a_border_does_what_the_key_does():
    async with running(size=(120, 40)) as driver:
        gradient = driver.app.cockpit.panes["gradient"]
        await driver.until_text(". next · L hide")
        await driver.until_text(
            "◆ theory · a seeds"
        )  # the last that comes: from then on it all stays where it is
        await driver.pilot.pause()
        lines = driver.text().split("\n")
        y = next(y for y, line in enumerate(lines) if "g weight gradient" in line)
        await driver.pilot.click(offset=(lines[y].index("g weight gradient"), y))
        await driver.until(lambda: gradient.measure == 1)
