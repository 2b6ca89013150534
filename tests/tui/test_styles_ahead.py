"""What lessons, the line for values and dialogs look like is read before they are opened."""

from __future__ import annotations

import traceback

import pytest
from textual.css import stylesheet

from tests.tui import driving
from tests.tui.driving import running


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The sheets that are read, and whether that was ahead."""
    read: list[tuple[str, bool]] = []
    parse = stylesheet.parse

    def parsed(scope: str, text: str, place: tuple[str, str], **named: object) -> object:
        read.append((place[1], any(caller.name == "read_ahead" for caller in traceback.extract_stack())))
        return parse(scope, text, place, **named)

    monkeypatch.setattr("vgtui.tui.styles_ahead.PAUSE", 0.0)
    monkeypatch.setattr(stylesheet, "parse", parsed)
    monkeypatch.setattr(driving, "SHEETS", {})
    return read


async def test_no_style_sheet_is_read_when_a_dialog_opens(read: list[tuple[str, bool]]):
    async with running("width-1", size=(100, 32)) as driver:
        await driver.until(lambda: driver.app._reading is not None and driver.app._reading.done())
        assert any("OptionList" in name for name, _ in read)
        read.clear()
        for key, name in (("question_mark", "HelpScreen"), ("p", "PresetsScreen"), ("ctrl+p", "Palette")):
            await driver.press(key)
            await driver.until(lambda name=name: type(driver.app.screen).__name__ == name)
            await driver.until(lambda: driver.app.screen.focused is not None)
            await driver.press("escape")
            await driver.until(lambda: driver.app.screen is driver.app.cockpit)
    assert not read


async def test_what_comes_once_all_is_loaded_waits_until_its_sheets_are_read(read: list[tuple[str, bool]]):
    async with running("keras-moons", size=(100, 32)) as driver:
        await driver.until(lambda: len(driver.app.cockpit.lesson.children) > 0)
        await driver.until(lambda: driver.app.query("TypingLine ValueInput"))
    for widget in ("Markdown", "MarkdownBlock", "Input", "Label", "Horizontal"):
        assert (f"{widget}.DEFAULT_CSS", True) in read
        assert (f"{widget}.DEFAULT_CSS", False) not in read
