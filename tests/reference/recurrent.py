"""Recurrent networks written out step by step in NumPy, and their gradients by complex steps: exact, and independent.

A parameter is moved by 1e-30 i; the imaginary part of the loss, divided by that, is its derivative to the last
digit. Where the gradient is cut the state loses its imaginary part: it is a constant there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense, Gru, Lstm, Rnn

Array = np.ndarray[Any, Any]
MOVE = 1e-30

PHI = {
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "linear": lambda z: z,
    "relu": lambda z: np.where(z.real > 0, z, 0),
}


def run_layer(
    layer: Rnn | Lstm | Gru,
    number: int,
    parameters: dict[str, Array],
    inputs: Array,
    moves: tuple[Array, Array] | None = None,
) -> Array:
    """Every state, (rows, steps, units), for inputs (rows, steps, features).

    moves: what is added to h and to c as they leave each step, (steps, rows, units) each.
    """
    w, u, b, d = (parameters[f"{number}.{n}"] for n in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"))
    rows, steps, _ = inputs.shape
    h = c = np.zeros((rows, layer.units), inputs.dtype)
    moved_h, moved_c = moves or np.zeros((2, steps, 1, 1))
    states = []
    for t in range(steps):
        if layer.truncate and (steps - t) % layer.truncate == 0:
            h, c = h.real.astype(inputs.dtype), c.real.astype(inputs.dtype)
        from_x, from_h = inputs[:, t] @ w.T + b, h @ u.T + d
        if isinstance(layer, Rnn):
            h = PHI[layer.activation](from_x + from_h)
        elif isinstance(layer, Lstm):
            i, f, g, o = np.split(from_x + from_h, 4, axis=1)
            c = PHI["sigmoid"](f) * c + PHI["sigmoid"](i) * np.tanh(g) + moved_c[t]
            h = PHI["sigmoid"](o) * np.tanh(c)
        else:
            (xr, xz, xn), (hr, hz, hn) = np.split(from_x, 3, axis=1), np.split(from_h, 3, axis=1)
            r, z = PHI["sigmoid"](xr + hr), PHI["sigmoid"](xz + hz)
            h = (1 - z) * np.tanh(xn + r * hn) + z * h
        h = h + moved_h[t]
        states.append(h)
    return np.stack(states, axis=1)


def loss_of(
    sim: Simulation,
    parameters: dict[str, Array],
    dtype: Any = complex,
    moves: dict[int, tuple[Array, Array]] | None = None,
) -> Any:
    """Mean squared error of the latest batch under these parameters; `moves` of a layer as in `run_layer`."""
    inputs, targets = sim.batch
    signal = inputs.reshape(len(inputs), *sim.dataset.input_shape).astype(dtype)
    for number, (_, layer) in enumerate(sim.scenario.expanded()):
        if isinstance(layer, Dense):
            flat = signal.reshape(len(inputs), -1)
            z = flat @ parameters[f"{number}.weight"].T + parameters[f"{number}.bias"]
            signal = PHI[layer.activation](z)
        else:
            states = run_layer(layer, number, parameters, signal, (moves or {}).get(number))
            signal = states if layer.return_sequences else states[:, -1]
    return ((signal - targets) ** 2).mean()


def gradient_entry(sim: Simulation, parameters: dict[str, Array], name: str, index: tuple[int, ...]) -> float:
    """dL/d(one entry) of the latest batch."""
    moved = {key: value.astype(complex) for key, value in parameters.items()}
    moved[name][index] += MOVE * 1j
    return float(loss_of(sim, moved).imag / MOVE)


def state_gradients(
    sim: Simulation, parameters: dict[str, Array], number: int, steps: int
) -> tuple[Array, Array]:
    """|dL/dh_t| and |dL/dc_t| of one layer over units and rows of the latest batch, (steps,) each."""
    rows, units = len(sim.batch[0]), sim.scenario.expanded()[number][1].units
    values = {name: value.astype(complex) for name, value in parameters.items()}
    slopes = np.zeros((2, steps, rows, units))
    for place in np.ndindex(*slopes.shape):
        moves = np.zeros(slopes.shape, complex)
        moves[place] = MOVE * 1j
        slopes[place] = loss_of(sim, values, moves={number: (moves[0], moves[1])}).imag / MOVE
    norms = np.sqrt((slopes**2).sum(axis=(2, 3)))
    return norms[0], norms[1]
