"""`vgtui share`, `vgtui open`: a scenario as one line, and back."""

from __future__ import annotations

import os

import click

from vgtui.cli.open import open_app
from vgtui.cli.options import chosen_scenario, scenario_argument, set_option
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.library import preset_names
from vgtui.scenario.share import is_shared, pack, unpack


@click.command()
@scenario_argument
@set_option
def share(scenario: str, assignments: tuple[str, ...]) -> None:
    """Print SCENARIO as one line that `vgtui open` reads: for a chat, a mail or a question."""
    click.echo(pack(chosen_scenario(scenario, assignments)))


@click.command(name="open")
@click.argument("string")
@click.pass_context
def open_shared(ctx: click.Context, string: str) -> None:
    """Open the app on STRING, a scenario that `vgtui share` printed; every other command takes one too."""
    if string in preset_names() or os.path.isfile(string):
        raise ScenarioError(f"is no line that was shared; `vgtui {string}` opens it", source=string)
    if not is_shared(string):
        unpack(string)
    ctx.invoke(open_app, scenario=string.strip())
