"""One screen as text, drawn without a terminal: for documents and bug reports."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from vgtui.scenario.errors import UserError
from vgtui.tui.output import screen_text

if TYPE_CHECKING:
    from vgtui.tui.app import VgtuiApp
    from vgtui.tui.experiment import Experiment
    from vgtui.tui.frame import Frame

LOOK = 0.02
"""Seconds between two looks at whether the screen is there."""

THEORY = 20.0
"""Seconds to wait, at most, for what theory expects of an untrained network."""


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
            app.exit()

    app.run(headless=True, size=size, auto_pilot=operate)
    if faults or not drawn:
        raise UserError(faults[0] if faults else "the screen could not be drawn")
    return drawn[0]


async def _screen(app: VgtuiApp, steps: int) -> str:
    frame = await _settled(app, None)
    if steps:
        app.runner.ask(lambda experiment: _train(experiment, steps))
        frame = await _settled(app, frame)
    await _expected(app)
    while app.is_painting or app.cockpit.frame is not app.runner.frame:
        await asyncio.sleep(LOOK)
    await asyncio.sleep(LOOK)
    return screen_text(app)


def _train(experiment: Experiment, steps: int) -> None:
    """So many updates, or up to a loss that is no number, with the points of the curve that a run would have."""
    goal = experiment.step_index + steps
    while experiment.step_index < goal and not experiment.is_nan:
        experiment.step(min(experiment.stride, goal - experiment.step_index))
    experiment.evaluate()


async def _settled(app: VgtuiApp, before: Frame | None) -> Frame:
    """The first frame with numbers after `before`. Raises UserError where there will be none."""
    while True:
        frame = app.runner.frame
        if frame.status == "failed" or (frame.record is None and frame.status == "paused"):
            raise UserError(frame.message)
        if frame.record is not None and frame is not before:
            return frame
        await asyncio.sleep(LOOK)


async def _expected(app: VgtuiApp) -> None:
    """Wait until theory has said what it has to say of an untrained network."""
    until = monotonic() + THEORY
    while app.runner.frame.record is not None and app.runner.frame.record.step == 0 and monotonic() < until:
        found = app.runner.expecting.found
        if found is not None and (found.predicted is not None or found.failure):
            return
        await asyncio.sleep(LOOK)
