"""`vgtui [SCENARIO]`: the app."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from vgtui.cli.headless import Size, print_screen, train
from vgtui.cli.launch import SESSION, launch
from vgtui.cli.options import COUNT, MEGABYTES, Number, memory_option
from vgtui.engine.limits import HISTORY_MEGABYTES
from vgtui.scenario.errors import ScenarioError, UserError, nearest, said_of
from vgtui.scenario.library import DEFAULT_PRESET, load_scenario, preset_names
from vgtui.scenario.share import is_shared
from vgtui.tui.pace import REFRESH, REFRESH_RANGE


class AppCommand(click.Command):
    """A command without a word of its own."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Usage without the gap where other commands have their name."""
        formatter.write_usage(ctx.command_path.strip(), " ".join(self.collect_usage_pieces(ctx)))


@click.command(name="open", cls=AppCommand)
@click.argument("scenario", default=DEFAULT_PRESET)
@click.option(
    "--history-megabytes",
    type=MEGABYTES,
    default=HISTORY_MEGABYTES,
    show_default=True,
    help="Memory for going back; with less, going back takes longer.",
)
@click.option(
    "--once", type=Size(), metavar="WIDTHxHEIGHT", help="Print one screen as text instead, and leave."
)
@click.option("--steps", type=COUNT, help="Updates to run before --once prints the screen.")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the session to a new asciicast v2 file, for asciinema to play.",
)
@click.option("--resume", is_flag=True, help="Go on with the session that was cut off last.")
@click.option(
    "--ascii/--unicode",
    "ascii_only",
    default=None,
    help="Draw with these characters, whatever the locale says.",
)
@click.option(
    "--kiosk",
    is_flag=True,
    help="For a shared demonstration: presets only, no files, bounded, ended when idle for ten minutes.",
)
@click.option(
    "--refresh",
    type=Number(*REFRESH_RANGE),
    help=f"Frames a second, at most; by default as configured, or {REFRESH:g}. A slow link gets fewer by itself.",
)
@memory_option
@click.pass_context
def open_app(
    ctx: click.Context,
    scenario: str = DEFAULT_PRESET,
    history_megabytes: float = HISTORY_MEGABYTES,
    once: tuple[int, int] | None = None,
    steps: int | None = None,
    record: Path | None = None,
    resume: bool = False,
    kiosk: bool = False,
    refresh: float | None = None,
    ascii_only: bool | None = None,
) -> None:
    """Open the app on SCENARIO: the name of a preset, a TOML file, or a session saved as .vgtui.

    While it changes, the run is kept on disk every three seconds, less often where it is large, until it is quit:
    what is cut off, by whatever, is gone on with by --resume, or by a key.

    Where there is no terminal, the scenario is trained to the end of its epochs and a line is printed now and
    then, as by `vgtui run`.
    """
    if steps is not None and once is None:
        raise click.UsageError("--steps goes with --once; `vgtui run` takes it alone", ctx)
    if kiosk and (resume or record is not None or once is not None or scenario not in preset_names()):
        raise UserError("--kiosk opens presets and nothing else", source=scenario)
    _check_scenario(ctx, scenario)
    if once is not None:
        print_screen(scenario, once, steps or 0)
    elif sys.stdin.isatty() and sys.stdout.isatty():
        wishes = {
            "history_megabytes": history_megabytes,
            "resume": resume,
            "record": record,
            "kiosk": kiosk,
            "refresh": refresh,
        }
        ctx.exit(launch(scenario, ascii_only=ascii_only, **wishes))
    elif resume or kiosk or record is not None:
        option = "kiosk" if kiosk else "resume" if resume else "record"
        raise UserError(f"--{option} opens the app, which needs a terminal")
    else:
        with said_of(scenario):
            train(scenario, history_megabytes)


def _check_scenario(ctx: click.Context, scenario: str) -> None:
    """Raises ScenarioError for what is neither a command nor a scenario, and for a scenario with a mistake."""
    is_word = not (os.sep in scenario or os.path.splitext(scenario)[1] or is_shared(scenario))
    if is_word and scenario not in preset_names() and not os.path.exists(scenario):
        commands = ctx.find_root().command.list_commands(ctx)  # type: ignore[attr-defined]
        hint = nearest(scenario, [*commands, *preset_names()])
        raise ScenarioError(f"no such command, preset or file{hint}", source=scenario)
    if not scenario.endswith(SESSION):
        load_scenario(scenario)
