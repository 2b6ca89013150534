"""`vgtui cells`: plain recurrent, LSTM and GRU in one network, and how far back the gradient of each reaches."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from vgtui.cli.options import chosen_scenario, layout_option, scenario_argument, set_option, steps_option

if TYPE_CHECKING:
    from vgtui.analysis.cells import CellComparison, CellFlow
    from vgtui.engine.record import TimeRecord

ROW = "{:>5} {:<6}{:>12}{:>13}{:>12}{:>14}{:>10}"
HEADINGS = ("layer", "cell", "|dL/dh| last", "first", "first/last", "decades/step", "loss")


@click.command()
@scenario_argument
@steps_option
@layout_option
@set_option
def cells(scenario: str, steps: int, layout: str, assignments: tuple[str, ...]) -> None:
    """Compare three kinds of cell in the recurrent layers of SCENARIO: rnn, lstm and gru.

    Each has the same units, task, seed and number of updates. What is told of each is how large the gradient still
    is at the last and at the first time step, and by how many decades it grows with each step on its way back: below
    0 it shrinks. `*` is the kind that the scenario itself has. With --format jsonl every time step is told.
    """
    chosen = chosen_scenario(scenario, assignments)
    from vgtui.analysis.cells import compare_cells

    comparison = compare_cells(chosen, steps)
    click.echo(_table(comparison) if layout == "table" else _lines(comparison), nl=False)


def _table(comparison: CellComparison) -> str:
    """A line for every kind in every recurrent layer."""
    rows = [ROW.format(*HEADINGS)]
    for layer in range(len(comparison.layers)):
        rows += [_row(flow, flow.times[layer]) for flow in comparison.flows]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def _row(flow: CellFlow, times: TimeRecord) -> str:
    from vgtui.analysis.cells import decades_per_step
    from vgtui.cli.rows import scientific

    hidden = times.hidden_log10.tolist()
    return ROW.format(
        times.layer,
        flow.kind if flow.changed else f"{flow.kind} *",
        scientific(hidden[-1]),
        scientific(hidden[0]),
        scientific(hidden[0] - hidden[-1]),
        f"{decades_per_step(times.hidden_log10):.4f}",
        f"{flow.loss:.5g}",
    )


def _lines(comparison: CellComparison) -> str:
    """A JSON object for every kind in every recurrent layer."""
    from vgtui.analysis.cells import decades_per_step
    from vgtui.cli.rows import plain

    rows = [
        {
            "layer": times.layer,
            "cell": flow.kind,
            "own": not flow.changed,
            "step": comparison.steps,
            "loss": plain(flow.loss),
            "decades_per_step": plain(decades_per_step(times.hidden_log10)),
            "time_grad_log10": [plain(value) for value in times.hidden_log10.tolist()],
        }
        for flow in comparison.flows
        for times in flow.times
    ]
    return "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
