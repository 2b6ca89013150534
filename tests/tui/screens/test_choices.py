"""A list to choose from, however little room there is for it."""

from __future__ import annotations

from textual.app import App
from textual.geometry import Size

from tests.tui.driving import tried
from vgtui.tui.screens.choices import Choices


async def test_a_list_of_no_columns_ends_nothing_and_one_of_some_shows_its_lines() -> None:
    app: App[None] = App()
    async with tried(app, (20, 10)) as pilot:
        options = Choices("several words")
        await app.mount(options)
        for width in (1, 2, 3, 4, 5, 6, 20):
            await pilot.resize_terminal(width, 10)
            options.highlighted = 0
            options.scroll_to_highlight()
            assert options.get_content_height(Size(20, 10), Size(20, 10), width) > 0
        while "several words" not in options.render_line(0).text:
            await pilot.pause(0.01)
