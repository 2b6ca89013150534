"""The user's own data in the network editor, and the answer that fits it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

from vgtui.scenario.edit import set_values
from vgtui.scenario.model import Loss, Scenario

OWN_FILE = "own file"
"""What its row is called."""

EXPECTED = "a CSV file and its target, as in data.csv:label, or an NPZ file"


def own_file(scenario: Scenario, text: str) -> Scenario:
    """The scenario learning from the file at `text`, a path, or a path, a colon and the target's column."""
    path, colon, target = text.strip().rpartition(":")
    if not colon:
        path, target = text.strip(), ""
    if not path:
        return set_values(scenario, [("data.source", "moons"), ("data.file", None), ("data.target", None)])
    return set_values(
        scenario,
        [
            ("data.source", "file"),
            ("data.file", str(Path(os.path.expanduser(path)).absolute())),
            ("data.target", target or scenario.data.target),
        ],
    )


def and_fitting(change: Callable[[Scenario], Scenario]) -> Callable[[Scenario], Scenario]:
    """A change of the data, and of the last layer and the loss with it, so that they suit what the data asks for."""

    def both(scenario: Scenario) -> Scenario:
        from vgtui.data.answer import with_fitting_answer

        return with_fitting_answer(change(scenario))

    return both


def judged_by(loss: str) -> Callable[[Scenario], Scenario]:
    """Another loss, and the last layer as it reads it."""

    def change(scenario: Scenario) -> Scenario:
        from vgtui.data.answer import with_loss

        return with_loss(scenario, cast("Loss", loss))

    return change
