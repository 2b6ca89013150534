"""One screen as text, drawn without a terminal: for documents and bug reports."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from vgtui.scenario.errors import UserError
from vgtui.tui.findings import FINDERS
from vgtui.tui.output import screen_text
from vgtui.tui.panes.base import wanted_findings

if TYPE_CHECKING:
    from vgtui.tui.app import VgtuiApp
    from vgtui.tui.frame import Frame

LOOK = 0.02
"""Seconds between two looks at whether the screen is there."""

SETTLED = 0.1
"""Seconds after which what a frame brought about is on the screen."""

PATIENCE = 20.0
"""Seconds to wait, at most, for what is found beside the run."""


def draw_once(app: VgtuiApp, size: tuple[int, int], steps: int = 0) -> str:
    """The app's screen of `size` columns and rows after `steps` more updates, a line a row.

    Raises UserError where the scenario cannot be run.
    """
    drawn: list[str] = []
    faults: list[str] = []

    async def operate(pilot: object) -> None:
        try:
            drawn.append(await _screen(app, steps))
        except UserError as error:
            faults.append(str(error))
        finally:
            app.runner.stop()
            await asyncio.sleep(LOOK)  # for the last news, which no screen is left to show afterwards
            app.exit()

    app.run(headless=True, size=size, auto_pilot=operate)
    if faults or not drawn:
        raise UserError(faults[0] if faults else "the screen could not be drawn")
    return drawn[0]


async def _screen(app: VgtuiApp, steps: int) -> str:
    frame = await _settled(app, None)
    if steps:
        app.runner.ask(lambda experiment: experiment.train_to(experiment.step_index + steps))
        frame = await _settled(app, frame)
    for _ in range(2):  # a lesson's first page may bring another pane, which wants something else
        await _found(app)
        while app.is_painting or app.cockpit.frame is not app.runner.frame:
            await asyncio.sleep(LOOK)
        await asyncio.sleep(SETTLED)
    return screen_text(app)


async def _settled(app: VgtuiApp, before: Frame | None) -> Frame:
    """The first frame with numbers after `before`, once all is loaded that draws them.

    Raises UserError where there will be none.
    """
    while True:
        frame = app.runner.frame
        if frame.status == "failed" or (frame.record is None and frame.status == "paused"):
            raise UserError(frame.message)
        if frame.record is not None and frame.loaded and frame is not before:
            return frame
        await asyncio.sleep(LOOK)


async def _found(app: VgtuiApp) -> None:
    """Wait until everything that the panes on the screen want is found of the present step, or cannot be."""
    until = monotonic() + PATIENCE
    while monotonic() < until:
        frame = app.runner.frame
        step = -1 if frame.record is None else frame.record.step
        wanted = wanted_findings(app.live_panes)
        known = {name: found for name, found in frame.findings.items() if found.scenario == frame.scenario}
        if all(name in known and _holds(name, known[name].step, step) for name in wanted):
            return
        await asyncio.sleep(LOOK)


def _holds(name: str, found_at: int, step: int) -> bool:
    """Whether what was found at a step is still so: what is of the scenario alone always is."""
    return FINDERS[name].of_scenario or found_at in (0, step)
