"""Changed cells -> bytes for the terminal: as few cursor moves and colour changes as will do."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from msgspec import Struct
from rich.color import ColorSystem

from vgtui.tui.drawing.cells import SPACE, CellBuffer, characters
from vgtui.tui.drawing.palette import DEFAULT, rich_colour
from vgtui.tui.drawing.pens import BOLD, DIM, REVERSE

BRIDGE = 4
"""Unchanged cells between two changed ones that are cheaper to write again than to jump over."""

RESET = "\x1b[m"
Pen = tuple[int, int, int]
"""Foreground, background, attributes."""

PLAIN: Pen = (DEFAULT, DEFAULT, 0)


class Patch(Struct, frozen=True):
    """The cells of a buffer that changed, (height, width) bool; (top, left) is its place on the screen."""

    top: int
    left: int
    buffer: CellBuffer
    changed: np.ndarray


def encode(patches: list[Patch], system: ColorSystem) -> str:
    """The terminal sequence that paints the changed cells of all patches; empty if there are none.

    It expects the terminal's attributes reset, and leaves them so; it leaves the cursor anywhere.
    """
    if not any(patch.changed.any() for patch in patches):
        return ""
    every = np.concatenate([patch.buffer.planes.reshape(4, -1) for patch in patches], axis=1)
    changed = np.flatnonzero(np.concatenate([patch.changed.ravel() for patch in patches]))
    buffers = ((patch.top, patch.left, patch.buffer.width, patch.buffer.height) for patch in patches)
    places = np.concatenate([_places(*buffer) for buffer in buffers], axis=1)
    written = _bridged(every, places, changed)
    (ys, xs), cells = places[:, written], every[:, written]
    codes, foreground, background, attributes = cells
    foreground[:] = _without_invisible_ink(codes, foreground, attributes)
    starts = np.ones(len(codes), bool)
    starts[1:] = (ys[1:] != ys[:-1]) | (xs[1:] != xs[:-1] + 1)
    starts[1:] |= (cells[1:, 1:] != cells[1:, :-1]).any(axis=0)
    columns = (ys, xs, foreground, background, attributes)
    return _write_runs(characters(codes), np.flatnonzero(starts), columns, system)


@lru_cache(maxsize=256)
def _places(top: int, left: int, width: int, height: int) -> np.ndarray:
    """(2, cells) int64: row and column on the screen of every cell of a buffer that lies there, row by row."""
    return np.indices((height, width)).reshape(2, -1) + np.array([[top], [left]])


def _bridged(cells: np.ndarray, places: np.ndarray, changed: np.ndarray) -> np.ndarray:
    """Which cells to write: the changed ones, and short gaps of plain characters in the pen of the cell before."""
    (ys, xs), steps = places[:, changed], np.diff(changed)
    near = (steps > 1) & (steps <= BRIDGE + 1)
    short = np.flatnonzero(near & (np.diff(xs) == steps) & (ys[1:] == ys[:-1]))
    if not len(short):
        return changed
    lengths = steps[short] - 1
    starts = np.cumsum(lengths) - lengths
    before = np.repeat(changed[short], lengths)
    between = before + 1 + np.arange(len(before)) - np.repeat(starts, lengths)
    cheap = (cells[0, between] < 0x80) & (cells[1:, between] == cells[1:, before]).all(axis=0)
    whole = np.repeat(np.logical_and.reduceat(cheap, starts), lengths)
    return np.sort(np.concatenate([changed, between[whole]]))


def _without_invisible_ink(codes: np.ndarray, foreground: np.ndarray, attributes: np.ndarray) -> np.ndarray:
    """Spaces take the foreground of the cell before them: it is not seen, and needs no change of colour."""
    inked = (codes != SPACE) | (attributes != 0)
    source = np.maximum.accumulate(np.where(inked, np.arange(len(codes)), 0))
    return foreground[source]


def _write_runs(text: str, starts: np.ndarray, columns: tuple[np.ndarray, ...], system: ColorSystem) -> str:
    """One move, one change of pen and one text for each run of cells."""
    out: list[str] = []
    write = out.append
    runs = [column[starts].tolist() for column in columns]
    ends = [*starts[1:].tolist(), len(text)]
    pen, row, column = PLAIN, -1, -1
    pens = zip(*runs[2:], strict=True)
    for start, end, y, x, new in zip(starts.tolist(), ends, *runs[:2], pens, strict=True):
        if y != row or x < column:
            write(f"\x1b[{y + 1};{x + 1}H")
        elif x > column:
            write(f"\x1b[{x - column}C" if x - column > 1 else "\x1b[C")
        if new != pen:
            write(change_of_pen(pen, new, system))
            pen = new
        write(text[start:end])
        row, column = y, x + end - start
    write(RESET)
    return "".join(out)


@lru_cache(maxsize=16384)
def change_of_pen(old: Pen, new: Pen, system: ColorSystem) -> str:
    """The shortest sequence from one pen to another."""
    codes = [] if old[2] == new[2] else _change_of_attributes(old[2], new[2])
    if old[0] != new[0]:
        codes.append(colour_code(new[0], True, system))
    if old[1] != new[1]:
        codes.append(colour_code(new[1], False, system))
    return f"\x1b[{';'.join(codes)}m" if codes else ""


def _change_of_attributes(old: int, new: int) -> list[str]:
    """22 ends bold and dim alike, so what stays of the two is set again after it."""
    codes = []
    weight = BOLD | DIM
    lost = old & ~new
    if lost & weight:
        codes.append("22")
        old &= ~weight
    if lost & REVERSE:
        codes.append("27")
    codes += [code for bit, code in ((BOLD, "1"), (DIM, "2"), (REVERSE, "7")) if new & ~old & bit]
    return codes


@lru_cache(maxsize=8192)
def colour_code(colour: int, foreground: bool, system: ColorSystem) -> str:
    """A colour as the parameters of SGR, the nearest that the colour system has, as Rich chooses it."""
    return ";".join(rich_colour(colour).downgrade(system).get_ansi_codes(foreground))


def row_runs(buffer: CellBuffer, y: int) -> list[tuple[str, Pen]]:
    """Row y as texts of one pen each; none where the buffer has no columns."""
    if not buffer.width:
        return []
    pens = (buffer.foreground[y], buffer.background[y], buffer.attributes[y])
    cuts = np.zeros(buffer.width, bool)
    cuts[:1] = True
    for pen in pens:
        cuts[1:] |= pen[1:] != pen[:-1]
    starts = np.flatnonzero(cuts)
    text = buffer.row_text(y)
    ends = [*starts[1:].tolist(), buffer.width]
    inks, grounds, attributes = (pen[starts].tolist() for pen in pens)
    return [
        (text[start:end], pen)
        for start, end, pen in zip(
            starts.tolist(), ends, zip(inks, grounds, attributes, strict=True), strict=True
        )
    ]
