"""What the app does without a terminal: it trains and prints a line now and then, or draws one screen as text."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from vgtui.cli.launch import SESSION
from vgtui.scenario.library import load_scenario

LARGEST = (500, 300)
"""Columns and rows of the largest screen that is drawn."""


class Size(click.ParamType[tuple[int, int]]):
    """`WIDTHxHEIGHT`, in columns and rows."""

    name = "size"

    def convert(
        self, value: str | tuple[int, int], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """The two numbers."""
        if isinstance(value, tuple):
            return value
        numbers = re.fullmatch(r"\s*(\d{1,9})\s*[xX×]\s*(\d{1,9})\s*", value, re.ASCII)
        if numbers is None:
            self.fail(f"{value!r} is not WIDTHxHEIGHT such as 120x40.", param, ctx)
        width, height = int(numbers[1]), int(numbers[2])
        if not (1 <= width <= LARGEST[0] and 1 <= height <= LARGEST[1]):
            self.fail(f"{value!r} is not within 1x1 and {LARGEST[0]}x{LARGEST[1]}.", param, ctx)
        return width, height


def print_screen(scenario: str, size: tuple[int, int], steps: int) -> None:
    """Print the app's screen after so many updates. Raises UserError."""
    from vgtui.tui.building import build_app
    from vgtui.tui.once import draw_once

    click.echo(draw_once(build_app(scenario), size, steps), nl=False)


def train(scenario: str, history_megabytes: float) -> None:
    """Train a scenario, or a session from where it was left, to the end of its epochs. Raises UserError."""
    session = scenario.endswith(SESSION)
    loaded = None if session else load_scenario(scenario)
    from vgtui.cli.run import table_every, updates, write_rows
    from vgtui.engine.simulation import Simulation

    simulation = (
        Simulation.load(Path(scenario), history_megabytes=history_megabytes)
        if loaded is None
        else Simulation(loaded, history_megabytes=history_megabytes)
    )
    click.echo(f"{simulation.scenario.title} · {len(simulation.layer_names)} layers")
    total = max(0, updates(simulation) - simulation.step_index)
    write_rows(sys.stdout, simulation, "table", total, table_every(total))
