"""A repaint in pieces paints what is to be repainted, each cell once, and the same as Textual does at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._compositor import Compositor
from textual.app import App, ComposeResult
from textual.events import MouseDown, MouseMove, MouseUp
from textual.geometry import Region, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widgets import Static

from tests.tui.driving import Driver, running
from tests.tui.screens.test_behind import cells
from vgtui.tui.keys import Keys
from vgtui.tui.piecewise import MOST_ROWS, InPieces, RowsCompositor, first_rows, rows_of, rows_within

REGIONS = st.builds(Region, st.integers(-3, 90), st.integers(-3, 70), st.integers(0, 90), st.integers(0, 70))


def painted(regions: set[Region]) -> set[tuple[int, int]]:
    return {(x, y) for region in regions for y in region.line_range for x in region.column_range}


@given(
    st.sets(REGIONS, max_size=6), st.builds(Size, st.integers(1, 80), st.integers(1, 60)), st.integers(1, 20)
)
def test_piece_after_piece_is_all_that_is_seen_of_what_is_dirty(dirty: set[Region], screen: Size, count: int):
    found: Counter[tuple[int, int]] = Counter()
    rest = dirty
    while rest:
        piece, rest = first_rows(rest, screen, count)
        rows = {y for _, y in painted(piece)}
        assert max(rows, default=0) - min(rows, default=0) < count
        found.update(painted(piece))
    assert set(found) == painted(dirty) & painted({screen.region})
    assert max(found.values(), default=1) == 1


def test_a_piece_has_as_many_rows_as_there_is_time_for():
    rows = 4
    for milliseconds_a_row in [1.0] * 4 + [10.0] * 2 + [0.0] * 3:
        rows = rows_within(0.005, rows, rows * milliseconds_a_row / 1e3)
        assert rows >= 1
        assert milliseconds_a_row == 0.0 or rows == max(1, 5 // milliseconds_a_row)
    assert rows == MOST_ROWS


async def test_some_rows_are_drawn_as_textual_draws_them_among_all(monkeypatch: pytest.MonkeyPatch):
    async with running("width-1", size=(100, 32), painted=True) as driver:
        rows = [
            cells(row)
            for first in range(0, 32, 5)
            for row in rows_of(driver.app.cockpit, first, min(first + 5, 32))
        ]
        monkeypatch.setattr(RowsCompositor, "_get_renders", Compositor._get_renders)
        whole = [cells(row) for row in driver.app.cockpit._compositor.render_strips()]
    assert any("Gradient flow" in "".join(str(cell[0]) for cell in row) for row in whole)
    assert rows == whole


class Counted(Static):
    """Counts how often it is painted."""

    painted = 0

    def render_lines(self, crop: Region) -> list[Strip]:
        self.painted += 1
        return super().render_lines(crop)


class FirstScreen(InPieces, Screen[None]):
    """Painted whole at first."""

    is_awaited = True

    def compose(self) -> ComposeResult:
        yield from (Counted("one"), Counted("two"))


class Opening(App[None]):
    """Has only that."""

    def get_default_screen(self) -> FirstScreen:
        return FirstScreen()


async def test_the_first_screen_is_painted_once_until_something_changes():
    async with Opening().run_test() as pilot:
        await pilot.pause(0.2)
        one, two = pilot.app.query(Counted)
        assert (one.painted, two.painted) == (1, 1)
        one.update("another")
        await pilot.pause(0.2)
        assert (one.painted, two.painted) == (2, 1)
        pilot.app.screen.refresh()
        await pilot.pause(0.2)
        assert (one.painted, two.painted) == (3, 2)


async def test_what_a_key_answers_is_not_painted_between_two_pieces():
    async with running("width-1", size=(100, 32), painted=True) as driver:
        app = driver.app
        await driver.until(app.live_output.is_ready)
        app.screen.refresh()
        app.screen._on_timer_update()
        assert not app.live_output.is_ready(urgent=True)
        await driver.until(app.live_output.is_ready)
        assert not app.screen._compositor._dirty_regions


async def test_the_mouse_on_what_was_taken_away_a_moment_ago_ends_nothing(monkeypatch: pytest.MonkeyPatch):
    async with running("width-1", size=(100, 32), painted=True) as driver:
        keys = driver.app.screen.query_one(Keys)
        x, y = keys.region.offset
        with monkeypatch.context() as gone:
            gone.setattr(keys, "_parent", None)
            for kind in (MouseDown, MouseMove, MouseUp):
                driver.app.screen._forward_event(kind(None, x, y, 0, 0, 1, False, False, False, x, y))


@asynccontextmanager
async def watched() -> AsyncIterator[tuple[Driver, list[int]]]:
    """The app, and the rows that reach its terminal, in the order in which they do."""
    async with running("width-1", size=(100, 32), painted=True) as driver:
        rows: list[int] = []
        await driver.until(driver.app.live_output.is_ready)
        driver.app._display = lambda _, update: rows.extend(y for y, _, _ in (update.spans if update else ()))
        await all_is_shown(driver, rows)
        yield driver, rows


async def all_is_shown(driver: Driver, rows: list[int]) -> None:
    """Until nothing has been painted for a while: what is found beside the run comes after the first frame."""
    painted = -1
    while painted:
        rows.clear()
        await driver.pilot.pause(0.3)
        painted = len(rows)


async def test_what_changes_between_two_pieces_is_painted_though_its_rows_were_already():
    async with watched() as (driver, rows):
        screen = driver.app.cockpit
        driver.app.live_output.is_held = True
        screen.refresh()
        screen._on_timer_update()
        screen._paint_piece()
        assert screen.is_half_painted
        screen.state_line._set_dirty()
        screen._dirty_widgets.add(screen.state_line)
        while screen.is_half_painted:
            screen._paint_piece()
        assert (rows.count(0), rows.count(31)) == (2, 1)


async def test_panes_that_are_drawn_anew_each_have_a_turn_of_the_loop_to_themselves():
    async with watched() as (driver, rows):
        screen, turn, drawn = driver.app.cockpit, [0], []
        for pane in driver.app.live_panes:
            pane.draw = lambda *size, draw=pane.draw: drawn.append(turn[0]) or draw(*size)
        driver.app.live_output.is_held = True
        for pane in driver.app.live_panes:
            pane.forget()
        screen.refresh()
        screen._on_timer_update()
        while not drawn or screen.is_half_painted:
            await asyncio.sleep(0)
            turn[0] += 1
        assert len(drawn) > 3
        assert len(set(drawn)) == len(drawn)
        assert set(rows) == set(range(32))


async def test_another_focus_repaints_the_panes_that_have_it_and_had_it_and_nothing_else():
    async with watched() as (driver, rows):
        screen = driver.app.cockpit
        before, after = (screen.panes[name] for name in screen.displayed[:2])
        screen.set_focus(before)
        await driver.pilot.pause()
        rows.clear()
        screen.set_focus(after)
        await driver.until(lambda: after.region.y in rows)
        assert not set(rows) & {*screen.state_line.region.line_range}


async def test_a_dialog_is_painted_once_and_once_what_it_covered():
    async with watched() as (driver, rows):
        for key in ("question_mark", "escape"):
            rows.clear()
            await driver.press(key)
            await driver.until(lambda: rows.count(0) > 0 and driver.app.live_output.is_ready())
            await driver.pilot.pause(0.1)
            assert rows.count(0) == 1


async def test_a_screen_that_is_covered_half_painted_leaves_the_painting_to_what_covers_it():
    async with watched() as (driver, rows):
        app, cockpit = driver.app, driver.app.cockpit
        app.live_output.is_held = True
        cockpit.refresh()
        cockpit._on_timer_update()
        cockpit._paint_piece()
        assert cockpit.is_half_painted
        app.action_help()
        cockpit.call_later(cockpit.refresh)  # as a frame asks for it that comes right then
        await driver.until(lambda: 31 in rows)
        seen = [-1]
        while len(rows) != seen[-1]:  # until nothing more is painted, which has an end
            assert len(seen) < 20
            seen.append(len(rows))
            await driver.pilot.pause(0.3)
        assert not app.screen.is_half_painted
