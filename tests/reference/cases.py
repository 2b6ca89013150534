"""The networks that PyTorch was asked about: every layer kind, activation, normalisation, loss and optimiser."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vgtui.scenario.model import (
    Conv,
    Data,
    Dense,
    Gru,
    Layer,
    Lstm,
    Pool,
    Recurrent,
    Rnn,
    Scenario,
    Training,
)

STORED = Path(__file__).with_name("torch.npz")
ROWS, STEPS = 10, 4
SHOWN = {"inputs": (3,), "images": (2, 4, 3), "sequences": (7, 2)}
"""The shapes of a sample: features, (channels, height, width), (steps, features)."""

GATES = {Rnn: 1, Lstm: 4, Gru: 3}


@dataclass(frozen=True, slots=True)
class Case:
    """A network, how it learns, and which of the targets it learns: full batches, `STEPS` updates."""

    name: str
    layers: tuple[Layer, ...]
    training: Training
    target: str  # real (2 columns), binary, or triple (3 classes)
    shown: str = "inputs"  # or images, or sequences

    def scenario(self, file: Path) -> Scenario:
        """The case on samples that stand in an NPZ file."""
        task = "regression" if self.target == "real" else "classification"
        data = Data(source="file", file=str(file), target=self.target, task=task, test_fraction=0.0)
        return Scenario(data=data, layers=self.layers, training=self.training)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The parameters by name, in the order in which the reference lays them out."""
        shapes: dict[str, tuple[int, ...]] = {}
        shape = SHOWN[self.shown]
        for number, layer in enumerate(self.layers):
            shapes |= {f"{number}.{name}": size for name, size in parameter_shapes(layer, shape).items()}
            shape = shape_after(layer, shape)
        return shapes

    def unpacked(self, flat: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
        """A row of the reference as arrays by name."""
        parts, start = {}, 0
        for name, shape in self.shapes.items():
            count = int(np.prod(shape))
            parts[name] = flat[start : start + count].reshape(shape)
            start += count
        assert start == len(flat)
        return parts


def parameter_shapes(layer: Layer, shape: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """What a layer learns, by name as in PyTorch, where samples of that shape come in."""
    if isinstance(layer, Pool):
        return {}
    if isinstance(layer, Recurrent):
        rows = GATES[type(layer)] * layer.units
        weights = {"weight_ih": (rows, shape[-1]), "weight_hh": (rows, layer.units)}
        return {**weights, "bias_ih": (rows,), "bias_hh": (rows,)}
    is_conv = isinstance(layer, Conv)
    width = layer.filters if is_conv else layer.units
    taken = (shape[0], layer.kernel, layer.kernel) if is_conv else (math.prod(shape),)
    shapes: dict[str, tuple[int, ...]] = {"weight": (width, *taken), "bias": (width,)}
    if layer.normalization != "none":
        shapes |= {"norm_weight": (width,), "norm_bias": (width,)}
    return shapes | ({"alpha": (1,)} if layer.activation == "prelu" else {})


def shape_after(layer: Layer, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a sample behind a layer: (units,), (filters, height, width) or (steps, units)."""
    if isinstance(layer, Recurrent):
        return (shape[0], layer.units) if layer.return_sequences else (layer.units,)
    if isinstance(layer, Pool):
        if layer.kind == "global_average":
            return shape[:1]
        return (shape[0], shape[1] // layer.size, shape[2] // layer.size)
    if isinstance(layer, Dense):
        return (layer.units,)
    if layer.padding == "same":
        return (layer.filters, *(-(-size // layer.stride) for size in shape[1:]))
    return (layer.filters, *((size - layer.kernel) // layer.stride + 1 for size in shape[1:]))


def full(**settings: Any) -> Training:
    """Training on the whole batch."""
    return Training(batch_size="full", **settings)


MEAN_SQUARED = full(loss="mean_squared_error", optimizer="sgd", learning_rate=0.1)
REAL = Dense(units=2, activation="linear")
HIDDEN = (  # noqa: SIM905
    "linear sigmoid hard_sigmoid tanh hard_tanh relu leaky_relu prelu elu selu gelu silu mish softplus softsign"
).split()


def activation_cases() -> list[Case]:
    """One for each activation, with a given alpha where there is one, normalisations taking turns."""
    alphas = {"leaky_relu": 0.2, "prelu": 0.1, "elu": 0.7}
    cases = []
    for number, name in enumerate(HIDDEN):
        norm = ("none", "batch", "layer")[number % 3]
        first = Dense(units=4, activation=name, alpha=alphas.get(name), normalization=norm)
        second = Dense(units=4, activation=name, skip=1, skip_scale=0.6)
        cases.append(Case(name, (first, second, REAL), MEAN_SQUARED, "real"))
    soft = (Dense(units=4, activation="tanh"), Dense(units=3, activation="softmax"))
    cases.append(Case("softmax", soft, MEAN_SQUARED, "triple"))
    return cases


def structure_cases() -> list[Case]:
    """Normalisations before and behind skips, long skips, and skips that scale."""
    deep = (
        Dense(units=3, activation="tanh", normalization="batch", skip=1),
        Dense(units=3, activation="gelu", normalization="layer", skip=2, skip_scale=-0.5),
        Dense(units=3, activation="softplus", skip=3, skip_scale=0.25),
        REAL,
    )
    batch = (Dense(units=5, activation="relu", normalization="batch"), Dense(units=2, activation="linear"))
    last = (Dense(units=3, activation="silu"), Dense(units=2, activation="linear", normalization="batch"))
    return [
        Case("skips", deep, MEAN_SQUARED, "real"),
        Case("batch", batch, MEAN_SQUARED, "real"),
        Case("batch_at_the_end", last, MEAN_SQUARED, "real"),
    ]


def loss_cases() -> list[Case]:
    """Every loss, cross-entropies from logits under their own activation and under none."""
    hidden = Dense(units=4, activation="tanh")

    def case(name: str, loss: str, units: int, activation: str, target: str) -> Case:
        layers = (hidden, Dense(units=units, activation=activation))
        return Case(name, layers, full(loss=loss, optimizer="sgd", learning_rate=0.2), target)

    return [
        case("absolute", "mean_absolute_error", 2, "linear", "real"),
        case("squared_classes", "mean_squared_error", 3, "sigmoid", "triple"),
        case("binary", "binary_cross_entropy", 1, "sigmoid", "binary"),
        case("binary_logits", "binary_cross_entropy", 1, "linear", "binary"),
        case("binary_many", "binary_cross_entropy", 3, "sigmoid", "triple"),
        case("cross", "cross_entropy", 3, "softmax", "triple"),
        case("cross_logits", "cross_entropy", 3, "linear", "triple"),
        case("cross_two", "cross_entropy", 2, "softmax", "binary"),
    ]


def optimizer_cases() -> list[Case]:
    """Every optimiser with its defaults and with every setting that it has, clipped and decayed."""
    settings: dict[str, dict[str, Any]] = {
        "sgd": {"learning_rate": 0.05},
        "sgd_momentum": {"learning_rate": 0.05, "momentum": 0.8},
        "sgd_nesterov": {"learning_rate": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
        "sgd_clip_norm": {"learning_rate": 0.5, "clip_norm": 0.1, "momentum": 0.5, "weight_decay": 0.01},
        "sgd_clip_value": {"learning_rate": 0.5, "clip_value": 0.01, "weight_decay": 0.01},
        "sgd_clip_slack": {"learning_rate": 0.05, "clip_norm": 100.0, "clip_value": 100.0},
        "sgd_penalties": {
            "learning_rate": 0.05,
            "l1": 0.02,
            "l2": 0.05,
            "weight_decay": 0.01,
            "clip_norm": 0.5,
        },
        "adam_penalties": {"learning_rate": 0.02, "l1": 0.03, "l2": 0.01},
        "adagrad": {},
        "adagrad_all": {"learning_rate": 0.1, "epsilon": 1e-3, "weight_decay": 0.05},
        "rmsprop": {},
        "rmsprop_all": {"momentum": 0.7, "rho": 0.8, "epsilon": 1e-3, "weight_decay": 0.05},
        "adam": {},
        "adam_all": {"learning_rate": 0.02, "beta1": 0.7, "beta2": 0.9, "epsilon": 1e-3, "weight_decay": 0.1},
        "adam_clip": {"learning_rate": 0.02, "clip_norm": 0.2, "weight_decay": 0.1},
        "adamw": {},
        "adamw_all": {"learning_rate": 0.02, "beta1": 0.8, "beta2": 0.95, "weight_decay": 0.3},
    }
    layers = (Dense(units=3, activation="tanh", normalization="layer"), REAL)
    return [
        Case(
            f"optimizer_{name}",
            layers,
            full(loss="mean_squared_error", optimizer=name.split("_")[0], **given),
            "real",
        )
        for name, given in settings.items()
    ]


LEARNERS: dict[str, dict[str, Any]] = {
    "sgd": {"learning_rate": 0.1, "momentum": 0.5},
    "adagrad": {"learning_rate": 0.05},
    "rmsprop": {"learning_rate": 0.01},
    "adam": {"learning_rate": 0.02, "clip_norm": 0.3},
    "adamw": {"learning_rate": 0.02},
}
ENDS: dict[str, tuple[Dense, str]] = {
    "mean_squared_error": (REAL, "real"),
    "mean_absolute_error": (REAL, "real"),
    "binary_cross_entropy": (Dense(units=1, activation="sigmoid"), "binary"),
    "cross_entropy": (Dense(units=3, activation="softmax"), "triple"),
}
"""Each loss with a last layer and a target that it is for."""


def every_learner(kind: str, shown: str, hidden: list[tuple[Layer, ...]], first: int) -> list[Case]:
    """One case for each optimiser; hidden layers and losses take turns, from the loss number `first` on."""
    cases = []
    for turn, (optimizer, settings) in enumerate(LEARNERS.items()):
        loss = list(ENDS)[(first + turn) % len(ENDS)]
        last, target = ENDS[loss]
        training = full(loss=loss, optimizer=optimizer, **settings)
        layers = (*hidden[turn % len(hidden)], last)
        cases.append(Case(f"{kind}_{optimizer}", layers, training, target, shown))
    return cases


def image_cases() -> list[Case]:
    """Kernels odd and even, strides, both paddings, normalisations, skips; every pool, with a rest or without."""
    # a bias under batch normalisation has rounding for a gradient, which only SGD leaves as small as it is
    batch = (
        Conv(filters=2, kernel=2, padding="valid", activation="tanh", normalization="batch"),
        Conv(filters=2, kernel=4, stride=3, activation="gelu", normalization="batch"),
    )
    convolutions: list[tuple[Layer, ...]] = [
        batch,
        (Conv(filters=3, stride=2, activation="silu"), Conv(filters=2, kernel=2, padding="valid")),
        (Conv(filters=2, activation="tanh"), Conv(filters=2, kernel=2, activation="relu", skip=1)),
        (Conv(filters=2, kernel=1, activation="prelu", normalization="layer", skip=1, skip_scale=-0.5),),
        (Conv(filters=2, kernel=4, stride=3, activation="elu"),),
    ]
    before = Conv(filters=2, kernel=2, activation="tanh")
    pools: list[tuple[Layer, ...]] = [
        (before, Pool()),
        (Pool(kind="average"), before),
        (before, Pool(kind="global_average")),
        (Pool(kind="max", size=3), before),
        (before, Pool(kind="average", size=3)),
    ]
    return every_learner("conv", "images", convolutions, 0) + every_learner("pool", "images", pools, 1)


def sequence_cases() -> list[Case]:
    """Every cell with every optimiser, stacked, cut short, answering at once and at every step."""
    cells = {"rnn": Rnn(units=2), "lstm": Lstm(units=2), "gru": Gru(units=2)}
    cases = []
    for turn, (kind, cell) in enumerate(cells.items()):
        cases += every_learner(kind, "sequences", [(cell,)], turn)
    single: dict[str, tuple[Layer, ...]] = {
        **{f"rnn_{name}": (Rnn(units=2, activation=name), REAL) for name in ("relu", "sigmoid", "linear")},
        "rnn_truncated": (Rnn(units=2, truncate=3), REAL),
        "lstm_truncated": (Lstm(units=2, truncate=2), REAL),
        "gru_truncated": (Gru(units=2, truncate=4), REAL),
        "rnn_alone": (Rnn(units=2),),
        "every_step": (Gru(units=2, return_sequences=True), REAL),
        "stacked": (
            Lstm(units=2, return_sequences=True),
            Gru(units=2, return_sequences=True),
            Rnn(units=2),
            REAL,
        ),
        "stacked_truncated": (
            Rnn(units=2, return_sequences=True, truncate=3),
            Lstm(units=2, return_sequences=True, truncate=5),
            Gru(units=2, truncate=1),
            REAL,
        ),
    }
    return cases + [Case(name, layers, MEAN_SQUARED, "real", "sequences") for name, layers in single.items()]


CASES = {
    case.name: case
    for case in [
        *activation_cases(),
        *structure_cases(),
        *loss_cases(),
        *optimizer_cases(),
        *image_cases(),
        *sequence_cases(),
    ]
}
