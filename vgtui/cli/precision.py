"""`vgtui precision`: one network in four formats, and where each of them loses the gradient."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from vgtui.cli.options import (
    chosen_scenario,
    is_session,
    layout_option,
    opened,
    scenario_argument,
    set_option,
    steps_option,
)

if TYPE_CHECKING:
    from vgtui.analysis.precision import PrecisionComparison, PrecisionFlow

HEADING = f"{'layer':<20}"
COLUMN = "{:>20}"


@click.command()
@scenario_argument
@steps_option
@layout_option
@set_option
def precision(scenario: str, steps: int, layout: str, assignments: tuple[str, ...]) -> None:
    """Compare float64, float32, float16 and bfloat16 on SCENARIO, and float16 with dynamic loss scaling.

    All begin with the same weights and make the same number of updates. Of every layer, the output's first, it
    is told |dL/dW| and how many of its entries are exactly 0; below, where each format first loses what float64
    still has.
    """
    subject = (opened if is_session(scenario) else chosen_scenario)(scenario, assignments)
    from vgtui.analysis.precision import compare_precisions

    comparison = compare_precisions(subject, steps)
    click.echo(_table(comparison) if layout == "table" else _lines(comparison), nl=False)


def _title(flow: PrecisionFlow) -> str:
    return flow.precision + (f" x{flow.scale_now:g}" if flow.loss_scale == "dynamic" else "")


def _table(comparison: PrecisionComparison) -> str:
    """A line for every layer, from the output back, a column for every precision."""
    from vgtui.cli.rows import named

    flows = comparison.flows
    rows = [HEADING + "".join(COLUMN.format(_title(flow)) for flow in flows)]
    for layer in reversed(range(len(comparison.names))):
        name = f"{layer} {comparison.names[layer]}"
        rows.append(f"{named(name, 20)}" + "".join(COLUMN.format(_cell(flow, layer)) for flow in flows))
    told: list[tuple[str, list[str]]] = [
        ("first loses at", ["-" if f.underflows_at is None else f"layer {f.underflows_at}" for f in flows]),
        ("loss", [f"{flow.loss:.5g}" for flow in flows]),
        ("updates skipped", [str(flow.skipped) for flow in flows]),
    ]
    rows += [f"{label:<20}" + "".join(map(COLUMN.format, values)) for label, values in told]
    return "\n".join(rows) + "\n"


def _cell(flow: PrecisionFlow, layer: int) -> str:
    """The size of a layer's gradient, and how much of it is exactly zero."""
    from vgtui.cli.rows import scientific

    zeros = float(flow.zero_gradient[layer])
    if zeros != zeros:  # a layer without weights
        return "—"
    share = f" {'<1' if 0 < zeros < 0.01 else f'{zeros * 100:.0f}'}% 0" if zeros else ""
    return scientific(float(flow.weight_grad_log10[layer])) + share


def _lines(comparison: PrecisionComparison) -> str:
    """A JSON object for every precision."""
    from vgtui.cli.rows import plain

    rows = [
        {
            "precision": flow.precision,
            "loss_scale": flow.loss_scale,
            "scale_now": flow.scale_now,
            "step": comparison.steps,
            "loss": plain(flow.loss),
            "skipped": flow.skipped,
            "underflows_at": flow.underflows_at,
            "weight_grad_log10": [plain(value) for value in flow.weight_grad_log10.tolist()],
            "zero_gradient": [plain(value) for value in flow.zero_gradient.tolist()],
        }
        for flow in comparison.flows
    ]
    return "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
