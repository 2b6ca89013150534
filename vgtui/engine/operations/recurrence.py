"""Where a recurrent layer keeps what it needs: its parameters, what forward keeps, and what backward works in.

Inside, everything stands time-major, (steps, rows, width), so that a step is one stretch and many steps are one
matrix. Parameters: weight_ih (features, gates units), weight_hh (units, gates units), bias_ih, bias_hh.
"""

from __future__ import annotations

import math

from vgtui.engine import table
from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import by_precision
from vgtui.engine.kernels.norms import SINGLE_STRAY, STRAY, scale_by_power
from vgtui.engine.table import (
    AUX,
    AUX2,
    CAPACITY,
    FORMAT,
    FULL,
    PLACES,
    STEPS,
    TIMES,
    WIDTH_IN,
    WIDTH_OUT,
    WORKSPACE,
)

GATE_COUNT = table.OWN
"""Own column: how many numbers of z a unit has, for its gates and the candidate."""

INPUTS, STATES, Z, EXTRA, CELLS, DH, DC, LEFT, OWN, SLOPES, DZ, DZ_OWN, DX = range(13)
"""Entries of `layout`.

Kept by forward, a stretch a step: INPUTS, STATES (h_0 first), Z (what the cell leaves in its place), EXTRA (what
else it keeps), CELLS (c_0 first). Worked in, of one step: DH, DC, LEFT (what is not forgotten), OWN (the state's
part of z, where the cell asks for it), SLOPES. Of a chunk of steps: the gradients of z, of OWN and of the inputs.
"""

SPACE = 8
"""Numbers between rows of the recurrent weight as it is read in every step: were rows a power of two apart, they
would share few sets of the cache."""

CHUNK = 16
"""Time steps whose gradients become those of the weights at once, in the cache."""


def columns(steps: int, features: int, units: int, gates: int) -> int:
    """How many columns a layer needs for what `layout` lays out."""
    kept = steps * (features + units + gates * units) + units
    kept += (steps * units if gates > 1 else 0) + ((steps + 1) * units if gates == 4 else 0)
    chunk = min(steps, CHUNK)
    return kept + (3 + 2 * gates) * units + chunk * ((2 if gates == 3 else 1) * gates * units + features)


def scratch(features: int, units: int, gates: int) -> int:
    """Numbers of scratch: both weights, rows of the recurrent one spaced, and as many sums as z is wide."""
    return gates * units * (features + units + SPACE + 1)


@njit(**KERNEL)
def shape(row):
    """(steps, features, units) of a recurrent instruction."""
    return row[STEPS], row[WIDTH_IN] // row[STEPS], row[WIDTH_OUT] // row[PLACES]


@njit(**KERNEL)
def layout(row, header, rows, gates):
    """Where in the arena things stand for a batch of `rows`; see INPUTS ... DX. Python reads by `layout.py_func`."""
    steps, features, units = row[STEPS], row[WIDTH_IN] // row[STEPS], row[WIDTH_OUT] // row[PLACES]
    wide = gates * units * rows
    inputs = header[WORKSPACE] + row[AUX] * header[CAPACITY]
    states = inputs + steps * features * rows
    z = states + (steps + 1) * units * rows
    extra = z + steps * wide
    cells = extra + (steps * units * rows if gates > 1 else 0)
    dh = cells + ((steps + 1) * units * rows if gates == 4 else 0)
    dc = dh + units * rows
    left = dc + units * rows
    own = left + units * rows
    slopes = own + wide
    dz = slopes + wide
    dz_own = dz + (min(steps, CHUNK) * wide if gates == 3 else 0)
    dx = dz_own + min(steps, CHUNK) * wide
    return inputs, states, z, extra, cells, dh, dc, left, own, slopes, dz, dz_own, dx


@njit(**KERNEL)
def measures(row, header):
    """Where among the TIMES the measures of the time steps stand, TIME_WIDTH a step."""
    return header[TIMES] + row[AUX2]


@njit(**KERNEL)
def bring_back(header, arena, start, count, size):
    """Where numbers whose norm is 2**size stray, make it about 1; log2 of what they were multiplied by."""
    stray = by_precision(arena, STRAY, SINGLE_STRAY) if header[FORMAT] == FULL else math.inf
    if not stray < abs(size) < math.inf:
        return 0
    shift = -round(size)
    scale_by_power(arena, start, count, shift)
    return shift
