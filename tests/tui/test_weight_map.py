"""One layer's weights as a map: what is drawn, what a click means, and a value typed over one of them."""

from __future__ import annotations

import numpy as np
import pytest
from textual.events import MouseScrollDown

import vgtui
from tests.tui.driving import COCKPIT, running
from tests.tui.panes.frames import PALETTE
from vgtui.analysis.weight_map import WeightMap, weight_map
from vgtui.scenario.model import Weight
from vgtui.tui.drawing.pens import REVERSE
from vgtui.tui.drawing.weight_map import Window, draw_weight_map, signs
from vgtui.tui.experiment import Experiment


def small() -> WeightMap:
    weights = np.array([[0.9, -0.9, 0.0], [0.2, -0.2, np.nan]])
    return WeightMap(1, "2 tanh", weights, weights * 1e-6)


@pytest.mark.parametrize("preset", ["keras-moons", "gru", "digits-deep-cnn"])
def test_the_map_holds_the_layer_s_weights_and_gradients(preset):
    sim = vgtui.Simulation(vgtui.load_scenario(preset))
    sim.step(2)
    found = weight_map(sim, 0)
    assert np.array_equal(found.weights, sim.weight_matrix(0, sim.parameters))
    assert np.array_equal(found.gradients, sim.weight_matrix(0, sim.gradients))


def test_signs_tell_sign_and_size_without_colour():
    codes = signs(np.array([[1.0, -1.0, 0.5, -0.5, 0.1, 0.0, np.nan]]))
    assert "".join(map(chr, codes[0])) == "#=+-· ?"


def test_weights_and_gradient_stand_beside_each_other_with_the_entry_in_numbers():
    cells = draw_weight_map(small(), (0, 1), (1, 0), "", 60, 8, PALETTE)
    told = [cells.row_text(y) for y in range(8)]
    assert told[0].startswith("W1[0,1] = -0.9000")
    assert "dL/dW -9.00e-07" in told[0]
    assert told[2].split() == ["0", "#", "=", "#", "="]
    assert told[3].split() == ["1", "◆", "·", "?", "◆", "·", "?"]
    window = Window.around((0, 1), (2, 3), 60, 8)
    assert np.argwhere(cells.attributes[2] & REVERSE).ravel().tolist()[0] == window.left + window.cell
    assert cells.background[2, window.left] != cells.background[2, window.left + window.cell]


def test_a_click_means_the_entry_that_is_drawn_there():
    window = Window.around((50, 50), (128, 64), 60, 12)
    assert window.entry_at(window.left, 2) == (window.row, window.column)
    assert window.entry_at(window.right + window.cell, 3) == (window.row + 1, window.column + 1)
    assert window.entry_at(0, 2) is None
    assert window.entry_at(window.left, 1) is None
    assert window.row <= 50 < window.row + window.rows
    assert window.column <= 50 < window.column + window.columns


@pytest.mark.parametrize(("width", "height"), [(1, 1), (8, 3), (20, 5), (200, 60)])
def test_any_size_will_do(width, height):
    cells = draw_weight_map(small(), (1, 2), (0, 0), "as of step 3", width, height, PALETTE)
    assert (cells.width, cells.height) == (width, height)


@pytest.mark.parametrize(
    ("preset", "weight"),
    [("keras-moons", Weight(3, 1, 2)), ("gru", Weight(0, 2, 9)), ("digits-deep-cnn", Weight(1, 1, 5))],
)
def test_one_weight_is_set_and_taken_back_and_nothing_else_moves(preset, weight):
    experiment = Experiment.opened(vgtui.load_scenario(preset))
    experiment.step(2)
    before = weight_map(experiment.simulation, weight.layer).weights
    others = experiment.simulation.parameters
    experiment.set_weight(weight, 0.625)
    after = weight_map(experiment.simulation, weight.layer).weights
    assert after[weight.row, weight.column] == 0.625
    changed = {
        name: np.sum(experiment.simulation.parameters[name] != array) for name, array in others.items()
    }
    assert sum(changed.values()) == 1
    assert experiment.undo()
    assert np.array_equal(weight_map(experiment.simulation, weight.layer).weights, before)
    assert experiment.redo()
    assert weight_map(experiment.simulation, weight.layer).weights[weight.row, weight.column] == 0.625
    experiment.restart()
    assert not experiment.undo()


async def test_a_weight_is_chosen_in_the_map_and_typed_over():
    async with running() as driver:
        await driver.press("5", "g")
        await driver.until_text("W0[0,0] = ")
        await driver.press("right_square_bracket", "down", "right", "right")
        await driver.until_text("W1[1,2] = ")
        pane = driver.app.cockpit.panes["weights"]
        await driver.until(lambda: pane.explanation() is not None)
        assert pane.explanation().title == "dL/dW1[1,2], the sum over the batch"
        await driver.press("enter")
        await driver.until(lambda: driver.frame.chain.layer == 1)
        assert (driver.frame.chain.row, driver.frame.chain.column) == (1, 2)
        old = driver.frame.chain.weight
        await driver.press("v")
        await driver.until_text("Any finite number")
        await driver.press(*"x", "enter")
        await driver.until_text("must be a finite number")
        await driver.press("backspace", *"0.5", "enter")
        await driver.until(lambda: driver.frame.chain.weight == 0.5)
        await driver.press("u")
        await driver.until(lambda: driver.frame.chain.weight == old)


async def test_the_wheel_and_a_click_do_what_the_keys_do():
    async with running(size=COCKPIT) as driver:
        cockpit = driver.app.cockpit
        gradient, weights = cockpit.panes["gradient"], cockpit.panes["weights"]
        gradient.post_message(scroll(gradient))
        await driver.until(lambda: gradient.selected == 1)
        await driver.press("5", "g")
        await driver.until_text("W1[0,0] = ")
        window = weights._window
        await driver.pilot.click(weights, offset=(1 + window.left + window.cell, 1 + 3))
        await driver.until_text("W1[1,1] = ")
        await driver.pilot.click(weights, offset=(1 + window.left + window.cell, 1 + 3))
        await driver.until(lambda: (driver.frame.chain.layer, driver.frame.chain.row) == (1, 1))


def scroll(widget):
    return MouseScrollDown(widget, 1, 1, 0, 1, 0, False, False, False)
