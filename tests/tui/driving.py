"""The real app on the real engine, without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.events import Key
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

import vgtui
from vgtui.tui.app import VgtuiApp
from vgtui.tui.frame import Frame
from vgtui.tui.output import screen_text

COCKPIT = (120, 40)
"""Columns and rows in which every pane is shown; each costs time to draw, so where one will do there is less room."""


class Driver:
    """Presses keys and waits for what they bring about."""

    def __init__(self, app: VgtuiApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def frame(self) -> Frame:
        return self.app.runner.frame

    async def press(self, *keys: str) -> None:
        """One after the other, each answered before the next."""
        for key in keys:
            await self.type(key)
            await self.pilot.pause(0.01)

    async def type(self, *keys: str) -> None:
        """All in one breath; once the last is answered."""
        for key in keys:
            name, character = (_character_to_key(key), key) if len(key) == 1 else (key, key_to_character(key))
            self.app.post_message(Key(name, character))
        await self.until(lambda: not self.app.keys_wait)

    async def until(self, fits: Callable[[], bool], seconds: float = 60.0) -> None:
        """Looks at once and then less and less often: what there is to see may take a whole screen to draw."""
        waited = 0.0
        while waited < seconds:
            if fits():
                return
            pause = min(0.01 + waited / 4, 0.05)
            await asyncio.sleep(pause)
            waited += pause
        raise AssertionError(f"never came to be; on the screen:\n{self.text()}")

    async def until_text(self, text: str) -> None:
        await self.until(lambda: text in self.text())

    def text(self) -> str:
        """The screen as it is drawn."""
        return screen_text(self.app)


@asynccontextmanager
async def running(
    scenario: str = "keras-moons", size: tuple[int, int] = (80, 24), session: Path | None = None
) -> AsyncIterator[Driver]:
    """The app, everything loaded, its first frame with numbers on the screen."""
    app = VgtuiApp(vgtui.load_scenario(scenario), session)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        await driver.until(lambda: driver.frame.loaded or driver.frame.status == "failed")
        await pilot.pause()
        yield driver
