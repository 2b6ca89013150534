"""The arguments that several commands share, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from vgtui.scenario.edit import set_from_text
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Scenario

Command = Callable[..., Any]

scenario_argument: Callable[[Command], Command] = click.argument("scenario")

set_option: Callable[[Command], Command] = click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change one value of the scenario, as in training.learning_rate=0.01. May be repeated.",
)


def chosen_scenario(name: str, assignments: tuple[str, ...]) -> Scenario:
    """The scenario of that name or path, changed by what `--set` says. Raises ScenarioError."""
    scenario = load_scenario(name)
    try:
        return set_from_text(scenario, *assignments) if assignments else scenario
    except ScenarioError as error:
        raise ScenarioError(error.message, place=error.place, source="--set") from None
