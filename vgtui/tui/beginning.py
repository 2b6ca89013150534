"""What the app begins with: everything that is read before Textual is imported."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from vgtui.scenario import library
from vgtui.scenario.errors import UserError
from vgtui.scenario.model import Scenario
from vgtui.tui import unfinished
from vgtui.tui.configuration import Configuration, read_configuration
from vgtui.tui.configuration import usual_path as configuration_path
from vgtui.tui.keymap import CHOSEN
from vgtui.tui.memory import Memory, usual_path
from vgtui.tui.wishes import Wishes


class Beginning(NamedTuple):
    """name: of a preset or a file; scenario: what the first frame is of; session: the file to go on with, if any."""

    name: str
    scenario: Scenario
    session: Path | None
    configuration: Configuration
    memory: Memory


def begin(scenario: str | None, wishes: Wishes) -> Beginning:
    """Read a preset, a scenario file or what there is of the user's; the user's own keys hold from now on.

    Raises UserError where there is no such thing. A kiosk knows no user.
    """
    session = Path(scenario) if scenario is not None and scenario.endswith(unfinished.SESSION) else None
    if session is not None and not session.is_file():
        raise UserError("no such file", source=str(session))
    if wishes.resume and unfinished.age_of_newest() is None:
        raise UserError("there is no session that was cut off, so there is nothing to resume")
    configuration = Configuration({}) if wishes.kiosk else read_configuration(configuration_path())
    CHOSEN.update(configuration.keys)
    start = library.DEFAULT_PRESET if scenario is None or session is not None else scenario
    first = wishes.start or library.load_scenario(start)
    return Beginning(start, first, session, configuration, Memory(None if wishes.kiosk else usual_path()))
