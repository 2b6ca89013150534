"""The key that explains: in every pane with a chosen value, what that value is made of."""

from __future__ import annotations

from tests.tui.driving import running
from vgtui.tui.drawing.numbers import compact


async def test_the_chosen_value_of_every_pane_is_explained_by_the_same_key():
    async with running(size=(80, 24)) as driver:
        await driver.press("s")
        await driver.until(lambda: driver.frame.record.step == 1)
        told = {
            "gradient": "‖dL/dW‖ = sqrt(n) × rms",
            "chain": "dL/dW0[0,1] = a × g0 × g1 ×",
            "loss": "loss = -log(p)",
            "weights": "moved = change / first",
            "diagnosis": "vanishing: decades lost",
            "slope": "promised = slope × step",
            "lost": "decades = weights + slopes",
            "activation": "share = 1 - steep",
            "curves": "loss = -log(p)",
        }
        for name, formula in told.items():
            driver.app.cockpit.go_to(name)
            pane = driver.app.cockpit.panes[name]
            await driver.until(pane.has_content)
            await driver.press("x")
            await driver.until_text(formula)
            await driver.press("x")
            await driver.until(lambda: len(driver.app.screen_stack) == 1)
        await driver.press("1", "down", "x")
        norm = driver.frame.record.layers[1].weight_grad_norm
        await driver.until_text(f"‖dL/dW‖ of layer 1, 10 sigmoid = {compact(norm, 4)}")


async def test_in_the_editor_it_removes_no_layer():
    async with running(size=(80, 24)) as driver:
        before = len(driver.frame.scenario.expanded())
        await driver.press("3")
        cockpit = driver.app.cockpit
        await driver.until(lambda: "network" in cockpit.panes and cockpit.panes["network"].has_focus_within)
        await driver.press("x", "d")
        await driver.until(lambda: len(driver.frame.scenario.expanded()) == before + 1)
        assert len(driver.app.screen_stack) == 1
