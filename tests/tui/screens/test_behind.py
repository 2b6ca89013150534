"""What is behind a dialog is what Textual itself would show there, cell by cell, whichever rows are asked for."""

from __future__ import annotations

import pytest
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tests.tui.driving import running
from vgtui.tui.arrangement import Box
from vgtui.tui.output import strips_of
from vgtui.tui.screens.behind import Overlay
from vgtui.tui.screens.dialog import Dialog
from vgtui.tui.screens.path import PathScreen


def cells(strip: Strip) -> list[tuple[object, ...]]:
    """Character and colours of each cell; the ink of a space is not seen."""
    return [
        (
            character,
            style and character != " " and style.color,
            style and (style.bgcolor, style.bold, style.dim),
        )
        for text, style, _ in strip
        for character in text
    ]


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_the_screen_behind_a_dialog_is_dimmed_as_textual_does_it(theme: str, monkeypatch):
    async with running("width-1", size=(100, 32)) as driver:
        driver.app.theme = theme
        driver.app.push_screen(PathScreen("Open", "a note", lambda path: None))
        await driver.until(lambda: isinstance(driver.app.screen, Dialog))
        await driver.pilot.pause()
        rows = []
        for _ in ("ours", "Textual's"):
            driver.app.screen.refresh()
            visible_screen_stack.set([driver.app.cockpit])
            parts = (Region(0, 0, 100, 11), Region(0, 11, 100, 21))
            rows.append([cells(strip) for part in parts for strip in driver.app.screen.render_lines(part)])
            monkeypatch.setattr(Overlay, "render_line", Widget.render_line)
    assert any("Gradient flow" in "".join(cell[0] for cell in row) for row in rows[0])
    assert rows[0] == rows[1]


async def test_a_pane_that_a_scroll_has_laid_out_anew_is_drawn_before_it_is_told_its_size():
    async with running("width-1", size=(100, 32)) as driver:
        cockpit = driver.app.cockpit
        pane = cockpit.panes["gradient"]
        cockpit.places.put({"gradient": Box(0, 0, 57, 7)})
        cockpit._compositor.reflow_visible(cockpit, cockpit.size)
        assert pane.outer_size.height > pane.region.height == 7
        assert strips_of(cockpit)[pane.region.bottom - 1].text.startswith("╰─")
