"""`vgtui warmup`: everything that is compiled when it is first needed, compiled ahead."""

from __future__ import annotations

import sys
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

import click

from vgtui.scenario.errors import UserError

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar


@click.command()
def warmup() -> None:
    """Compile everything ahead, for both precisions: a program or an image that starts later need not.

    Without it, the program compiles what a scenario needs when it is first opened.
    """
    from vgtui.engine import store
    from vgtui.engine.signatures import NUMBERS
    from vgtui.engine.warm import all_faces
    from vgtui.tui.warming import Warming

    began, faces, warming = perf_counter(), all_faces().values(), Warming()
    try:
        for numbers in NUMBERS:
            missing = [face.name for face in faces if store.read(face.symbol(numbers)) is None]
            with click.progressbar(
                length=len(missing), label=f"compiling for {numbers}", file=sys.stderr
            ) as bar:
                warming.compile(missing, numbers, partial(_advance, bar))
    finally:
        warming.end()
    if not store.folder().is_dir():
        raise UserError("nothing can be kept there", source=str(store.folder()))
    sizes = [file.stat().st_size for file in store.folder().iterdir() if file.is_file()]
    took = perf_counter() - began
    click.echo(f"{store.folder()}: {len(sizes)} functions, {sum(sizes) / 1e6:.1f} MB, after {took:.0f} s")


def _advance(bar: ProgressBar[int], done: int) -> None:
    bar.update(done - bar.pos)
