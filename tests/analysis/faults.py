"""Small networks with one planted fault each, and sound ones: what a diagnosis is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from vgtui.engine.simulation import Simulation
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Conv, Data, Dense, Gru, Layer, Lstm, Pool, Rnn, Scenario, Training

TWO_MOONS = Data(source="moons", samples=100, noise=0.05)
RECALL = Data(source="recall", samples=60, length=30)
OUT = Dense(units=1, activation="sigmoid")
CHOOSE = Dense(units=4, activation="softmax")


@dataclass(frozen=True)
class Case:
    """A network, the steps it is trained for, and the fault that is planted in it, if there is one."""

    name: str
    layers: tuple[Layer, ...] = ()
    kind: str = ""
    cause: str = ""
    steps: int = 0
    data: Data = TWO_MOONS
    training: dict[str, Any] = field(default_factory=dict)
    preset: str = ""
    inputs: float = 1.0
    set_nan: bool = False

    def simulation(self, folder) -> Simulation:
        """The network after its steps. Data with inputs of another size comes from a file in `folder`."""
        simulation = Simulation(self.scenario(folder), folder)
        if self.set_nan:
            simulation.step(3)
            weight = simulation.parameters["1.weight"]
            weight[2, 1] = np.nan
            simulation.set_parameters({"1.weight": weight})
        if self.steps:
            simulation.step(self.steps)
        return simulation

    def scenario(self, folder) -> Scenario:
        if self.preset:
            return load_scenario(self.preset)
        data = self.data if self.inputs == 1.0 else _moons_of_another_size(self.inputs, folder)
        return Scenario(seed=42, data=data, layers=self.layers, training=Training(**self.training))


def _moons_of_another_size(size: float, folder) -> Data:
    """The file moons.npz, its inputs multiplied."""
    inputs, targets = Simulation(Scenario(data=TWO_MOONS, layers=(OUT,))).train_data
    np.savez(folder / "moons.npz", x=inputs * size, y=targets[:, 0].astype(np.int64))
    return Data(source="file", file="moons.npz", target="y", task="classification")


def dense(activation: str, layers: int = 1, units: int = 10, **settings: Any) -> Dense:
    """So many hidden layers."""
    return Dense(units=units, activation=activation, repeat=layers, **settings)  # type: ignore[arg-type]


ADAM = {"optimizer": "adam", "learning_rate": 0.01}
SGD = {"optimizer": "sgd", "learning_rate": 0.1}
SOUND = dense("tanh", 2)
CHOICE = {"loss": "cross_entropy", **ADAM}

PLANTED = (
    Case("sigmoid stack, untrained", (dense("sigmoid", 8), OUT), "vanishing", "slopes"),
    Case("sigmoid stack, trained", (dense("sigmoid", 8), OUT), "vanishing", "slopes", 100),
    Case("sigmoid stack, plain descent", (dense("sigmoid", 8), OUT), "vanishing", "slopes", 100, training=SGD),
    Case("softsign of small weights", (dense("softsign", 8, gain=0.3), OUT), "vanishing", "weights", 40),
    Case("tanh of small weights", (dense("tanh", 8, gain=0.3), OUT), "vanishing", "weights"),
    Case("linear of small weights", (dense("linear", 10, gain=0.3), OUT), "vanishing", "weights", 40),
    Case("ReLU of small weights", (dense("relu", 8, init="he_normal", gain=0.2), OUT), "vanishing", "weights"),
    Case("hard sigmoids", (dense("hard_sigmoid", 6), OUT), "vanishing", "slopes", 60),
    Case("sigmoid convolutions", (Conv(filters=3, activation="sigmoid", repeat=9), Dense(units=10,
         activation="softmax")), "vanishing", "slopes", data=Data(source="digits", samples=60),
         training={"loss": "cross_entropy"}),
    Case("recurrent layer that forgets", (Rnn(units=12, recurrent_gain=0.5), CHOOSE), "vanishing",
         "recurrent weights", 30, RECALL, CHOICE),
    Case("LSTM whose gate forgets", (Lstm(units=12, forget_bias=-1.0), CHOOSE), "vanishing", "forget gate", 30,
         RECALL, CHOICE),
    Case("GRU of small weights", (Gru(units=12, recurrent_gain=0.3, gain=0.3), CHOOSE), "vanishing",
         "recurrent weights", 0, RECALL, CHOICE),
    Case("six hundred sigmoids", (dense("sigmoid", 600, units=4), OUT), "underflow", "range of numbers"),
    Case("tanh beyond the edge of chaos", (dense("tanh", 40, units=20, init="lecun_normal", gain=3.0), OUT),
         "exploding", "weights"),
    Case("linear of large weights", (dense("linear", 8, gain=3.0), OUT), "exploding", "weights"),
    Case("ReLU of large weights", (dense("relu", 6, init="he_normal", gain=4.0), OUT), "exploding", "weights", 5),
    Case("explosion to overflow", (dense("leaky_relu", 8, init="he_normal", gain=1.5),
         Dense(units=1, activation="linear")), "exploding", "weights", 60,
         training={"loss": "mean_squared_error", "optimizer": "sgd", "learning_rate": 0.01}),
    Case("recurrent layer that explodes", (Rnn(units=12, activation="relu", recurrent_init="identity",
         recurrent_gain=1.3), CHOOSE), "exploding", "recurrent weights", 0, RECALL, CHOICE),
    Case("inputs in thousands, ReLU", (dense("relu", 2, init="he_normal"), OUT), "exploding", "unscaled inputs",
         training=ADAM, inputs=3000.0),
    Case("inputs in thousands, tanh", (SOUND, OUT), "saturation", "unscaled inputs", 0, training=SGD,
         inputs=3000.0),
    Case("saturated sigmoids", (dense("sigmoid", 2, gain=60.0), OUT), "saturation", "weights", 0, training=SGD),
    Case("saturated tanh", (dense("tanh", 3, gain=40.0), OUT), "saturation", "weights", 0, training=SGD),
    Case("biases that saturate", (dense("sigmoid", 2, bias_init="constant", bias_scale=9.0), OUT), "saturation",
         "weights", 40, training=SGD),
    Case("born dead", (dense("relu", 2, bias_init="constant", bias_scale=-5.0), OUT), "dead units", "born dead",
         40, training=ADAM),
    Case("born dead behind a living layer", (dense("relu"), dense("relu", bias_init="constant", bias_scale=-9.0),
         OUT), "dead units", "born dead", training=ADAM),
    Case("zero weights", (dense("sigmoid", 2, init="zeros"), Dense(units=1, activation="sigmoid", init="zeros")),
         "unbroken symmetry", "zero weights", training=ADAM),
    Case("zero weights, ReLU", (dense("relu", 2, init="zeros"), Dense(units=1, activation="sigmoid",
         init="zeros")), "unbroken symmetry", "zero weights", 60, training=ADAM),
    Case("constant weights", (dense("tanh", 2, init="constant", init_scale=0.3), Dense(units=1,
         activation="sigmoid", init="constant")), "unbroken symmetry", "equal weights", 60, training=ADAM),
    Case("constant kernels", (Conv(filters=3, activation="tanh", init="constant"), Dense(units=10,
         activation="softmax", init="constant")), "unbroken symmetry", "equal weights", 3,
         data=Data(source="digits", samples=60), training={"loss": "cross_entropy"}),
    Case("constant LSTM", (Lstm(units=6, init="constant", recurrent_init="constant"), Dense(units=4,
         activation="softmax", init="constant")), "unbroken symmetry", "equal weights", 3, RECALL, CHOICE),
    Case("rate a thousand times too large", (dense("relu", 3, init="he_normal"), OUT), "learning rate too large",
         "learning rate", 40, training={"optimizer": "adam", "learning_rate": 3.0}),
    Case("rate too large, plain descent", (SOUND, Dense(units=1, activation="linear")), "learning rate too large",
         "learning rate", 60, training={"loss": "mean_squared_error", "optimizer": "sgd", "learning_rate": 3.0}),
    Case("rate too large, to overflow", (dense("relu", 2, init="he_normal"), Dense(units=1, activation="linear")),
         "learning rate too large", "learning rate", 60, data=Data(source="plane", samples=60),
         training={"loss": "mean_squared_error", "optimizer": "sgd", "learning_rate": 8.0}),
    Case("rate too small", (SOUND, OUT), "learning rate too small", "learning rate", 60,
         training={"optimizer": "sgd", "learning_rate": 1e-5}),
    Case("rate too small, Adam", (SOUND, OUT), "learning rate too small", "learning rate", 80,
         training={"optimizer": "adam", "learning_rate": 1e-7}),
    Case("rate that decays too soon", (SOUND, OUT), "learning rate too small", "schedule", 150,
         training={**SGD, "schedule": "exponential", "decay_rate": 0.5, "decay_steps": 5}),
    Case("clipped to nothing", (SOUND, OUT), "clipping", "limit too low", 60,
         training={**SGD, "clip_norm": 1e-5}),
    Case("every entry clipped", (SOUND, OUT), "clipping", "limit too low", 60,
         training={**SGD, "clip_value": 1e-6}),
    Case("huge first weights, normalised", (dense("tanh", normalization="batch", gain=3e4), dense("tanh"), OUT),
         "first layers still", "large weights", 60, training=ADAM),
    Case("twenty samples by heart", (dense("tanh", 2, units=30), OUT), "overfitting", "too few samples", 300,
         data=Data(source="moons", samples=40, noise=0.6, test_fraction=0.5), training=ADAM),
    Case("a line between circles", (dense("linear", 2), OUT), "flat loss", "linear network", 300,
         data=Data(source="circles", samples=100), training=ADAM),
    Case("moons that noise has merged", (dense("tanh", units=2), OUT), "flat loss", "plateau", 400,
         data=Data(source="moons", samples=200, noise=4.0), training=ADAM),
    Case("a weight set to nan", (SOUND, OUT), "non-finite", "a value that was set", 5, training=ADAM,
         set_nan=True),
)  # fmt: skip

HEALTHY = (
    Case("batch-norm", preset="batch-norm", steps=100),
    Case("relu-he, untrained", preset="relu-he"),
    Case("relu-he", preset="relu-he", steps=600),
    Case("skips", preset="skips", steps=100),
    Case("edge-of-chaos", preset="edge-of-chaos", steps=80),
    Case("clipped", preset="clipped", steps=100),
    Case("tanh", (SOUND, OUT), training=ADAM, steps=150),
    Case("tanh, plain descent", (SOUND, OUT), training=SGD, steps=150),
    Case("SELU, RMSprop", (dense("selu", 4, init="lecun_normal"), OUT), steps=100,
         training={"optimizer": "rmsprop", "learning_rate": 0.003}),
    Case("layer norm", (dense("gelu", 4, normalization="layer"), OUT), training=ADAM, steps=100),
    Case("learned to the end", (SOUND, OUT), training=ADAM, steps=1500),
    Case("regression", (dense("tanh", 2), Dense(units=1, activation="linear")), steps=200,
         data=Data(source="sine", samples=80), training={"loss": "mean_squared_error", **ADAM}),
    Case("convolutions and pools", (Conv(filters=4, init="he_normal"), Pool(kind="max"), Conv(filters=4,
         init="he_normal"), Pool(kind="global_average"), Dense(units=10, activation="softmax")), steps=40,
         data=Data(source="digits", samples=120), training=CHOICE),
    Case("plain recurrence", (Rnn(units=12), CHOOSE), steps=60, data=Data(source="recall", samples=60, length=6),
         training=CHOICE),
    Case("LSTM", (Lstm(units=12, forget_bias=1.0), CHOOSE), steps=60,
         data=Data(source="recall", samples=60, length=8), training=CHOICE),
    Case("GRU", (Gru(units=12), CHOOSE), steps=60, data=Data(source="recall", samples=60, length=8),
         training=CHOICE),
)  # fmt: skip
