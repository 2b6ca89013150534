"""The networks that PyTorch was asked about: every activation, normalisation, skip, loss and optimiser."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vgtui.scenario.model import Data, Dense, Scenario, Training

STORED = Path(__file__).with_name("torch.npz")
ROWS, FEATURES, STEPS = 10, 3, 4


@dataclass(frozen=True, slots=True)
class Case:
    """A network, how it learns, and which of the targets it learns: full batches, `STEPS` updates."""

    name: str
    layers: tuple[Dense, ...]
    training: Training
    target: str  # real (2 columns), binary, or triple (3 classes)

    def scenario(self, file: Path) -> Scenario:
        """The case on samples that stand in an NPZ file."""
        task = "regression" if self.target == "real" else "classification"
        data = Data(source="file", file=str(file), target=self.target, task=task, test_fraction=0.0)
        return Scenario(data=data, layers=self.layers, training=self.training)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The parameters by name, in the order in which the reference lays them out."""
        shapes: dict[str, tuple[int, ...]] = {}
        width = FEATURES
        for number, layer in enumerate(self.layers):
            units = layer.units
            shapes |= {f"{number}.weight": (units, width), f"{number}.bias": (units,)}
            if layer.normalization != "none":
                shapes |= {f"{number}.norm_weight": (units,), f"{number}.norm_bias": (units,)}
            if layer.activation == "prelu":
                shapes[f"{number}.alpha"] = (1,)
            width = units
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


CASES = {
    case.name: case for case in [*activation_cases(), *structure_cases(), *loss_cases(), *optimizer_cases()]
}
