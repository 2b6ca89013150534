"""The Decision pane's views, by keys, in the real app."""

from __future__ import annotations

from tests.tui.driving import running


async def test_the_units_of_the_chosen_layer_are_shown_all_or_one_and_data_are_drawn_anew():
    async with running(size=(80, 24)) as driver:
        await driver.press("8")
        await driver.until_text("probability of class 1")
        await driver.press("g")
        await driver.until_text("layer 0: 10 sigmoid  all units")
        await driver.press("right", "right", "down")
        await driver.until_text("layer 1: 10 sigmoid  all units")
        await driver.until_text("▸2")
        await driver.press("g")
        await driver.until_text("unit 2 of layer 1")
        assert "□" in driver.text()
        await driver.press("v")
        await driver.until(lambda: "□" not in driver.text() and "○" in driver.text())
        await driver.press("g")
        await driver.until_text("probability of class 1")
        weights = driver.frame.weights
        await driver.press("N")
        await driver.until(lambda: driver.frame.scenario.data_seed == driver.frame.scenario.seed + 1)
        assert driver.frame.weights == weights
        await driver.press("u")
        await driver.until(lambda: driver.frame.scenario.data_seed == driver.frame.scenario.seed)


async def test_what_was_wrong_with_a_value_is_forgotten_with_the_next_edit():
    async with running(size=(80, 24)) as driver:
        await driver.press("e", "home", "down", "down", "enter", "backspace", "backspace", "0", "enter")
        await driver.until(lambda: driver.text().count("must be an integer") == 2)
        await driver.press("c")
        await driver.until_text("10 relu ×8")
        await driver.until(lambda: "must be an integer" not in driver.text())
