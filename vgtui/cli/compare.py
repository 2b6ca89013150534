"""`vgtui compare A B`: two networks in lockstep, in the app or as a table, JSON or CSV."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from vgtui.cli.launch import SESSION, launch
from vgtui.cli.options import COUNT, assigned, chosen_scenario, set_option
from vgtui.scenario.errors import UserError

if TYPE_CHECKING:
    from vgtui.analysis.comparison import Comparison, LayerPair, Side
    from vgtui.scenario.model import Scenario

STEPS = 100
"""Updates of each, where nothing is said."""

DIFFERS = "≠"
ROW = "{:>4} {:<14}{:>5} {:<14}{:>13}{:>13}{:>12} {}"
NUMBER = "{:<18}{:>13}{:>13}{:>12} {}"


@click.command()
@click.argument("a")
@click.argument("b", required=False)
@set_option
@click.option(
    "--set-b",
    "assignments_b",
    metavar="KEY=VALUE",
    multiple=True,
    help="Change one value of B alone. May be repeated.",
)
@click.option("--steps", type=COUNT, help=f"Updates of each, to be told; by default {STEPS}.")
@click.option("--format", "layout", type=click.Choice(["table", "jsonl", "csv"]), help="By default a table.")
@click.pass_context
def compare(
    ctx: click.Context,
    a: str,
    b: str | None,
    assignments: tuple[str, ...],
    assignments_b: tuple[str, ...],
    steps: int | None,
    layout: str | None,
) -> None:
    """Train two networks in lockstep, on the same data, batches and seed, and tell how they differ.

    Without B it is A once more, as changed by --set-b; --set changes both. B has the seed of A, unless --set-b gives
    it another. On a terminal this opens the app with both. With --steps or --format, or where there is no terminal,
    it prints the settings that differ, loss and accuracy, and the gradient of every layer; `≠` marks what differs.
    """
    first, second = _both(a, b, assignments, assignments_b)
    if steps is None and layout is None and is_at_a_terminal():
        ctx.exit(launch(a, start=first, against=second))
    from vgtui.analysis.comparison import compare as compared

    found = compared(first, second, STEPS if steps is None else steps, names=(a, b or a))
    click.echo({"table": _table, "jsonl": _line, "csv": _csv}[layout or "table"](found), nl=False)


def is_at_a_terminal() -> bool:
    """Whether there is somebody to show the app to."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _both(
    a: str, b: str | None, assignments: tuple[str, ...], assignments_b: tuple[str, ...]
) -> tuple[Scenario, Scenario]:
    for name in (a, b):
        if name is not None and name.endswith(SESSION):
            raise UserError("is a session; two scenarios are compared, each from its first draw", source=name)
    from vgtui.analysis.comparison import with_the_seed_of

    first = chosen_scenario(a, assignments)
    second = chosen_scenario(a if b is None else b, assignments)
    return first, assigned(with_the_seed_of(first, second), assignments_b, "--set-b")


def _table(found: Comparison) -> str:
    lines = [
        f"A  {found.a.scenario.title}",
        f"B  {found.b.scenario.title}",
        f"updates of each: {found.steps}",
        "",
    ]
    lines += [f"{one.setting}: {one.a} {DIFFERS} {one.b}" for one in found.differences] or [
        "the same settings"
    ]
    lines += ["", NUMBER.format("", "A", "B", "B/A", "").rstrip()]
    lines += [_number(name, *values) for name, values in _numbers(found)]
    heading = ROW.format("A", "layer", "B", "layer", "A |dL/dW|", "B |dL/dW|", "B/A", "")
    return "\n".join([*lines, "", heading.rstrip(), *map(_row, found.layers)]) + "\n"


def _numbers(found: Comparison) -> list[tuple[str, tuple[float, float]]]:
    """What is told of each side as a whole; an accuracy only where there is one."""
    from math import isnan

    told = [("batch loss", (found.a.record.loss, found.b.record.loss))]
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        values = getattr(found.a.evaluation, name), getattr(found.b.evaluation, name)
        if not (name.endswith("accuracy") and all(map(isnan, values))):
            told.append((name.replace("_", " "), values))
    return told


def _number(name: str, a: float, b: float) -> str:
    from vgtui.analysis.comparison import same

    ratio = f"{b / a:.4g}" if a else "—"
    return NUMBER.format(name, f"{a:.5g}", f"{b:.5g}", ratio, "" if same(a, b) else DIFFERS).rstrip()


def _row(pair: LayerPair) -> str:
    from math import isnan

    from vgtui.cli.rows import named, scientific

    told: list[str] = []
    norms: list[str] = []
    for layer in (pair.a, pair.b):
        told += ["—", "—"] if layer is None else [str(layer.index), named(layer.name, 14)]
        norms.append("—" if layer is None or not layer.has_weight else scientific(layer.weight_grad_log10))
    ratio = "—" if isnan(pair.ratio_log10) else scientific(pair.ratio_log10)
    return ROW.format(*told, *norms, ratio, DIFFERS if pair.differs else "").rstrip()


def _line(found: Comparison) -> str:
    """All of it as one object; `a` and `b` are what `vgtui run` tells of a step."""
    import json

    from vgtui.cli.rows import plain, step_values

    def side(of: Side) -> dict[str, Any]:
        return {"title": of.scenario.title, **step_values(of.record, of.evaluation)}

    pairs = [
        {
            "a": None if pair.a is None else pair.a.index,
            "b": None if pair.b is None else pair.b.index,
            "ratio_log10": plain(pair.ratio_log10),
            "differs": pair.differs,
        }
        for pair in found.layers
    ]
    settings = [{"setting": one.setting, "a": one.a, "b": one.b} for one in found.differences]
    told = {
        "step": found.steps,
        "differences": settings,
        "layers": pairs,
        "a": side(found.a),
        "b": side(found.b),
    }
    return json.dumps(told, allow_nan=False) + "\n"


def _csv(found: Comparison) -> str:
    """The lines that `vgtui run` gives of a step, of A and then of B, with a column before them that says which."""
    from vgtui.cli.rows import CSV_HEADER, csv_lines

    lines = [f"side,{CSV_HEADER}"]
    for name, side in (("a", found.a), ("b", found.b)):
        lines += [f"{name},{line}\n" for line in csv_lines(side.record, side.evaluation).splitlines()]
    return "".join(lines)
