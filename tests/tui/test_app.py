"""Keys pressed in the real app, and what they do to the real run and to the screen."""

from __future__ import annotations

import numpy as np
import pytest
from rich.style import Style
from textual.events import Click, MouseMove
from textual.widgets import OptionList

import vgtui
from tests.tui.driving import COCKPIT, running
from vgtui.tui.keymap import ACTIONS
from vgtui.tui.palette import Commands
from vgtui.tui.screens.choices import Choices


async def test_the_first_screen_shows_the_gradient_shrinking_towards_the_input():
    async with running(size=COCKPIT) as driver:
        text = driver.text()
        assert "Nine sigmoid layers on two moons" in text
        assert "▼ vanishing" in text or "▼ first layer is 10^-4.9 of the last" in text
        assert "space Run" in text


async def test_space_runs_and_pauses():
    async with running("zeros") as driver:
        await driver.press("space")
        await driver.until(lambda: driver.frame.record.step > 10)
        await driver.until_text("▶ running")
        await driver.press("space")
        await driver.until_text("‖ paused")


async def test_steps_are_taken_and_taken_back_and_begun_again_by_keys():
    async with running("zeros") as driver:
        for key, step in (("s", 1), ("s", 2), ("S", 12), ("b", 11), ("B", 1), ("B", 0), ("b", 0)):
            await driver.press(key)
            await driver.until(lambda step=step: driver.frame.record.step == step)
            await driver.until_text(f"step {step} ")


async def test_changing_the_activation_with_an_arrow_changes_the_network_in_force_and_undo_restores_it():
    async with running() as driver:
        before = driver.frame.record.measures
        await driver.press("e", "right")
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "hard_sigmoid")
        assert not np.array_equal(driver.frame.record.measures, before)
        await driver.until_text("10 hard_sigmoid")
        await driver.press("u")
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "sigmoid")
        await driver.press("U")
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "hard_sigmoid")


async def test_an_edit_made_while_running_takes_effect_while_running():
    async with running() as driver:
        await driver.press("space", "e", "right", "right")
        await driver.until(lambda: driver.frame.scenario.layers[0].activation == "tanh")
        assert driver.frame.status == "running"


async def test_another_weight_is_chosen_for_the_chain_rule_by_the_arrows_and_by_typing():
    async with running() as driver:
        await driver.press("2", "J", "left")
        await driver.until(lambda: (driver.frame.chain.row, driver.frame.chain.column) == (1, 0))
        simulation = vgtui.Simulation(driver.frame.scenario)
        simulation.measure()
        assert driver.frame.chain.product == vgtui.chain_rule(simulation, 0, 1, 0).product
        await driver.until_text("dL/dW0[1,0]")
        await driver.press("enter", *"3,4,5", "enter")  # although digits are keys of the panes
        await driver.until_text("dL/dW3[4,5]")
        assert driver.app.focused.id == "chain"
        await driver.press("S", "r")
        await driver.until(lambda: driver.frame.record.step == 0)
        await driver.press("n")
        await driver.until(lambda: driver.frame.scenario.seed == 43)


async def test_the_speed_is_changed_by_plus_and_minus_and_shown():
    async with running(size=COCKPIT) as driver:
        await driver.press("plus")
        await driver.until_text("speed 300/s")
        await driver.press("minus", "minus")
        await driver.until_text("speed 30/s")


async def test_a_loss_that_is_nan_stops_the_run_and_says_how_to_go_on():
    async with running("explodes") as driver:
        await driver.press("space")
        await driver.until_text("back to step")
        assert driver.frame.status == "paused"


async def test_the_pages_of_a_lesson_are_turned_and_do_what_they_say():
    async with running() as driver:
        await driver.until_text("Lesson 1 of 4: A gradient vanishes")
        await driver.press("full_stop")
        await driver.until_text("Lesson 2 of 4")
        await driver.until(lambda: driver.frame.record.step == 100 and driver.frame.status == "paused")
        await driver.press("comma")
        await driver.until_text("Lesson 1 of 4")
        await driver.until(lambda: driver.frame.record.step == 0)
        await driver.press("L")
        await driver.until(lambda: "Lesson" not in driver.text())


async def test_every_key_is_answered_while_running():
    async with running(painted=True) as driver:
        await driver.press("space")
        await driver.until(lambda: driver.frame.record.step > 0)
        for action in ACTIONS:
            if action.context == "app" and action.id not in ("quit", "run"):
                for key in action.keys.split(","):
                    await driver.press(key)
                    if len(driver.app.screen_stack) > 1:
                        await driver.press("escape")
                    await driver.until(lambda: len(driver.app.screen_stack) == 1)
        assert driver.app.runner.failure == ""


async def test_a_click_beside_a_terminal_that_has_become_small_closes_the_palette():
    async with running("width-1", size=(80, 24)) as driver:
        await driver.press("ctrl+p")
        await driver.until_text("Search for commands")
        palette = driver.app.screen
        await driver.pilot.resize_terminal(20, 5)
        await driver.until_text("needs at least")
        palette.post_message(
            Click(palette, 4, 9, 0, 0, 1, shift=False, meta=False, ctrl=False, screen_x=4, screen_y=9)
        )
        await driver.until(lambda: driver.app.screen is driver.app.cockpit)


@pytest.mark.parametrize(("key", "kind"), [("ctrl+p", Commands), ("P", Choices)])
async def test_a_click_on_a_line_that_is_no_more_chooses_nothing(key: str, kind: type[OptionList]):
    async with running("width-1", size=(80, 24)) as driver:
        await driver.press(key)
        await driver.until(lambda: bool(driver.app.screen.query(kind)))
        options = driver.app.screen.query_one(kind)
        options.clear_options()
        gone = Style(meta={"option": 3})
        place = {"x": 1, "y": 1, "delta_x": 0, "delta_y": 0, "button": 1}
        options.post_message(Click(options, **place, shift=False, meta=False, ctrl=False, style=gone))
        await driver.press("escape")
        await driver.until(lambda: driver.app.screen is driver.app.cockpit)


async def test_the_palette_finds_an_action_by_its_words_and_does_it_in_its_pane():
    async with running() as driver:
        await driver.press("ctrl+p")
        await driver.type(*"add a layer after")
        await driver.until_text("Network: Add")
        await driver.press("enter")
        await driver.until(lambda: driver.frame.scenario.layers[0].repeat == 9)


async def test_the_mouse_on_the_way_out_is_passed_over():
    async with running("width-1", size=(80, 24)) as driver:
        app = driver.app
        app.post_message(MouseMove(None, 1, 1, 0, 0, 0, shift=False, meta=False, ctrl=False))
        await driver.press("q")
    assert not app.screen_stack
    await app.on_event(MouseMove(None, 1, 1, 0, 0, 0, shift=False, meta=False, ctrl=False))


async def test_q_quits_and_the_engine_ends_with_it():
    async with running("zeros") as driver:
        await driver.press("space", "q")
        await driver.pilot.pause()
    assert not driver.app.runner._thread.is_alive()
