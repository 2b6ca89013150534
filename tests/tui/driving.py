"""The real app on the real engine, without a terminal.

Nobody looks at the screen between two of a test's questions, so it is drawn when a test asks what is on it. Style
sheets are read, and what theory expects of a scenario is worked out, once for all apps of a process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rich.console import RenderableType
from textual._compositor import Compositor
from textual.app import App
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.events import Key
from textual.keys import _character_to_key, key_to_character
from textual.pilot import Pilot

import vgtui
from vgtui.analysis import theory
from vgtui.analysis.theory import FlowPrediction
from vgtui.scenario.model import Scenario
from vgtui.tui.app import VgtuiApp
from vgtui.tui.frame import Frame
from vgtui.tui.output import screen_text

COCKPIT = (120, 40)
"""Columns and rows in which every pane is shown; each costs time to draw, so where one will do there is less room."""

SHEETS: dict[tuple[Any, ...], list[RuleSet]] = {}
"""Every style sheet that an app has read, by its text and its variables."""

PREDICTIONS: dict[Scenario, FlowPrediction] = {}
"""What theory expects of every scenario that an app has opened, but for those that learn from a file."""


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


@contextmanager
def painting_nothing() -> Iterator[None]:
    """Screens are laid out, but drawn only for who asks: this terminal shows nobody what is between."""
    paint = Compositor.render_update

    def only_whole(compositor: Compositor, full: bool = False, **named: Any) -> RenderableType | None:
        return paint(compositor, full, **named) if full else compositor._dirty_regions.clear()

    with patch.object(Compositor, "render_update", only_whole):
        yield


@contextmanager
def reading_styles_once() -> Iterator[None]:
    """A style sheet that an app of this process has read with the same variables is not read again."""
    read = Stylesheet._parse_rules

    def remembered(sheet: Stylesheet, css: str, read_from: Any, *given: Any, **named: Any) -> list[RuleSet]:
        key = (css, read_from, given, *named.items(), *sheet._variables.items())
        if key not in SHEETS:
            SHEETS[key] = read(sheet, css, read_from, *given, **named)
        return SHEETS[key]

    with patch.object(Stylesheet, "_parse_rules", remembered):
        yield


@contextmanager
def predicting_once() -> Iterator[None]:
    """What theory expects of a scenario is not worked out again, unless a file may be another by now."""
    predict = theory.predict_flow

    def remembered(scenario: Scenario, folder: Path | None, **named: Any) -> FlowPrediction:
        if scenario.data.source == "file":
            return predict(scenario, folder, **named)
        if scenario not in PREDICTIONS:
            PREDICTIONS[scenario] = predict(scenario, folder, **named)
        return PREDICTIONS[scenario]

    with patch.object(theory, "predict_flow", remembered):
        yield


@contextmanager
def looked_up_once() -> Iterator[None]:
    """What no app of this process finds out a second time."""
    with reading_styles_once(), predicting_once():
        yield


@asynccontextmanager
async def tried(app: App[None], size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """An app that is made for a test, around a pane or two."""
    with looked_up_once():
        async with app.run_test(size=size) as pilot:
            yield pilot


@asynccontextmanager
async def driven(
    app: VgtuiApp, size: tuple[int, int] = (80, 24), painted: bool = False
) -> AsyncIterator[Driver]:
    """The app, everything loaded; `painted`: as for a terminal, also when nobody asks. It can be drawn at its end."""
    with ExitStack() as stack:
        stack.enter_context(looked_up_once())
        if not painted:
            stack.enter_context(painting_nothing())
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            await driver.until(lambda: app.cockpit.frame.loaded or driver.frame.status == "failed")
            await pilot.pause()
            yield driver
            driver.text()


@asynccontextmanager
async def running(
    scenario: str = "keras-moons",
    size: tuple[int, int] = (80, 24),
    session: Path | None = None,
    painted: bool = False,
) -> AsyncIterator[Driver]:
    """The app on a preset, its first frame with numbers on the screen."""
    async with driven(VgtuiApp(vgtui.load_scenario(scenario), session), size, painted) as driver:
        yield driver
