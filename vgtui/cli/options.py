"""The arguments that several commands share, and what they are turned into."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from vgtui.scenario.edit import set_from_text
from vgtui.scenario.errors import ScenarioError, said_of
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Scenario

Command = Callable[..., Any]

MOST_MEGABYTES = 1e9
"""More than any machine has."""


def scenario_argument(command: Command) -> Command:
    """Give a command the argument SCENARIO; what is wrong with it is said with its name."""

    @wraps(command)
    def named(*args: Any, scenario: str, **options: Any) -> Any:
        with said_of(scenario):
            return command(*args, scenario=scenario, **options)

    return click.argument("scenario")(named)


set_option: Callable[[Command], Command] = click.option(
    "--set",
    "assignments",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change one value of the scenario, as in training.learning_rate=0.01. May be repeated.",
)


def _place(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[int, int, int] | None:
    """The three numbers of `L,R,C`: layer, output neuron, input neuron, each from 0."""
    if text is None:
        return None
    numbers = re.fullmatch(r"\s*(\d{1,9})\s*,\s*(\d{1,9})\s*,\s*(\d{1,9})\s*", text, re.ASCII)
    if numbers is None:
        raise click.BadParameter(f"{text!r} is not layer,row,column such as 0,0,1.", ctx, param)
    return int(numbers[1]), int(numbers[2]), int(numbers[3])


weight_option: Callable[[Command], Command] = click.option(
    "--weight",
    metavar="L,R,C",
    callback=_place,
    help="Layer, output neuron, input neuron, from 0; by default the scenario's.",
)

steps_option: Callable[[Command], Command] = click.option(
    "--steps", type=click.IntRange(0), default=0, help="Updates to run before; by default none."
)


class Number(click.FloatRange):
    """One within a range; nan, which no comparison leaves out, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail("nan is not a number.", param, ctx)
        return number


MEGABYTES = Number(0, MOST_MEGABYTES, min_open=True)
"""An amount of memory."""


def _allow(ctx: click.Context, param: click.Parameter, megabytes: float | None) -> None:
    if megabytes is not None:
        from vgtui.data import allowance

        allowance.allow(megabytes)


memory_option: Callable[[Command], Command] = click.option(
    "--memory",
    type=MEGABYTES,
    metavar="MB",
    callback=_allow,
    expose_value=False,
    is_eager=True,
    help="What one network with its data may take; by default a quarter of what is free. More is refused.",
)

layout_option: Callable[[Command], Command] = click.option(
    "--format", "layout", type=click.Choice(["table", "jsonl"]), default="table", help="By default a table."
)


def chosen_scenario(name: str, assignments: tuple[str, ...]) -> Scenario:
    """The scenario of that name or path, changed by what `--set` says. Raises ScenarioError."""
    return assigned(load_scenario(name), assignments, "--set")


def assigned(scenario: Scenario, assignments: tuple[str, ...], option: str) -> Scenario:
    """The scenario changed by what an option says. Raises ScenarioError that names the option."""
    try:
        return set_from_text(scenario, *assignments) if assignments else scenario
    except ScenarioError as error:
        raise ScenarioError(error.message, place=error.place, source=option) from None
