"""Sliders of the network editor: where the knob is, what a place on the track means, and dragging it."""

from __future__ import annotations

from itertools import pairwise

import pytest

import vgtui
from tests.tui.driving import running
from tests.tui.panes.frames import PALETTE
from vgtui.scenario.edit import set_value
from vgtui.tui.drawing.cells import CellBuffer
from vgtui.tui.drawing.slider import Slider, place_of
from vgtui.tui.panes.settings import DATA, LAYER, RUN, TRAINING, Setting


def setting(name: str, among: tuple[Setting, ...] = TRAINING) -> Setting:
    return next(one for one in among if one.name == name)


def test_the_learning_rate_goes_in_steps_of_three_and_ten():
    stops = setting("learning_rate").stops
    ratios = {round(after / before, 2) for before, after in pairwise(stops)}
    assert ratios == {3.0, 3.33}
    assert 0.001 in stops


@pytest.mark.parametrize(
    "one", [*TRAINING, *DATA, *RUN, *{s.name: s for k in LAYER for s in LAYER[k]}.values()]
)
def test_stops_ascend_and_arrows_go_from_each_to_the_next(one: Setting):
    stops = one.stops
    numbers = [stop for stop in stops if isinstance(stop, int | float)]
    assert numbers == sorted(set(numbers))
    for before, after in pairwise(stops):
        assert one.step(before, 1) == after
        assert one.step(after, -1) == before


@pytest.mark.parametrize("one", [one for one in TRAINING if one.stops], ids=lambda one: one.name)
@pytest.mark.parametrize("end", [0, -1])
def test_the_ends_of_a_slider_are_within_what_is_allowed(one: Setting, end: int):
    scenario = vgtui.load_scenario("keras-moons")
    edited = set_value(scenario, f"training.{one.name}", one.stops[end])
    assert getattr(edited.training, one.name) == one.stops[end]


@pytest.mark.parametrize("count", [2, 3, 21, 60])
def test_the_cell_of_a_knob_means_the_value_that_it_stands_for(count: int):
    slider = Slider.fitting(20, 78, "1", "full")
    assert slider is not None
    for place in range(count):
        cells = CellBuffer(79, 1, PALETTE.text, PALETTE.background)
        slider.draw(cells, 0, place, count, PALETTE)
        text = cells.row_text(0)
        assert text[20] == "1"
        assert text.rstrip().endswith(" full")
        if count <= slider.length:
            assert slider.place_at(text.index("●"), count) == place
    assert slider.place_at(slider.x - 1, count) is None
    assert slider.nearest(0, count) == 0
    assert slider.nearest(500, count) == count - 1


def test_a_value_between_two_stops_is_at_the_next_one():
    assert place_of(0.002, (None, 0.001, 0.003)) == 2
    assert place_of(7, (1, 3)) == 1
    assert place_of(None, (None, 1)) == 0
    assert place_of("full", (1, 2, "full")) == 2


async def test_a_slider_is_dragged_and_what_it_is_let_go_at_can_be_undone():
    async with running(size=(120, 40), painted=True) as driver:
        ledger = driver.app.cockpit.panes["network"].ledger
        await driver.until_text(". next · L hide")
        await driver.press("3", "up")
        await driver.until(lambda: ledger.row.label == "units" and ledger._slider is not None)
        slider, arrows, y = ledger._slider, ledger._arrows, ledger._cursor - ledger._top
        await driver.pilot.mouse_down(ledger, offset=(slider.x + 2, y))
        await driver.pilot.hover(ledger, offset=(slider.x + slider.length - 1, y))
        await driver.until(lambda: ledger.dragged_to == "4096")
        assert driver.frame.scenario.layers[0].units == 10, "not before it is let go"
        await driver.pilot.hover(ledger, offset=(slider.x, y))
        await driver.pilot.mouse_up(ledger, offset=(slider.x, y))
        await driver.until(lambda: driver.frame.scenario.layers[0].units == 1)
        await driver.press("u")
        await driver.until(lambda: driver.frame.scenario.layers[0].units == 10)
        await driver.until(lambda: ledger._arrows == arrows)
        await driver.pilot.click(ledger, offset=(ledger._arrows[1], y))
        await driver.until(lambda: driver.frame.scenario.layers[0].units == 11)
