"""Recurrent cells: what one time step does to (rows, units) states, how the gradient comes back, and the tangent.

All live in one array, given by offsets. Gates stand beside each other in a row, in PyTorch's order. Loops write
one array each: more of them would keep a loop from vectorising, as any two might overlap.

forward(arena, z0, zh0, before0, h0, cell_before0, cell0, extra0, slope0, rows, units)
    z0        in: x_t W_ih + b, and unless the cell asks for it apart (zh0) h W_hh; out: what backward reads
    before0   the state before the step; h0 the state after it; cell_before0 and cell0 likewise of an LSTM's cell
    extra0    what else backward reads; slope0: the gates' slopes, to be measured
backward(arena, z0, before0, cell_before0, extra0, dh0, dc0, d0, dh_part0, rows, units)
    dh0, dc0  in: gradients of state and cell after the step; out: what reaches those before it, but by W_hh
    d0        out: gradient of z; dh_part0: of zh
tangent(arena, z0, before0, cell_before0, extra0, v0, vh0, dh0, dc0, rows, units)
    v0, vh0   tangents of z and zh; dh0, dc0: of state and cell, before the step in, after it out
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face
from vgtui.engine.kernels import KERNEL, STRICT
from vgtui.engine.kernels.activations import linear_pair, relu_pair, sigmoid_pair, tanh_pair
from vgtui.engine.kernels.literals import number
from vgtui.engine.kernels.tiles import make_each
from vgtui.engine.signatures import CELL

_each_sigmoid, _each_tanh = make_each(sigmoid_pair), make_each(tanh_pair)


@njit(**STRICT)
def _sigmoid(arena, z0, slope0, count):
    """In place; the slopes at slope0."""
    z = arena[z0 : z0 + count]
    _each_sigmoid(z, z, arena[slope0 : slope0 + count], number(z, 0.0))


@njit(**STRICT)
def _tanh(arena, z0, slope0, count):
    """In place; the slopes at slope0."""
    z = arena[z0 : z0 + count]
    _each_tanh(z, z, arena[slope0 : slope0 + count], number(z, 0.0))


def _rnn_forward(pair: Callable[..., Any]) -> Face:
    """h = phi(z); the slope is left in z's place."""
    each = make_each(pair)

    def forward(arena, z0, zh0, before0, h0, cell_before0, cell0, extra0, slope0, rows, units):
        z = arena[z0 : z0 + rows * units]
        h = arena[h0 : h0 + rows * units]
        each(z, h, z, number(z, 0.0))

    return Face(forward, CELL, f"rnn_{pair.__name__}", STRICT)


def _rnn_backward(arena, z0, before0, cell_before0, extra0, dh0, dc0, d0, dh_part0, rows, units):
    """dz = dh * phi'(z)."""
    slope = arena[z0 : z0 + rows * units]
    dh = arena[dh0 : dh0 + rows * units]
    d = arena[d0 : d0 + rows * units]
    for k in range(d.size):
        d[k] = dh[k] * slope[k]
    for k in range(d.size):
        dh[k] = 0.0


def _rnn_tangent(arena, z0, before0, cell_before0, extra0, v0, vh0, dh0, dc0, rows, units):
    """phi'(z) * v."""
    slope = arena[z0 : z0 + rows * units]
    v = arena[v0 : v0 + rows * units]
    dh = arena[dh0 : dh0 + rows * units]
    for k in range(dh.size):
        dh[k] = v[k] * slope[k]


def _lstm_forward(arena, z0, zh0, before0, h0, cell_before0, cell0, extra0, slope0, rows, units):
    """c = f c + i g; h = o tanh(c), gates i, f, g, o. Hochreiter & Schmidhuber 1997, Gers et al. 2000."""
    for r in range(rows):
        z = z0 + r * 4 * units
        s = slope0 + r * 4 * units
        _sigmoid(arena, z, s, 2 * units)
        _tanh(arena, z + 2 * units, s + 2 * units, units)
        _sigmoid(arena, z + 3 * units, s + 3 * units, units)
        i = arena[z : z + units]
        f = arena[z + units : z + 2 * units]
        g = arena[z + 2 * units : z + 3 * units]
        o = arena[z + 3 * units : z + 4 * units]
        c_before = arena[cell_before0 + r * units : cell_before0 + (r + 1) * units]
        c = arena[cell0 + r * units : cell0 + (r + 1) * units]
        shown = arena[extra0 + r * units : extra0 + (r + 1) * units]
        h = arena[h0 + r * units : h0 + (r + 1) * units]
        for k in range(units):
            c[k] = f[k] * c_before[k] + i[k] * g[k]
        for k in range(units):
            shown[k], _ = tanh_pair(c[k], 0.0)
        for k in range(units):
            h[k] = o[k] * shown[k]


@njit(**KERNEL)
def lstm_reach(arena, z0, extra0, dh0, dc0, rows, units):
    """What of dh reaches the cell by tanh, added to dc: before lstm_backward, so that all of dc can be measured."""
    for r in range(rows):
        o = arena[z0 + (r * 4 + 3) * units : z0 + (r + 1) * 4 * units]
        shown = arena[extra0 + r * units : extra0 + (r + 1) * units]
        dh = arena[dh0 + r * units : dh0 + (r + 1) * units]
        dc = arena[dc0 + r * units : dc0 + (r + 1) * units]
        for k in range(units):
            dc[k] += dh[k] * o[k] * (1.0 - shown[k] * shown[k])


def _lstm_backward(arena, z0, before0, cell_before0, extra0, dh0, dc0, d0, dh_part0, rows, units):
    """Slopes from the gates' values: s (1 - s), 1 - g^2."""
    for r in range(rows):
        z = z0 + r * 4 * units
        d = d0 + r * 4 * units
        i = arena[z : z + units]
        f = arena[z + units : z + 2 * units]
        g = arena[z + 2 * units : z + 3 * units]
        o = arena[z + 3 * units : z + 4 * units]
        d_i = arena[d : d + units]
        d_f = arena[d + units : d + 2 * units]
        d_g = arena[d + 2 * units : d + 3 * units]
        d_o = arena[d + 3 * units : d + 4 * units]
        c_before = arena[cell_before0 + r * units : cell_before0 + (r + 1) * units]
        shown = arena[extra0 + r * units : extra0 + (r + 1) * units]
        dh = arena[dh0 + r * units : dh0 + (r + 1) * units]
        dc = arena[dc0 + r * units : dc0 + (r + 1) * units]
        for k in range(units):
            d_o[k] = dh[k] * shown[k] * (o[k] * (1.0 - o[k]))
        for k in range(units):
            d_i[k] = dc[k] * g[k] * (i[k] * (1.0 - i[k]))
        for k in range(units):
            d_g[k] = dc[k] * i[k] * (1.0 - g[k] * g[k])
        for k in range(units):
            d_f[k] = dc[k] * c_before[k] * (f[k] * (1.0 - f[k]))
        for k in range(units):
            dc[k] *= f[k]
        for k in range(units):
            dh[k] = 0.0


def _lstm_tangent(arena, z0, before0, cell_before0, extra0, v0, vh0, dh0, dc0, rows, units):
    """The derivatives of lstm_forward along v."""
    for r in range(rows):
        z = z0 + r * 4 * units
        v = v0 + r * 4 * units
        for k in range(units):
            i = arena[z + k]
            f = arena[z + units + k]
            g = arena[z + 2 * units + k]
            o = arena[z + 3 * units + k]
            shown = arena[extra0 + r * units + k]
            d_i = i * (1.0 - i) * arena[v + k]
            d_f = f * (1.0 - f) * arena[v + units + k]
            d_g = (1.0 - g * g) * arena[v + 2 * units + k]
            d_o = o * (1.0 - o) * arena[v + 3 * units + k]
            at = r * units + k
            dc = f * arena[dc0 + at] + d_f * arena[cell_before0 + at] + d_i * g + i * d_g
            arena[dc0 + at] = dc
            arena[dh0 + at] = d_o * shown + o * (1.0 - shown * shown) * dc


def _gru_forward(arena, z0, zh0, before0, h0, cell_before0, cell0, extra0, slope0, rows, units):
    """n = tanh(x W_in + r (h W_hn + b_hn)); h = (1 - z) n + z h, gates r, z, n. Cho et al. 2014, as in PyTorch."""
    for row in range(rows):
        at = z0 + row * 3 * units
        s = slope0 + row * 3 * units
        both = arena[at : at + 2 * units]
        own = arena[zh0 + row * 3 * units : zh0 + (row * 3 + 2) * units]
        for k in range(2 * units):
            both[k] += own[k]
        _sigmoid(arena, at, s, 2 * units)
        r = arena[at : at + units]
        z = arena[at + units : at + 2 * units]
        n = arena[at + 2 * units : at + 3 * units]
        said = arena[zh0 + (row * 3 + 2) * units : zh0 + (row + 1) * 3 * units]
        kept = arena[extra0 + row * units : extra0 + (row + 1) * units]
        before = arena[before0 + row * units : before0 + (row + 1) * units]
        h = arena[h0 + row * units : h0 + (row + 1) * units]
        for k in range(units):
            kept[k] = said[k]
        for k in range(units):
            n[k] += r[k] * kept[k]
        _tanh(arena, at + 2 * units, s + 2 * units, units)
        for k in range(units):
            h[k] = n[k] + z[k] * (before[k] - n[k])


def _gru_backward(arena, z0, before0, cell_before0, extra0, dh0, dc0, d0, dh_part0, rows, units):
    """Slopes from the gates' values; what the state says to n passes the reset gate."""
    for row in range(rows):
        at = z0 + row * 3 * units
        d = d0 + row * 3 * units
        part = dh_part0 + row * 3 * units
        r = arena[at : at + units]
        z = arena[at + units : at + 2 * units]
        n = arena[at + 2 * units : at + 3 * units]
        d_r = arena[d : d + units]
        d_z = arena[d + units : d + 2 * units]
        d_n = arena[d + 2 * units : d + 3 * units]
        kept = arena[extra0 + row * units : extra0 + (row + 1) * units]
        before = arena[before0 + row * units : before0 + (row + 1) * units]
        dh = arena[dh0 + row * units : dh0 + (row + 1) * units]
        for k in range(units):
            d_n[k] = dh[k] * (1.0 - z[k]) * (1.0 - n[k] * n[k])
        for k in range(units):
            d_z[k] = dh[k] * (before[k] - n[k]) * (z[k] * (1.0 - z[k]))
        for k in range(units):
            d_r[k] = d_n[k] * kept[k] * (r[k] * (1.0 - r[k]))
        for k in range(units):
            dh[k] *= z[k]
        gates = arena[d : d + 2 * units]
        same = arena[part : part + 2 * units]
        for k in range(2 * units):
            same[k] = gates[k]
        other = arena[part + 2 * units : part + 3 * units]
        for k in range(units):
            other[k] = d_n[k] * r[k]


def _gru_tangent(arena, z0, before0, cell_before0, extra0, v0, vh0, dh0, dc0, rows, units):
    """The derivatives of gru_forward along v and vh."""
    for row in range(rows):
        at = z0 + row * 3 * units
        v = v0 + row * 3 * units
        vh = vh0 + row * 3 * units
        for k in range(units):
            r = arena[at + k]
            z = arena[at + units + k]
            n = arena[at + 2 * units + k]
            place = row * units + k
            d_r = r * (1.0 - r) * (arena[v + k] + arena[vh + k])
            d_z = z * (1.0 - z) * (arena[v + units + k] + arena[vh + units + k])
            inner = arena[v + 2 * units + k] + d_r * arena[extra0 + place] + r * arena[vh + 2 * units + k]
            d_n = (1.0 - n * n) * inner
            moved = d_z * (arena[before0 + place] - n) + (1.0 - z) * d_n
            arena[dh0 + place] = moved + z * arena[dh0 + place]


_RNN = (Face(_rnn_backward, CELL), Face(_rnn_tangent, CELL))

CELLS: dict[str, tuple[Face, Face, Face]] = {
    "rnn_tanh": (_rnn_forward(tanh_pair), *_RNN),
    "rnn_relu": (_rnn_forward(relu_pair), *_RNN),
    "rnn_sigmoid": (_rnn_forward(sigmoid_pair), *_RNN),
    "rnn_linear": (_rnn_forward(linear_pair), *_RNN),
    "lstm": (
        Face(_lstm_forward, CELL, options=STRICT),
        Face(_lstm_backward, CELL),
        Face(_lstm_tangent, CELL),
    ),
    "gru": (Face(_gru_forward, CELL, options=STRICT), Face(_gru_backward, CELL), Face(_gru_tangent, CELL)),
}
"""Forward, backward and tangent of each kind, called by address; a plain one's by its activation."""
