"""The key that explains: in every pane with a chosen value, what that value is made of."""

from __future__ import annotations

import pytest

import vgtui
from tests.tui.driving import running
from vgtui.tui.drawing.numbers import compact
from vgtui.tui.experiment import Experiment
from vgtui.tui.findings import FINDERS, made
from vgtui.tui.panes.registry import PANES

FORMULAS = {
    "gradient": "‖dL/dW‖ = sqrt(n) × rms",
    "chain": "dL/dW0[0,1] = a × g0 × g1 ×",
    "loss": "loss = -log(p)",
    "weights": "moved = change / first",
    "diagnosis": "decades lost = measured",
    "slope": "promised = slope × step",
    "lost": "decades = weights + slopes",
    "paths": "contribution = a × way × dL/dout",
    "spectrum": "isometry = exp(",
    "theory": "deviation = (drawn - theory) / spread",
    "activation": "share = 1 - steep",
    "curves": "loss = -log(p)",
}


@pytest.fixture(scope="module")
def shown():
    """A frame with every finding that these panes want."""
    experiment = Experiment.opened(vgtui.load_scenario("keras-moons"))
    experiment.step(1)
    names = [name for name in FORMULAS if name in FINDERS]
    found = {name: made(name, experiment.simulation, experiment.choice).found for name in names}
    return experiment.frame(serial=1, status="paused", message="", findings=found)


@pytest.mark.parametrize("name", FORMULAS)
def test_every_pane_with_a_chosen_value_explains_it(shown, name):
    pane = PANES[name].make()
    assert pane.explanation() is None, "there is no value yet"
    pane.show(shown)
    assert pane.explanation().formula.startswith(FORMULAS[name])


async def test_the_key_opens_the_explanation_of_the_value_that_is_shown_and_closes_it():
    async with running(size=(80, 24)) as driver:
        await driver.press("1", "down", "x")
        norm = driver.frame.record.layers[1].weight_grad_norm
        await driver.until_text(f"‖dL/dW‖ of layer 1, 10 sigmoid = {compact(norm, 4)}")
        await driver.press("x")
        await driver.until(lambda: len(driver.app.screen_stack) == 1)


async def test_in_the_editor_it_removes_no_layer():
    async with running(size=(80, 24)) as driver:
        before = len(driver.frame.scenario.expanded())
        await driver.press("3")
        cockpit = driver.app.cockpit
        await driver.until(lambda: "network" in cockpit.panes and cockpit.panes["network"].has_focus_within)
        await driver.press("x", "d")
        await driver.until(lambda: len(driver.frame.scenario.expanded()) == before + 1)
        assert len(driver.app.screen_stack) == 1
