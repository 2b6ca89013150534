"""The command line: each command a few lines over the rooms below. Standard output is data, nothing else.

Whatever a person gets wrong is answered in one line on standard error and exit code 2.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

import click

from vgtui import __version__
from vgtui.cli.cells import cells
from vgtui.cli.chain import chain
from vgtui.cli.compare import compare
from vgtui.cli.diagnose import diagnose
from vgtui.cli.doctor import doctor
from vgtui.cli.export import export
from vgtui.cli.findings import lost, paths, slope, spectrum
from vgtui.cli.library import check, list_presets, show
from vgtui.cli.open import open_app
from vgtui.cli.options import memory_option
from vgtui.cli.precision import precision
from vgtui.cli.run import run
from vgtui.cli.share import open_shared, share
from vgtui.cli.theory import theory
from vgtui.cli.warmup import warmup
from vgtui.scenario.errors import UserError, printable

__all__ = ["command_line", "invoke"]


APP = ""
"""Stands for the app's own command where no scenario is named before its options."""


class ScenarioGroup(click.Group):
    """Commands, and beside them any other first word: the scenario that the app opens, or an option of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Where the first word is an option that only the app has, all of them are the app's."""
        own = {option for parameter in self.get_params(ctx) for option in parameter.opts}
        if args and args[0].startswith("-") and args[0].partition("=")[0] not in own:
            args = [APP, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that `args` begin with, else the app with all of them."""
        if args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return "", open_app, args[1:] if args[0] == APP else args


@click.group(
    cls=ScenarioGroup,
    invoke_without_command=True,
    subcommand_metavar="[SCENARIO] | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "--version", prog_name="vgtui")
@memory_option
@click.pass_context
def command_line(ctx: click.Context) -> None:
    """Watch gradients vanish and explode, layer by layer, on real training.

    `vgtui` opens the app on its default scenario, `vgtui SCENARIO` on another: the name of a preset (see
    `vgtui list`), a TOML file, or a session saved as .vgtui. The commands that look into one network take a
    session too, and see it as it was left. A scenario named like a command is opened by its path, as in
    ./run. `vgtui SCENARIO --help` tells the options of the app.
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(open_app)


IN_ONE_LINE = {
    run: "Train and print what every step measured.",
    list_presets: "List the presets, and the lessons of the course.",
    show: "Print a scenario as TOML, to be saved and changed.",
    share: "Print a scenario as one line that `vgtui open` reads.",
    open_shared: "Open the app on a scenario that was shared as a line.",
    export: "Write a network as a script, or a run as numbers.",
    check: "Check scenario files, their data and their layers.",
    chain: "The exact chain-rule product for one weight.",
    cells: "Plain, LSTM and GRU cells in the same network.",
    compare: "Two networks in lockstep, and how they differ.",
    diagnose: "What is wrong with a network, and what would help.",
    lost: "Where the gradient is lost, and to what.",
    paths: "The paths that carry the gradient of one weight.",
    spectrum: "The singular values of every layer's Jacobian.",
    slope: "The loss along one weight, and the step to be taken.",
    theory: "What mean-field theory predicts, beside what is drawn.",
    precision: "The same network in four floating-point formats.",
    warmup: "Compile everything ahead, for images and shared machines.",
    doctor: "What was detected, what is used and why, and how fast.",
}
"""Every command, and what `vgtui --help` says of it on a narrow terminal too."""

for _command, _line in IN_ONE_LINE.items():
    _command.short_help = _line
    command_line.add_command(_command)


def invoke(args: Sequence[str]) -> int:
    """Run one command line and return its exit code; what went wrong is one line on standard error."""
    _open_what_is_closed()
    _write_what_can_be_written()
    try:
        code = command_line.main(list(args), prog_name="vgtui", standalone_mode=False)
        sys.stdout.flush()
    except UserError as error:
        return _complain(str(error))
    except click.UsageError as error:
        message = " ".join(error.format_message().split()).rstrip(".")
        return _complain(f"{message} (see {_command_of(error, args)} --help)")
    except click.ClickException as error:
        return _complain(error.format_message())
    except MemoryError as error:
        return _complain(f"out of memory: {error}")
    except (KeyboardInterrupt, click.Abort):
        return 130
    except OSError as error:
        _close_output()
        if isinstance(error, BrokenPipeError):
            return 1
        return _complain(f"standard output cannot be written: {error.strerror or error}")
    return code if isinstance(code, int) else 0


def _command_of(error: click.UsageError, args: Sequence[str]) -> str:
    """As the help that tells of its options is asked for; an option without its value comes without a context."""
    if error.ctx is None:
        return f"vgtui {args[0]}" if args and args[0] in command_line.commands else "vgtui SCENARIO"
    return "vgtui SCENARIO" if error.ctx.command is open_app else error.ctx.command_path


def _open_what_is_closed() -> None:
    """Python has None for a stream that the program was started without: nothing comes, and nothing can be written."""
    for name, mode in (("stdin", "r"), ("stdout", "r"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115  as long as the program


def _write_what_can_be_written() -> None:
    """What the encoding of a stream has no sign for is a question mark, and no fault."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def _complain(line: str) -> int:
    click.echo(printable(f"vgtui: {line}"), err=True)
    return 2


def _close_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not fail on it again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
