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
    cells = [_gather(patch) for patch in patches]
    cells = [one for one in cells if one.shape[1]]
    if not cells:
        return ""
    ys, xs, codes, foreground, background, attributes = np.concatenate(cells, axis=1)
    foreground = _without_invisible_ink(codes, foreground, attributes)
    jumps = np.ones(len(codes), bool)
    jumps[1:] = (ys[1:] != ys[:-1]) | (xs[1:] != xs[:-1] + 1)
    starts = jumps.copy()
    for pen in (foreground, background, attributes):
        starts[1:] |= pen[1:] != pen[:-1]
    return _write_runs(
        characters(codes), np.flatnonzero(starts), (ys, xs, foreground, background, attributes), system
    )


def _gather(patch: Patch) -> np.ndarray:
    """(6, cells) int64: row, column, codepoint, foreground, background, attributes, row by row."""
    buffer = patch.buffer
    where = np.flatnonzero(_bridged(patch.changed, buffer))
    ys, xs = np.divmod(where, max(buffer.width, 1))
    arrays = (buffer.codes, buffer.foreground, buffer.background, buffer.attributes)
    return np.array([ys + patch.top, xs + patch.left, *(array.ravel()[where] for array in arrays)], np.int64)


def _bridged(changed: np.ndarray, buffer: CellBuffer) -> np.ndarray:
    """`changed`, with short gaps of plain characters in the pen of the cell before them closed."""
    where = np.flatnonzero(changed)
    gaps, rows = np.diff(where) - 1, where // buffer.width
    short = np.flatnonzero((gaps > 0) & (gaps <= BRIDGE) & (rows[1:] == rows[:-1]))
    if not len(short):
        return changed
    lengths = gaps[short]
    starts = np.cumsum(lengths) - lengths
    before = np.repeat(where[short], lengths)
    cells = before + 1 + np.arange(len(before)) - np.repeat(starts, lengths)
    cheap = buffer.codes.ravel()[cells] < 0x80
    for pens in (buffer.foreground, buffer.background, buffer.attributes):
        pen = pens.ravel()
        cheap &= pen[cells] == pen[before]
    whole = np.repeat(np.logical_and.reduceat(cheap, starts), lengths)
    bridged = changed.ravel().copy()
    bridged[cells[whole]] = True
    return bridged.reshape(changed.shape)


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
    for start, end, y, x, *wanted in zip(starts.tolist(), ends, *runs, strict=True):
        if y != row or x < column:
            write(f"\x1b[{y + 1};{x + 1}H")
        elif x > column:
            write(f"\x1b[{x - column}C" if x - column > 1 else "\x1b[C")
        if (new := (wanted[0], wanted[1], wanted[2])) != pen:
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
