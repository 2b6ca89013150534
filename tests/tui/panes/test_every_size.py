"""Every pane at every size, and as a widget: nothing raises, numbers stay whole, keys do what they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.tui.driving import tried
from tests.tui.panes.frames import PALETTE, chain, curve, frame, no_warning, odd
from vgtui.engine.record import Evaluation
from vgtui.tui.frame import Frame
from vgtui.tui.output import LivePainting
from vgtui.tui.panes.base import LayerSelected, LivePane
from vgtui.tui.panes.chain import ChainPane
from vgtui.tui.panes.gradient import GradientPane
from vgtui.tui.panes.loss import LossPane
from vgtui.tui.panes.weight import WeightChosen
from vgtui.tui.panes.weights import WeightsPane

PANES = (GradientPane, ChainPane, LossPane, WeightsPane)


def odd_frame(layers: int, seed: int) -> Frame:
    """Gradients that include what should not be."""
    random = np.random.default_rng(seed)
    product = chain(layers, random.choice([0.2, 3.0]), culprit=int(random.integers(layers)))
    return frame(
        odd(layers, seed), chain=product, curve=curve(int(random.integers(1, 90)), diverges=seed % 2 == 0)
    )


@settings(max_examples=60)
@given(st.integers(1, 210), st.integers(1, 62), st.sampled_from([1, 2, 9, 50, 400]), st.integers(0, 99))
def test_no_pane_fails_at_any_size_for_any_depth(width: int, height: int, layers: int, seed: int):
    shown = odd_frame(layers, seed)
    with no_warning():
        for kind in PANES:
            pane = kind()
            pane.show(shown)
            cells = pane.draw(width, height, PALETTE)
            assert (cells.width, cells.height) == (width, height)


@pytest.mark.parametrize("kind", PANES)
@pytest.mark.parametrize("width", [38, 52, 65, 80, 118, 200])
def test_every_number_is_whole_at_every_usual_width(kind: type[LivePane], width: int):
    pane = kind()
    pane.show(frame())
    wide, narrow = pane.draw(200, 14, PALETTE), pane.draw(width, 14, PALETTE)
    numbers = {GradientPane: "2.75e-06", ChainPane: "6.03e-04", LossPane: "0.4370", WeightsPane: "7.94e-08"}[
        kind
    ]
    for cells in (wide, narrow):
        assert any(numbers in cells.row_text(y).split() for y in range(14))


class Bench(LivePainting, App[None]):
    """One pane of each kind."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        for kind in PANES:
            yield kind()

    def on_layer_selected(self, event: LayerSelected) -> None:
        self.heard.append(event.layer)

    def on_weight_chosen(self, event: WeightChosen) -> None:
        self.heard.append((event.layer, event.row, event.column, event.sample))

    def show(self, shown: Frame) -> None:
        for pane in self.query(LivePane):
            pane.show(shown)
        self.paint()

    def text(self, kind: type[LivePane]) -> str:
        pane = self.query_one(kind)
        return "\n".join(pane.render_line(y).text for y in range(pane.content_size.height))


@asynccontextmanager
async def benched() -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    """The panes, with nothing to show yet."""
    app = Bench()
    async with tried(app, (100, 60)) as pilot:
        yield app, pilot


async def test_an_empty_pane_says_why_and_then_shows_the_first_frame():
    async with benched() as (app, pilot):
        assert "appears here with the first step" in app.text(GradientPane)
        app.show(frame(record=None, chain=None, weights=(), status="compiling", message="compiling kernels…"))
        await pilot.pause()
        assert "compiling kernels…" in app.text(GradientPane)
        app.show(frame())
        await pilot.pause()
        assert "2.75e-06" in app.text(GradientPane)


async def test_the_arrows_choose_a_layer_and_stop_at_the_ends():
    async with benched() as (app, pilot):
        app.show(frame())
        app.query_one(GradientPane).focus()
        await pilot.press("down", "down", "up", "end", "down", "home")
        assert app.heard == [1, 2, 1, 8, 0]
        await pilot.press("g")
        assert "‖dL/dz‖" in app.text(GradientPane)


async def test_a_click_on_a_row_chooses_its_layer():
    async with benched() as (app, pilot):
        app.show(frame())
        await pilot.click(GradientPane, offset=(10, 4))
        assert app.heard == [3]


async def test_the_arrows_choose_a_weight_within_its_layer():
    async with benched() as (app, pilot):
        app.show(frame())
        app.query_one(ChainPane).focus()
        await pilot.press("J", "right", "left", "left", "right_square_bracket", "v")
        assert app.heard == [
            (0, 1, 1, None),
            (0, 1, 1, None),
            (0, 1, 0, None),
            (0, 1, 0, None),
            (1, 1, 0, None),
            (0, 0, 1, 0),
        ]


async def test_a_click_on_a_factor_chooses_its_layer_and_a_second_one_a_weight_of_it():
    async with benched() as (app, pilot):
        app.show(frame())
        pane = app.query_one(ChainPane)
        assert pane.explanation().title.startswith("dL/dW0[0,1]")
        row = next(y for y, line in enumerate(app.text(ChainPane).split("\n")) if line.startswith("4 "))
        await pilot.click(ChainPane, offset=(10, row))
        assert app.heard == [4]
        assert pane.explanation().title == "gain of layer 4, 10 sigmoid"
        assert "4▸10 sigmoid" in app.text(ChainPane)
        await pilot.click(ChainPane, offset=(10, row))
        assert app.heard[1:] == [(4, 0, 1, None)]
        pane.focus()
        await pilot.press("down", "up", "up", *["up"] * 9)
        assert app.heard[2:] == [5, 4, 3, 2, 1, 0]
        assert pane.explanation().title.startswith("dL/dW0[0,1]"), "above the first factor is the product"


async def test_a_weight_is_typed_and_a_wrong_one_answered_in_place():
    async with benched() as (app, pilot):
        app.show(frame())
        app.query_one(ChainPane).focus()
        await pilot.press("enter", *"99,0,0", "enter")
        assert "layers go from 0 to 8" in app.text(ChainPane)
        await pilot.press("escape", "enter", *"3,4,55", "backspace", "enter")
        assert app.heard == [(3, 4, 5, None)]
        await pilot.press("enter", "q", "escape")
        assert app.is_running, "a letter in the line is no command"
        assert "layer,row,column" not in app.text(ChainPane)


async def test_a_change_of_theme_changes_the_cells_without_a_new_frame():
    async with benched() as (app, pilot):
        app.show(frame())
        await pilot.pause()
        pane = app.query_one(LossPane)
        before = pane.render_line(0)
        app.theme = "textual-light"
        await pilot.pause()
        await pilot.pause()
        assert pane.render_line(0).text == before.text
        assert list(pane.render_line(0)) != list(before)


async def test_a_pane_that_was_hidden_shows_the_newest_frame_when_it_appears():
    async with benched() as (app, pilot):
        app.show(frame())
        pane = app.query_one(LossPane)
        pane.display = False
        await pilot.pause()
        app.show(frame(evaluation=Evaluation(0.1234, 0.9, 0.1234, 0.9)))
        pane.display = True
        await pilot.pause()
        assert "0.1234" in app.text(LossPane)
