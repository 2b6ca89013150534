"""What dialogs look like is read before they are opened."""

from __future__ import annotations

import pytest
from textual.css import stylesheet

from tests.tui import driving
from tests.tui.driving import running


async def test_no_style_sheet_is_read_when_a_dialog_opens(monkeypatch: pytest.MonkeyPatch):
    read = []
    parse = stylesheet.parse

    def parsed(scope: str, text: str, place: tuple[str, str], **named: object) -> object:
        read.append(place)
        return parse(scope, text, place, **named)

    monkeypatch.setattr("vgtui.tui.styles_ahead.PAUSE", 0.0)
    monkeypatch.setattr(stylesheet, "parse", parsed)
    monkeypatch.setattr(driving, "SHEETS", {})
    async with running("width-1", size=(100, 32)) as driver:
        await driver.until(lambda: driver.app._reading is not None and driver.app._reading.done())
        assert any("OptionList" in name for _, name in read)
        read.clear()
        for key, name in (("question_mark", "HelpScreen"), ("p", "PresetsScreen"), ("ctrl+p", "Palette")):
            await driver.press(key)
            await driver.until(lambda name=name: type(driver.app.screen).__name__ == name)
            await driver.until(lambda: driver.app.screen.focused is not None)
            await driver.press("escape")
            await driver.until(lambda: driver.app.screen is driver.app.cockpit)
    assert not read
