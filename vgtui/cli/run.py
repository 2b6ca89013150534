"""`vgtui run`: training without a screen, its measurements as a table, JSON lines or CSV."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from vgtui.cli.launch import SESSION
from vgtui.cli.options import (
    COUNT,
    POSITIVE,
    Whole,
    is_session,
    memory_option,
    opened,
    scenario_argument,
    set_option,
)
from vgtui.scenario.errors import UserError
from vgtui.scenario.files import atomic_file

if TYPE_CHECKING:
    from vgtui.engine.simulation import Simulation

TABLE_ROWS = 20
"""About how many rows a table has where `--every` does not say."""

CALL_SECONDS = 0.1
"""About how long the engine runs between two looks at the keyboard and the progress bar."""

SUFFIXES = {".jsonl": "jsonl", ".csv": "csv"}


@click.command()
@scenario_argument
@memory_option
@click.option("--steps", type=COUNT, help="Updates to run; 0 measures the untrained network.")
@click.option("--epochs", type=POSITIVE, help="Passes over the training data; by default the scenario's.")
@set_option
@click.option(
    "--every",
    type=POSITIVE,
    help="A row every so many updates and for the last; by default every one, in a table about twenty.",
)
@click.option(
    "--format",
    "layout",
    type=click.Choice(["table", "jsonl", "csv"]),
    help="By default what the name of --out ends in, else a table.",
)
@click.option(
    "--out", type=click.Path(), help="Write to this file instead of standard output, whole or not at all."
)
@click.option(
    "--seeds",
    type=Whole(1, 10_000),
    default=1,
    help="Networks to train, which differ in the seed: of more than one the median and quartiles are told.",
)
@click.option("--save", type=click.Path(), help="Save the trained network to this session file, NAME.vgtui.")
def run(
    scenario: str,
    steps: int | None,
    epochs: int | None,
    assignments: tuple[str, ...],
    every: int | None,
    layout: str | None,
    out: str | None,
    seeds: int,
    save: str | None,
) -> None:
    """Train SCENARIO and print what every step measured. A session saved as .vgtui goes on where it was left."""
    if steps is not None and epochs is not None:
        raise click.UsageError("--steps and --epochs exclude each other", click.get_current_context())
    if seeds > 1 and save is not None:
        raise click.UsageError(
            "--save keeps one network, --seeds trains several", click.get_current_context()
        )
    if seeds > 1 and is_session(scenario):
        raise UserError("is a session of one network, and --seeds draws several anew", source=scenario)
    if save is not None:
        _check_save(save)
    layout = layout or _layout_of(out)
    simulation = opened(scenario, assignments)
    from vgtui.cli.seeds import write_quartiles

    total = updates(simulation, steps, epochs)
    every = every or (table_every(total) if layout == "table" else 1)
    with _output(out) as file, _progress(total, shown=out not in (None, "-")) as advance:
        if seeds > 1:
            write_quartiles(file, simulation.scenario, seeds, layout, _stops(total, every), advance)
        else:
            write_rows(file, simulation, layout, total, every, advance)
    if save is not None:
        simulation.save(save)


def _layout_of(out: str | None) -> str:
    """What the name of the file asks for. Raises UserError where that is nothing that is written here."""
    suffix = Path(out or "").suffix.lower()
    if suffix in (".npz", ".py"):
        raise UserError(
            f"{suffix} is written by `vgtui export`; here --format says what to write", source=out or ""
        )
    return SUFFIXES.get(suffix, "table")


def _check_save(path: str) -> None:
    """Raises UserError, before anything is trained, for a name that a session cannot be saved to or read from."""
    if not is_session(path):
        raise UserError(
            f"the name of a session must end with {SESSION}, or nothing would open it", source=path
        )
    if not Path(path).absolute().parent.is_dir():
        raise UserError("no such folder to save into", source=path)


def _stops(total: int, every: int) -> list[int]:
    """Every `every`-th update and the last; 0, a mere measurement, where there is none."""
    return sorted({*range(every, total + 1, every), total})


def table_every(total: int) -> int:
    """Every how many of `total` updates a table has a row."""
    return max(1, total // TABLE_ROWS)


def write_rows(
    file: IO[str],
    simulation: Simulation,
    layout: str,
    total: int,
    every: int,
    advance: Callable[[int], None] = lambda count: None,
) -> None:
    """Make `total` updates and write a row as soon as there is one; below a table, every layer at the end."""
    from vgtui.cli.rows import FORMATS, LAYER_COLUMNS, layer_lines

    header, line = FORMATS[layout]
    file.write(header)
    for record in _records(simulation, total, every, advance):
        file.write(line(record, simulation.evaluate()))
        file.flush()
    if layout == "table":
        file.write(f"\n{LAYER_COLUMNS}\n{layer_lines(record)}")


def updates(simulation: Simulation, steps: int | None = None, epochs: int | None = None) -> int:
    """How many updates were asked for; where nothing was, what is left of the scenario's epochs."""
    if steps is not None:
        return steps
    if epochs is not None:
        return epochs * simulation.updates_per_epoch
    return max(0, simulation.scenario.training.epochs * simulation.updates_per_epoch - simulation.step_index)


def _records(simulation: Simulation, total: int, every: int, advance: Callable[[int], None]) -> Iterator[Any]:
    """The record of every `every`-th update and of the last; of a mere measurement where `total` is 0."""
    if total == 0:
        yield simulation.measure()
    done, chunk = 0, 1
    while done < total:
        count = min(chunk, every - done % every, total - done)
        begun = time.perf_counter()
        record = simulation.step(count)
        chunk = chunk * 2 if time.perf_counter() - begun < CALL_SECONDS / 2 else max(1, chunk // 2)
        done += count
        advance(count)
        if done % every == 0 or done == total:
            yield record


@contextmanager
def _output(path: str | None) -> Iterator[IO[str]]:
    """Standard output, also as `-`, or the file at `path` as one that appears only when it is complete."""
    if path in (None, "-"):
        yield sys.stdout
        return
    with atomic_file(str(path)) as binary:
        text = io.TextIOWrapper(binary, encoding="utf-8", newline="", write_through=True)
        yield text
        text.detach()


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error where that is a terminal that the rows are not printed on too."""
    if not sys.stderr.isatty() or (not shown and sys.stdout.isatty()):
        yield lambda count: None
        return
    with click.progressbar(length=total, label="updates", file=sys.stderr) as bar:
        yield bar.update
