"""What the app does without a terminal: it trains and prints a line now and then, or draws one screen as text."""

from __future__ import annotations

import re
import sys

import click

from vgtui.cli.options import opened

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
    simulation = opened(scenario, history_megabytes=history_megabytes)
    from vgtui.cli.run import table_every, updates, write_rows

    click.echo(f"{simulation.scenario.title} · {len(simulation.layer_names)} layers")
    total = updates(simulation)
    write_rows(sys.stdout, simulation, "table", total, table_every(total))
