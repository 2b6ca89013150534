"""The arguments that several commands share, and what they are turned into."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vgtui.cli.launch import SESSION
from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.scenario.edit import set_from_text
from vgtui.scenario.errors import ScenarioError, UserError, said_of
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import MAX_COUNT, Scenario

if TYPE_CHECKING:
    from vgtui.engine.simulation import Simulation

Command = Callable[..., Any]

MOST_MEGABYTES = 1e9
"""More than any machine has."""


class Whole(click.ParamType[int]):
    """An integer within bounds; what is none is answered in a scenario's words."""

    name = "integer"

    def __init__(self, least: int, most: int = MAX_COUNT) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The number."""
        text = str(value).strip()
        number = int(text) if re.fullmatch(r"[+-]?\d{1,20}", text, re.ASCII) else None
        if number is None or not self.least <= number <= self.most:
            self.fail(f"must be an integer from {self.least} to {self.most}, not {text[:40]!r}", param, ctx)
        return number


class Number(click.ParamType[float]):
    """A number up to a largest one: above the least, or with it where it `may_be_least`."""

    name = "number"

    def __init__(self, least: float, most: float, *, may_be_least: bool = True) -> None:
        self.least, self.most, self.may_be_least = least, most, may_be_least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; nan, which no comparison leaves out, is none."""
        try:
            number = float(value)
        except ValueError:
            number = math.nan
        if not (self.least < number <= self.most or (self.may_be_least and number == self.least)):
            bounds = f"from {self.least:g} to" if self.may_be_least else f"above {self.least:g} and at most"
            self.fail(f"must be a number {bounds} {self.most:g}, not {str(value)[:40]!r}", param, ctx)
        return number


COUNT, POSITIVE = Whole(0), Whole(1)
"""How many updates, epochs or the like: as many as a scenario can ask for."""


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
    "--steps", type=COUNT, default=0, help="Updates to run before; by default none."
)


MEGABYTES = Number(0, MOST_MEGABYTES, may_be_least=False)
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
    """The scenario of that name or path, changed by what `--set` says. Raises UserError, for a session too."""
    if is_session(name):
        raise UserError(
            "is a session; here a scenario is read, and `vgtui show` prints the one in it", source=name
        )
    return assigned(load_scenario(name), assignments, "--set")


def is_session(name: str) -> bool:
    """Whether what is called so is a saved session, and no scenario."""
    return name.endswith(SESSION)


def opened(
    name: str, assignments: tuple[str, ...] = (), history_megabytes: float = HISTORY_MEGABYTES
) -> Simulation:
    """The network of a scenario as it is drawn, or of a session as it was left, changed by what `--set` says.

    Raises UserError.
    """
    from vgtui.engine.simulation import Simulation

    if not is_session(name):
        return Simulation(chosen_scenario(name, assignments), history_megabytes=history_megabytes)
    simulation = Simulation.load(Path(name), history_megabytes=history_megabytes)
    if assignments:
        simulation.apply(assigned(simulation.scenario, assignments, "--set"))
    return simulation


def trained(name: str, assignments: tuple[str, ...], steps: int) -> Simulation:
    """The same after so many updates more."""
    simulation = opened(name, assignments)
    if steps:
        simulation.step(steps)
    return simulation


def chosen_weight(simulation: Simulation, weight: tuple[int, int, int] | None) -> tuple[int, int, int]:
    """What `--weight` says, or the weight that the scenario shows."""
    shown = simulation.scenario.view.weight
    return weight or (shown.layer, shown.row, shown.column)


def assigned(scenario: Scenario, assignments: tuple[str, ...], option: str) -> Scenario:
    """The scenario changed by what an option says. Raises ScenarioError that names the option."""
    try:
        return set_from_text(scenario, *assignments) if assignments else scenario
    except ScenarioError as error:
        raise ScenarioError(error.message, place=error.place, source=option) from None
