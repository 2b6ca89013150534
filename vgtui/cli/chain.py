"""`vgtui chain`: the chain rule of one weight, written out factor by factor."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from vgtui.cli.options import (
    COUNT,
    chosen_weight,
    layout_option,
    scenario_argument,
    set_option,
    steps_option,
    trained,
    weight_option,
)
from vgtui.scenario.errors import UserError

if TYPE_CHECKING:
    from vgtui.analysis.chain_rule import ChainRule

RARE = ("time_gain", "dropout_gain")
"""Gains that have a column only where some layer has them."""


@click.command()
@scenario_argument
@weight_option
@steps_option
@click.option("--sample", type=COUNT, help="One sample of the batch instead of the whole.")
@click.option("--place", type=COUNT, help="One time step of a recurrent layer, or place of a convolution.")
@layout_option
@set_option
def chain(
    scenario: str,
    weight: tuple[int, int, int] | None,
    steps: int,
    sample: int | None,
    place: int | None,
    layout: str,
    assignments: tuple[str, ...],
) -> None:
    """Print the exact chain-rule product for one weight of SCENARIO.

    `gradient` is the weight's entry in the gradient of the whole batch.
    """
    simulation = trained(scenario, assignments, steps)
    from vgtui.analysis.chain_rule import chain_rule

    layer, row, column = chosen_weight(simulation, weight)
    try:
        product = chain_rule(simulation, layer, row, column, sample, place)
    except ValueError as error:  # no such weight, sample or place
        raise UserError(str(error)) from None
    entry = float(simulation.weight_matrix(layer, simulation.gradients)[row, column])
    step = simulation.step_index
    click.echo(_table(product, entry, step) if layout == "table" else _line(product, entry, step), nl=False)


def _line(product: ChainRule, entry: float, step: int) -> str:
    """All of it as one line of JSON."""
    from vgtui.cli.rows import json_line

    return json_line({"step": step, **asdict(product), "gradient": entry})


def _table(product: ChainRule, entry: float, step: int) -> str:
    """The factors a line each, between what enters the weight and the slope of the loss."""
    from vgtui.analysis.explain.chain import GAINS
    from vgtui.cli.rows import named, scientific, weight_line

    whole = product.sample is None
    over = "the whole batch" if whole else f"sample {product.sample} of the batch"
    if product.place is not None:
        over += f", at {product.where}"
    gains = [
        gain
        for gain in (*GAINS, "gain")
        if gain not in RARE or any(getattr(factor, gain) != 1.0 for factor in product.factors)
    ]
    wide = 13 * len(gains)
    lines = [
        f"{weight_line(product)}, after {step} update{'s' * (step != 1)}, over {over}",
        "",
        f"{'':24}{''.join(gain.replace('_', ' ').rjust(13) for gain in gains)}",
        f"{'activation that enters':<24}{product.activation:>{wide}.6g}",
    ]
    for index, factor in enumerate(product.factors):
        mark = "  <- the culprit" if index == product.culprit else ""
        name = f"layer {factor.layer} {factor.name}"
        lines.append(f"{named(name, 24)}{''.join(f'{getattr(factor, gain):>13.6g}' for gain in gains)}{mark}")
    sign = "-" if product.sign < 0 else ""
    told = (
        f"{product.product:.9g}" if product.product or not product.sign else sign + scientific(product.log10)
    )
    lines.append(f"{'slope of the loss':<24}{product.loss_slope:>{wide}.6g}")
    lines.append(f"{'product':<24}{told:>{wide}}")
    if product.penalty:
        lines.append(f"{'penalty on the weight':<24}{product.penalty:>{wide}.9g}")
        lines.append(f"{'product and penalty':<24}{product.gradient:>{wide}.9g}")
    lines.append(f"{'gradient of the batch' if not whole else 'gradient entry':<24}{entry:>{wide}.9g}")
    return "\n".join(lines) + "\n"
