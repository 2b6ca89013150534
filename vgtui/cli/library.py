"""`vgtui list`, `vgtui show`, `vgtui check`: what scenarios there are, and whether one holds together."""

from __future__ import annotations

import textwrap

import click

from vgtui.cli.options import assigned, is_session, opened, scenario_argument, set_option
from vgtui.scenario.errors import ScenarioError, UserError, printable, said_of
from vgtui.scenario.library import course_names, dump, load_scenario, presets


@click.command(name="list")
def list_presets() -> None:
    """List the preset scenarios, and the lessons of the course in their order."""
    course = course_names()
    for name, scenario in presets().items():
        if name in course[:1]:
            click.echo("\nCourse:")
        click.echo(f"{name}: {scenario.title}")
        click.echo(textwrap.indent(textwrap.fill(scenario.summary, 76), "    "))


@click.command()
@scenario_argument
@set_option
def show(scenario: str, assignments: tuple[str, ...]) -> None:
    """Print SCENARIO as TOML, to be saved and changed; of a session saved as .vgtui, the one in it."""
    shown = opened(scenario).scenario if is_session(scenario) else load_scenario(scenario)
    click.echo(dump(assigned(shown, assignments, "--set")), nl=False)


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_context
def check(ctx: click.Context, files: tuple[str, ...]) -> None:
    """Check scenario FILEs: their keys and values, their data, and whether the layers fit each other."""
    wrong = 0
    for name in files:
        try:
            with said_of(name):
                click.echo(f"{printable(name)}: ok, {_size(name)}")
        except UserError as error:
            wrong += 1
            click.echo(f"vgtui: {error}", err=True)
    ctx.exit(2 if wrong else 0)


def _size(name: str) -> str:
    """What the scenario comes to, in words; its network is built, but not compiled. Raises UserError."""
    scenario = load_scenario(name)
    from vgtui.analysis.chain_rule import check_weight
    from vgtui.data.allowance import written
    from vgtui.engine.simulation import Simulation

    simulation = Simulation(scenario)
    chosen = scenario.view.weight
    try:
        check_weight(simulation, chosen.layer, chosen.row, chosen.column)
    except ValueError as error:
        raise ScenarioError(str(error), place="view.weight") from None
    weights = simulation.parameters
    layers, numbers = len(scenario.expanded()), sum(array.size for array in weights.values())
    train, test = len(simulation.train_data[0]), len(simulation.test_data[0])
    samples = f"{train:,} training and {test:,} test samples of {_sample(simulation.dataset.input_shape)}"
    size = f"{layers} layer{'s' * (layers != 1)}, {numbers:,} parameter{'s' * (numbers != 1)}"
    return f"{size}, {samples}, {written(simulation.memory_bytes)} of memory"


def _sample(shape: tuple[int, ...]) -> str:
    """What one sample holds: `2 numbers`, `20 x 2 numbers`, or `3 channels of 8 x 8 numbers`."""
    channels = "" if len(shape) < 3 else f"{shape[0]} channel{'s' * (shape[0] > 1)} of "
    return f"{channels}{' x '.join(map(str, shape[-2:]))} number{'s' * (shape != (1,))}"
