"""Marks on the gradient's bars: theory before the first step, other seeds after as many steps as they made."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from tests.tui.driving import running
from tests.tui.panes.frames import PALETTE, decaying, frame, record
from vgtui.analysis.ensemble import Ensemble
from vgtui.analysis.theory import FlowPrediction, LayerPrediction
from vgtui.engine.record import MEASURES
from vgtui.tui.findings import Expectation
from vgtui.tui.frame import Found
from vgtui.tui.panes.gradient import GradientPane
from vgtui.tui.seeds import Seeds

LAYERS = 9
LEFT, RIGHT = -12.0, 2.0


def predicted(values: np.ndarray, silence: str = "") -> FlowPrediction:
    names = record(values).names
    layers = [
        LayerPrediction(number, name, 1.0, 0.0, 1.0, 0.5, 1.0, value + 0.3, value, 0.1, 0.2)
        for number, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    return FlowPrediction(tuple(layers), None, (), silence, "")


def drawn(values: np.ndarray, steps: int) -> Ensemble:
    """Five networks, a decade apart, the third at `values`."""
    measures = np.zeros((5, LAYERS, len(MEASURES)))
    measures[:, :, MEASURES.index("weight_grad_log10")] = values + np.arange(-2.0, 3.0)[:, None]
    return Ensemble(tuple(range(5)), steps, record(values).names, measures)


def shown(pane: GradientPane, height: int = 20, width: int = 100) -> list[str]:
    cells = pane.draw(width, height, PALETTE)
    return [cells.row_text(y) for y in range(height)]


def pane_with(
    step: int,
    *,
    predicted: FlowPrediction | None = None,
    failure: str = "",
    drawn: Ensemble | None = None,
    done: int | None = None,
) -> GradientPane:
    pane = GradientPane()
    measured = record(decaying(LAYERS), step=step)
    shown_frame = frame(record=measured)
    expectation = None if predicted is None else Expectation(predicted, measured)
    about = shown_frame.scenario
    seeds = None if drawn is None and done is None else Seeds(about, step, done or 0, drawn)
    found = {"theory": Found(expectation, 0, about, failure)}
    pane.show(replace(shown_frame, findings=found, seeds=seeds))
    return pane


def place_of(rows: list[str], glyph: str, row: int) -> float:
    """Where a glyph stands in a row, as the value that the axis has there."""
    start = rows[0].index("1e-12")
    end = rows[0].index("1e2") + len("1e2")
    return LEFT + (RIGHT - LEFT) * (rows[row].index(glyph) + 0.5 - start) / (end - start)


def test_theory_is_a_mark_where_it_expects_the_bar_to_end() -> None:
    values = decaying(LAYERS) - 1.0
    pane = pane_with(0, predicted=predicted(values))
    rows = shown(pane)
    for layer in range(LAYERS):
        assert place_of(rows, "◆", 1 + layer) == pytest.approx(values[layer], abs=0.3)
    assert "◆ theory 2.75e-07" in rows[-2]
    assert "◆ theory" in pane.hint.plain


def test_theory_speaks_of_the_first_step_of_this_network_and_only_of_what_it_predicts() -> None:
    known = predicted(decaying(LAYERS))
    assert not any("◆" in row for row in shown(pane_with(1, predicted=known)))
    assert not any("◆" in row for row in shown(pane_with(0, predicted=predicted(decaying(LAYERS), "none"))))
    pane = pane_with(0, predicted=known)
    pane.measure = 2
    assert not any("◆" in row for row in shown(pane))
    pane = pane_with(0, predicted=known)
    other = replace(pane.frame, scenario=replace_title(pane.frame.scenario))
    pane.show(other)
    assert not any("◆" in row for row in shown(pane))
    assert "theory" not in pane.hint.plain


def replace_title(scenario):
    return replace(scenario, title="another")


def test_seeds_are_quartiles_around_a_median_after_as_many_steps() -> None:
    values = decaying(LAYERS)
    rows = shown(pane := pane_with(7, drawn=drawn(values, 7)))
    low, middle, high = (place_of(rows, glyph, 1) for glyph in "├┼┤")
    assert middle == pytest.approx(values[0], abs=0.3)
    assert low < middle < high
    assert "├┼┤ 5 seeds" in pane.hint.plain
    assert not any("┼" in row for row in shown(pane_with(8, drawn=drawn(values, 7))))


def test_progress_is_told_and_so_is_what_goes_wrong() -> None:
    assert "seeds 3…" in pane_with(0, done=3).hint.plain
    assert "no such file" in pane_with(0, failure="no such file").hint.plain


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (200, 60)])
def test_marks_fit_every_size(size: tuple[int, int]) -> None:
    pane = pane_with(0, predicted=predicted(decaying(LAYERS)), drawn=drawn(decaying(LAYERS), 0))
    pane.draw(*size, PALETTE)


async def test_the_app_works_theory_out_beside_the_run_and_draws_other_seeds_at_a_key() -> None:
    async with running() as driver:
        await driver.until_text("◆ theory")
        await driver.press("a")
        await driver.until_text("├┼┤ 16 seeds")
        await driver.press("a")
        await driver.until(lambda: "16 seeds" not in driver.app.cockpit.panes["gradient"].hint.plain)
        await driver.press("s")
        await driver.until(lambda: "◆" not in driver.text())
        await driver.press("b")
        await driver.until_text("◆ theory")


async def test_an_ensemble_under_way_is_given_up_at_the_same_key() -> None:
    async with running("tanh-50") as driver:
        await driver.press("S", "a", "a")
        await driver.until(lambda: driver.frame.record.step == 10)
        await driver.until(lambda: driver.frame.seeds is None)
