"""`vgtui export`: a run as a table or arrays, a network as a script."""

from __future__ import annotations

import click

from vgtui.cli.options import scenario_argument, set_option, steps_option, trained
from vgtui.scenario.errors import UserError

FRAMEWORKS = ("pytorch", "keras")
FORMATS = ("csv", "jsonl", "npz")


@click.command()
@scenario_argument
@click.option(
    "--to",
    "kind",
    type=click.Choice([*FRAMEWORKS, *FORMATS]),
    help="By default what the name of --out ends in: .py, .keras.py, .csv, .jsonl or .npz.",
)
@click.option(
    "--out",
    type=click.Path(),
    required=True,
    help="The file to write, whole or not at all; - for a script prints it.",
)
@steps_option
@set_option
def export(scenario: str, kind: str | None, out: str, steps: int, assignments: tuple[str, ...]) -> None:
    """Write SCENARIO for another program: its network as a script that checks its gradients, or its run as numbers.

    The script holds the weights after --steps updates, the batch that comes next, and vgtui's gradients for it.
    """
    from vgtui.analysis import export as exporting

    kind = kind or exporting.kind_of(out)
    if kind is None:
        raise UserError(
            "say what to write by --to, or by a name that ends in .py, .csv, .jsonl or .npz", source=out
        )
    if out == "-" and kind not in FRAMEWORKS:
        raise UserError(f"only a script is printed; name a file for {kind}, as in run.{kind}", source="--out")
    simulation = trained(scenario, assignments, steps)
    if out == "-":
        click.echo(exporting.script(simulation, kind), nl=False)
        return
    exporting.export(simulation, kind, out)
