"""How many bytes a frame takes, and how many it would by a plain cell diff and by Textual's own way."""

from __future__ import annotations

from dataclasses import dataclass

import pyte

from tests.benchmarks.replay import HEIGHT, WIDTH
from tests.terminal.pseudo_terminal import ASK, Cell, Grid, Terminal, cells_of

Pen = tuple[str, str, bool, bool]
"""Foreground, background, bold, reverse."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Mean bytes a frame; `rate` is frames a second."""

    sent: float
    reference: float
    stock: float
    rate: float


def frame_sizes(terminal: Terminal, since: float, until: float) -> Sizes:
    """Of the frames between two moments; each frame ends with a question for the cursor's position."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.ByteStream(screen)
    before: Grid = []
    sent = reference = stock = frames = 0
    for at, frame in _frames(terminal):
        stream.feed(frame)
        if not since <= at <= until:
            before = []
            continue
        now = cells_of(screen)
        if before:
            sent += len(frame)
            reference += reference_bytes(before, now)
            stock += stock_bytes(before, now)
            frames += 1
        before = now
    return Sizes(sent / frames, reference / frames, stock / frames, frames / (until - since))


def _frames(terminal: Terminal) -> list[tuple[float, bytes]]:
    frames = []
    rest = b""
    for at, data in terminal.received:
        *whole, rest = (rest + data).split(ASK)
        frames += [(at, frame + ASK) for frame in whole]
    return frames


def reference_bytes(before: Grid, now: Grid) -> int:
    """Each run of changed cells: a move to it, a change of pen where there is one, the characters."""
    size = 0
    pen: Pen = ("default", "default", False, False)
    for y, (old, new) in enumerate(zip(before, now, strict=True)):
        expected = -1
        for x, cell in enumerate(new):
            if cell == old[x]:
                continue
            if x != expected:
                size += len(_move(y, x, expected))
            wanted = _pen(cell, pen)
            size += _change_of_pen(pen, wanted) + len(cell[0].encode())
            pen, expected = wanted, x + 1
    return size + len(b"\x1b[m") + len(ASK)


def _move(y: int, x: int, column: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if column < 0 else f"\x1b[{x - column}C"


def _pen(cell: Cell, pen: Pen) -> Pen:
    """The ink of a space is not seen: it keeps the pen's."""
    return (cell[1] or pen[0], cell[2], cell[3], cell[4])


def _change_of_pen(old: Pen, new: Pen) -> int:
    parts = [
        _colour(ink, ground) for ink, was, ground in ((new[0], old[0], 3), (new[1], old[1], 4)) if ink != was
    ]
    parts += ["1" if new[2] else "22"] * (new[2] != old[2]) + ["7" if new[3] else "27"] * (new[3] != old[3])
    return len(f"\x1b[{';'.join(parts)}m") if parts else 0


def _colour(colour: str, ground: int) -> str:
    if len(colour) != 6:
        return f"{ground}9"
    red, green, blue = (int(colour[k : k + 2], 16) for k in (0, 2, 4))
    return f"{ground}8;2;{red};{green};{blue}"


def stock_bytes(before: Grid, now: Grid) -> int:
    """Every pane in which something changed, whole: each of its rows a move, and each segment with pen and reset."""
    size = 0
    for top, left, bottom, right in _panes(now):
        rows = range(top, bottom)
        if all(before[y][left:right] == now[y][left:right] for y in rows):
            continue
        for y in rows:
            size += len(_move(y, left, -1)) + _segments(now[y][left:right])
    return size


def _segments(cells: list[Cell]) -> int:
    size = 0
    pen: Pen | None = None
    for cell in cells:
        wanted = (cell[1], *cell[2:])
        if wanted != pen:
            shown = (
                [_colour(cell[1], 3)] * bool(cell[1])
                + [_colour(cell[2], 4)]
                + ["1"] * cell[3]
                + ["7"] * cell[4]
            )
            size += len(f"\x1b[{';'.join(shown)}m") + len("\x1b[0m")
            pen = wanted
        size += len(cell[0].encode())
    return size


def _panes(grid: Grid) -> list[tuple[int, int, int, int]]:
    """The state line, and what lies within each border: top, left, bottom, right."""
    found = [(0, 0, 2, len(grid[0]))]
    for y, row in enumerate(grid):
        for x, cell in enumerate(row):
            if cell[0] == "╭":
                right = next((column for column in range(x, len(row)) if row[column][0] == "╮"), 0)
                bottom = next((line for line in range(y, len(grid)) if grid[line][x][0] == "╰"), 0)
                if right and bottom:  # else the screen is half written
                    found.append((y + 1, x + 1, bottom, right))
    return found
