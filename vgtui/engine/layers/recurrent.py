"""Recurrent layers: plain, LSTM and GRU."""

from __future__ import annotations

import numpy as np

from vgtui.engine.compiler import Compiler, spell
from vgtui.engine.initializers import INITIALIZERS
from vgtui.engine.kernels.cells import CELLS
from vgtui.engine.operations import recurrent
from vgtui.engine.operations.backward_through_time import backward
from vgtui.engine.operations.recurrence import GATE_COUNT, columns, scratch
from vgtui.engine.record import TIME_WIDTH
from vgtui.engine.stages import AFTER_WEIGHT
from vgtui.engine.streams import WEIGHTS as WEIGHT_STREAM
from vgtui.engine.streams import stream
from vgtui.engine.table import AUX, AUX2, PARAM, PLACES, STEPS, TRUNCATE, WEIGHTS
from vgtui.scenario.errors import ScenarioError
from vgtui.scenario.model import Gru, Lstm, Recurrent, Rnn

_STREAMS = {"weight_ih": 0, "bias_ih": 1, "weight_hh": 2}


def kind_of(layer: Recurrent) -> str:
    """rnn, lstm or gru."""
    return str(layer.__struct_config__.tag)


def lower(compiler: Compiler, number: int, entry: int, layer: Recurrent) -> None:
    """One instruction for all time steps, one for dropout. Raises ScenarioError where what comes in is no sequence."""
    first = len(compiler.instructions)
    source, shape = compiler.outputs[-1]
    if len(shape) != 2:
        raise ScenarioError(_no_sequence(number, kind_of(layer), shape), place=f"layers[{entry}].type")
    (steps, features), units, gates = shape, layer.units, layer.gates
    start = compiler.parameter(number, "weight_ih", gates * units, features, axes=(1, 0))
    compiler.parameter(number, "weight_hh", gates * units, units, axes=(1, 0))
    compiler.parameter(number, "bias_ih", gates * units)
    compiler.parameter(number, "bias_hh", gates * units)
    compiler.need_scratch(scratch(features, units, gates))
    places = steps if layer.return_sequences else 1
    tensor = compiler.tensor(places * units)
    fields = {
        PARAM: start,
        WEIGHTS: gates * units * (features + units),
        AUX: compiler.room(columns(steps, features, units, gates)),
        AUX2: compiler.times(steps * TIME_WIDTH),
        PLACES: places,
        STEPS: steps,
        TRUNCATE: layer.truncate or 0,
        GATE_COUNT: gates,
    }
    cells = CELLS[f"rnn_{layer.activation}" if isinstance(layer, Rnn) else kind_of(layer)]
    faces = (recurrent.forward, backward, recurrent.push, recurrent.nudge, None, None, *cells)
    compiler.emit(faces, AFTER_WEIGHT, number, source, tensor, fields=fields)
    tensor = compiler.drop_out(number, layer.dropout, tensor, places)
    compiler.end_layer(first, tensor, (steps, units) if layer.return_sequences else (units,))


def _no_sequence(number: int, kind: str, shape: tuple[int, ...]) -> str:
    """Why the layer cannot read this."""
    origin = f"layer {number - 1}" if number else "the data"
    remedy = "" if number == 0 else "; a recurrent layer before it needs return_sequences = true"
    return f"{kind} reads sequences (steps, features), and {origin} gives {spell(shape)}{remedy}"


def initial(layer: Recurrent, number: int, name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Weights gate by gate, weight_ih by `init`, weight_hh by `recurrent_init`; bias_ih by `bias_init` and so on."""
    if name == "bias_hh":
        return np.zeros(shape)
    random = stream(seed, WEIGHT_STREAM, number, _STREAMS[name])
    units = layer.units
    if name == "bias_ih":
        return _bias(layer, shape, random)
    kind = layer.init if name == "weight_ih" else layer.recurrent_init
    gain = layer.gain if name == "weight_ih" else layer.recurrent_gain
    gates = range(shape[0] // units)
    if kind == "identity":
        return gain * np.concatenate([np.eye(units)] * len(gates))
    return gain * np.concatenate([INITIALIZERS[kind].draw(random, (units, shape[1]), layer) for _ in gates])


def _bias(layer: Recurrent, shape: tuple[int, ...], random: np.random.Generator) -> np.ndarray:
    """bias_ih: `bias_init`, then the gates' own."""
    units = layer.units
    draws = {
        "zeros": lambda: np.zeros(shape),
        "constant": lambda: np.full(shape, layer.bias_scale),
        "uniform": lambda: random.uniform(-1.0, 1.0, shape) * layer.bias_scale,
        "normal": lambda: random.normal(0.0, 1.0, shape) * layer.bias_scale,
    }
    bias = draws[layer.bias_init]()
    if isinstance(layer, Lstm):
        bias[units : 2 * units] += layer.forget_bias
    if isinstance(layer, Lstm | Gru) and layer.chrono is not None:
        memories = np.log(random.uniform(1.0, layer.chrono - 1.0, units))
        bias[units : 2 * units] = memories
        if isinstance(layer, Lstm):
            bias[:units] = -memories
    return bias


def origin(layer: Recurrent, name: str) -> tuple[object, ...]:
    """The settings that decide how a parameter begins."""
    if name == "weight_ih":
        return (layer.init, layer.init_scale, layer.gain)
    if name == "weight_hh":
        return (layer.recurrent_init, layer.init_scale, layer.recurrent_gain)
    if name == "bias_ih":
        forget_bias, chrono = getattr(layer, "forget_bias", None), getattr(layer, "chrono", None)
        return (layer.bias_init, layer.bias_scale, forget_bias, chrono)
    return ()


def describe(layer: Recurrent) -> str:
    """64 lstm, 20 rnn tanh."""
    return f"{layer.units} {kind_of(layer)}" + (f" {layer.activation}" if isinstance(layer, Rnn) else "")
