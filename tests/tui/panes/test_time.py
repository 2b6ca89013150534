"""The time gradient as a pane: which step and layer it tells of, and what it asks for when kinds are compared."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

import vgtui
from tests.tui.driving import COCKPIT, Driver, running, tried
from tests.tui.panes.frames import PALETTE, decaying, frame, lstm_times, record, rnn_times
from vgtui.analysis.cells import CellComparison, CellFlow
from vgtui.engine.record import TimeRecord
from vgtui.scenario.model import Dense, Rnn, Scenario
from vgtui.tui.drawing.bands import GUTTER
from vgtui.tui.frame import Frame
from vgtui.tui.output import LivePainting
from vgtui.tui.panes.base import LayerSelected
from vgtui.tui.panes.gradient import GradientPane
from vgtui.tui.panes.time import CellsWanted, TimePane


def network(seed: int = 1) -> Scenario:
    layers = (Rnn(units=20, return_sequences=True), Rnn(units=20), Dense(units=1, activation="sigmoid"))
    return Scenario(seed=seed, layers=layers)


def recurrent(*times: TimeRecord, seed: int = 1, **fields: object) -> Frame:
    shown = replace(record(decaying(3), names=("20 rnn tanh", "20 lstm", "4 softmax")), times=times)
    return frame(record=shown, scenario=network(seed), **fields)


class Bench(LivePainting, App[None]):
    """The pane alone."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []

    def compose(self) -> ComposeResult:
        yield TimePane()

    def on_layer_selected(self, event: LayerSelected) -> None:
        self.heard.append(event.layer)

    def on_cells_wanted(self, event: CellsWanted) -> None:
        self.heard.append(event.wanted)

    @property
    def pane(self) -> TimePane:
        return self.query_one(TimePane)

    def show(self, shown: Frame) -> None:
        self.pane.show(shown)
        self.paint()

    def text(self) -> str:
        return "\n".join(self.pane.render_line(y).text for y in range(self.pane.content_size.height))

    def gradient(self) -> str:
        """The number beside |dL/dh_t|."""
        row = next(row for row in self.text().splitlines() if "‖dL/dh‖" in row)
        return row[:GUTTER].split()[1]


@asynccontextmanager
async def focused(*times: TimeRecord) -> AsyncIterator[tuple[Bench, Pilot[None]]]:
    """The pane alone, in focus, on a network with these recurrent layers."""
    app = Bench()
    async with tried(app, (80, 20)) as pilot:
        app.show(recurrent(*times))
        app.pane.focus()
        yield app, pilot


HIDDEN = np.array([-4.0, -3.0, -2.0, -1.0, 0.0])
NUMBERS = ["1.00e-04", "0.00100", "0.0100", "0.100", "1.00"]


async def test_the_arrows_choose_a_time_step_and_stop_at_the_ends():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        seen = []
        for key in ("left", "right", "l", "h", "end", "right", "home", "pagedown", "pageup"):
            await pilot.press(key)
            seen.append(NUMBERS.index(app.gradient()))
        assert seen == [0, 1, 2, 1, 4, 4, 0, 4, 0]


async def test_a_click_on_a_bar_chooses_its_step():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        await pilot.click(TimePane, offset=(GUTTER + 3 * 8 + 2, 5))
        assert app.gradient() == NUMBERS[3]
        await pilot.click(TimePane, offset=(3, 5))
        await pilot.click(TimePane, offset=(79, 5))
        assert app.gradient() == NUMBERS[3], "no step stands there"


async def test_the_arrows_go_from_one_recurrent_layer_to_the_next_and_say_so():
    async with focused(rnn_times(HIDDEN), lstm_times(HIDDEN - 2, layer=1)) as (app, pilot):
        await pilot.press("down", "down")
        assert "layer 1: 20 lstm" in app.text()
        assert app.gradient() == "1.00e-06"
        await pilot.press("up")
        assert "layer 0: 20 rnn tanh" in app.text()
        assert app.heard == [1, 0]


async def test_a_step_beyond_a_shorter_sequence_becomes_its_last():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        await pilot.press("end")
        app.show(recurrent(rnn_times(HIDDEN[:2])))
        await pilot.pause()
        assert app.gradient() == NUMBERS[1]


async def test_z_widens_the_scale_and_comes_back():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        lows = []
        for _ in range(4):
            lows.append([text for text in ("1e-12", "1e-60", "1e-300") if text in app.text()])
            await pilot.press("z")
        assert lows == [["1e-12"], ["1e-60"], ["1e-300"], ["1e-12"]]


async def test_without_a_recurrent_layer_a_sentence_says_what_would_be_here():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        app.show(frame())
        await pilot.pause()
        assert "No layer of this network goes through time" in app.text()
        await pilot.press("right", "down", "v", "z")
        assert app.heard == []
        app.show(recurrent(rnn_times(HIDDEN)))
        await pilot.pause()
        assert app.gradient() == NUMBERS[0]


def comparison(seed: int = 1) -> CellComparison:
    flows = [CellFlow(k, k != "rnn", 1.5, (rnn_times(HIDDEN),)) for k in ("rnn", "lstm", "gru")]
    return CellComparison(network(seed), 120, tuple(flows))


async def test_v_asks_for_three_kinds_of_cell_shows_them_as_they_come_and_goes_back():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        await pilot.press("v")
        assert app.heard == [True]
        assert app.text().count("…") == 3
        app.show(recurrent(rnn_times(HIDDEN), cells=comparison()))
        await pilot.pause()
        assert app.text().count("-1.000 decades a step") == 3
        assert app.heard == [True], "the same network is not compared again"
        await pilot.press("v")
        assert app.heard == [True, False]
        assert app.gradient() == NUMBERS[0]


async def test_another_network_is_compared_anew_and_what_was_found_of_the_old_one_is_not_shown():
    async with focused(rnn_times(HIDDEN)) as (app, pilot):
        await pilot.press("v")
        app.show(recurrent(rnn_times(HIDDEN), seed=2, cells=comparison()))
        await pilot.pause()
        assert app.heard == [True, True]
        assert "decades a step" not in app.text()
        app.show(frame())
        await pilot.pause()
        assert app.heard == [True, True, False]
        assert not app.pane.comparing


def test_a_frame_redraws_without_a_repaint_by_textual(monkeypatch):
    pane = TimePane()
    pane.show(recurrent(rnn_times(HIDDEN)))
    painted = []
    monkeypatch.setattr(pane, "refresh", lambda *regions, **how: painted.append(how))
    pane.show(recurrent(rnn_times(HIDDEN), cells=comparison()))
    pane.draw(80, 20, PALETTE)
    assert not painted


# -- in the cockpit


def tabs(driver: Driver) -> str:
    return driver.text().splitlines()[3]


async def test_a_recurrent_network_opens_on_it_and_another_one_does_without():
    async with running("gru", size=(80, 24)) as driver:
        await driver.until_text("─ 6 Time gradient ─")
        assert " 6 Time " in tabs(driver)
        await driver.until_text("‖dL/dh‖")
        driver.app.runner.open(vgtui.load_scenario("relu-he"))
        await driver.until_text("─ 1 Gradient flow ─")
        assert "Time" not in tabs(driver)
        await driver.press("shift+tab")
        await driver.until_text("─ 0 Diagnosis ─")
        await driver.press("6")
        await driver.until_text("No layer of this network goes through time")
        await driver.press("tab")
        await driver.until_text("─ 7 Activation ─")
        assert "Time" not in tabs(driver)


@pytest.mark.parametrize("size", [(100, 30), (120, 40), (200, 60)])
async def test_where_there_is_room_it_stands_among_the_others(size):
    async with running("lstm-forget-1", size=size) as driver:
        for title in (
            "1 Gradient flow",
            "2 Chain rule",
            "3 Network",
            "4 Loss",
            "5 Weights",
            "6 Time gradient",
        ):
            await driver.until_text(f"─ {title} ─")
        for name in ("‖dL/dc‖", "kept", "forget"):
            await driver.until_text(name)


async def test_a_layer_chosen_in_one_pane_is_chosen_in_the_other():
    async with running("gru", size=COCKPIT) as driver:
        gradient, time = (driver.app.cockpit.panes[name] for name in ("gradient", "time"))
        assert isinstance(gradient, GradientPane)
        assert isinstance(time, TimePane)
        await driver.press("1", "down")
        await driver.until(lambda: time.selected == gradient.selected == 1)


async def test_v_begins_a_comparison_of_the_run_as_it_is_and_ends_it():
    async with running("gru") as driver:
        await driver.press("s", "v")
        await driver.until(lambda: driver.frame.cells is not None)
        assert driver.frame.cells.steps == 1
        assert driver.frame.cells.scenario == driver.frame.scenario
        await driver.until_text("of three kinds")
        await driver.press("v")
        await driver.until(lambda: driver.frame.cells is None)
