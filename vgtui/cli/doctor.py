"""`vgtui doctor`: what was found on this machine and this terminal, what will be used and why, and how fast it is."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import click

from vgtui.scenario.errors import UserError
from vgtui.tui import capabilities

ROUNDS = 5
"""Times that something is measured; the median is told."""

STEPS = 200
"""Training steps in one round."""

PATIENCE = 1.0
"""Seconds that a terminal is given to answer."""

Line = tuple[str, str]


@click.command()
def doctor() -> None:
    """Print what was detected, what will be used and why, and how fast the engine and a frame are."""
    for heading, lines in (
        ("Terminal", terminal()),
        ("Link", link()),
        ("Files", files()),
        ("Memory", memory()),
        ("Speed", speed()),
    ):
        click.echo(heading)
        for name, text in lines:
            click.echo(f"  {name:<12}{text}")


def terminal() -> Iterator[Line]:
    """Its kind, its size, and what is drawn with."""
    environ = capabilities.original()
    refusal = capabilities.refusal(environ)
    system, why_colours = capabilities.colours(environ)
    characters, why_characters = capabilities.characters(environ)
    theme, why_theme = capabilities.theme(environ, system)
    yield "TERM", environ.get("TERM") or "not set"
    if refusal:
        yield "app", refusal
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
        yield "size", f"{size.columns}x{size.lines}; the app needs {'x'.join(map(str, _smallest()))}"
    except (OSError, ValueError):
        yield "size", "none: standard output is no terminal"
    yield "colours", f"{capabilities.COLOURS[system]}, because {why_colours}"
    yield "characters", f"{capabilities.CHARACTERS[characters]}, because {why_characters}"
    yield "theme", f"{theme}, because {why_theme}"


def _smallest() -> tuple[int, int]:
    from vgtui.tui.floor_plan import SMALLEST

    return SMALLEST


def link() -> Iterator[Line]:
    """Whether it is a remote one, and how long the way there and back is."""
    remote = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    yield "to", f"{remote}, by SSH" if remote else "this machine, as far as is known"
    trip = round_trip()
    if trip is None:
        yield (
            "round trip",
            "not measured: the terminal does not answer, or there is none; frames go by the clock",
        )
    else:
        yield "round trip", f"{1000 * trip:.1f} ms; a frame leaves when the one before it was acknowledged"


def round_trip() -> float | None:
    """Seconds until the terminal has told where its cursor is; None where it does not."""
    try:
        import termios
        import tty
    except ImportError:
        return None
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return None
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard)
        began, answer = perf_counter(), b""
        os.write(sys.stdout.fileno(), b"\x1b[6n")
        while not answer.endswith(b"R"):
            if not select.select([keyboard], [], [], PATIENCE)[0]:
                return None
            answer += os.read(keyboard, 64)
        return perf_counter() - began
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def files() -> Iterator[Line]:
    """Where something is kept, and whether it can be."""
    from vgtui.engine import store
    from vgtui.scenario.folders import user_folder
    from vgtui.tui import unfinished

    kernels = store.folder()
    found = len(list(kernels.glob("*"))) if kernels.is_dir() else 0
    yield "kernels", f"{kernels}: {found} compiled{_trouble(kernels)}"
    try:
        age = unfinished.age_of_newest()
        offer = "no session was cut off" if age is None else "a session was cut off: vgtui --resume"
        yield "sessions", f"{unfinished.folder()}: {offer}{_trouble(unfinished.folder())}"
    except UserError as error:
        yield "sessions", str(error)
    state = user_folder("state")
    if state is not None:
        yield "reports", f"{state / 'crashes'}{_trouble(state)}"


def _trouble(folder: Path) -> str:
    """What stands against writing there, if anything does."""
    nearest = next((one for one in (folder, *folder.parents) if one.exists()), None)
    if nearest is None or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        return f"; cannot be written ({nearest})"
    return ""


def memory() -> Iterator[Line]:
    """What is free, and what one network may take."""
    from vgtui.data import allowance

    most = allowance.current()
    yield "free", allowance.written(allowance.free_bytes())
    yield (
        "allowed",
        f"{allowance.written(most.memory)} for one network and its data, unless --memory says otherwise",
    )


def speed() -> Iterator[Line]:
    """Of the engine on the default preset, and of drawing its gradient flow."""
    from vgtui.engine.simulation import Simulation
    from vgtui.scenario.library import DEFAULT_PRESET, load_scenario

    began = perf_counter()
    simulation = Simulation(load_scenario(DEFAULT_PRESET))
    record = simulation.step()
    yield "engine", f"loaded, or compiled, and a first step in {perf_counter() - began:.2f} s"
    took = median(lambda: simulation.step(STEPS))
    yield "training", f"{STEPS / took:,.0f} steps a second of {DEFAULT_PRESET}"
    from rich.color import ColorSystem
    from textual.theme import BUILTIN_THEMES

    from vgtui.tui.drawing.encode import Patch, encode
    from vgtui.tui.drawing.gradient import draw_gradient
    from vgtui.tui.drawing.palette import Palette

    palette = Palette.from_theme(BUILTIN_THEMES["textual-dark"].to_color_system().generate())

    def frame() -> int:
        cells = draw_gradient(record, 0, 0, 65, 14, palette)
        return len(encode([Patch(0, 0, cells, cells.codes > 0)], ColorSystem.EIGHT_BIT))

    size = frame()
    yield (
        "a frame",
        f"{1000 * median(frame):.1f} ms for the gradient flow, {size:,} bytes where all of it changes",
    )


def median(work: Callable[[], object]) -> float:
    """Seconds that `work` takes."""
    times = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return sorted(times)[ROUNDS // 2]
