"""Nothing is kept of a dialog that was closed, and the lines that it drew go at once."""

from __future__ import annotations

import gc
import weakref

from tests.tui.driving import running


async def test_the_lines_of_a_closed_dialog_go_at_once_and_what_held_them_with_the_garbage():
    async with running("width-1", size=(80, 24)) as driver:
        await driver.press("question_mark")
        await driver.until_text("Help")
        reference = weakref.ref(driver.app.screen.query_one(".box")._styles_cache)

        def lines() -> int:
            cache = reference()
            return 0 if cache is None else len(cache._cache)

        assert lines()
        await driver.press("escape")
        await driver.until(lambda: not lines(), seconds=5.0)
        await driver.until(lambda: gc.collect() >= 0 and reference() is None, seconds=5.0)
