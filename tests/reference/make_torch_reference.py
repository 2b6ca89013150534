"""Asks PyTorch for the numbers that the engine is held to, and stores them in torch.npz beside this file.

    python -m tests.reference.make_torch_reference

Everything is float64, on full batches, from parameters drawn here. For each case of `cases.py` the file holds
`losses` (steps,), `gradients` (steps, parameters) before clipping, `parameters` (steps + 1, parameters) and
`answers` (rows, units), those of the trained network in inference mode.
"""

from __future__ import annotations

import sys
import zlib
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F

from tests.reference.cases import CASES, FEATURES, ROWS, STEPS, STORED, Case
from vgtui.scenario.model import Dense, Training

Arrays = dict[str, np.ndarray[Any, Any]]
Tensors = dict[str, torch.Tensor]


def given(layer: Dense) -> list[float]:
    """The layer's alpha, or nothing: then it is torch's default."""
    return [] if layer.alpha is None else [layer.alpha]


ACTIVATIONS: dict[str, Any] = {
    "linear": lambda z, layer, alpha: z,
    "sigmoid": lambda z, layer, alpha: torch.sigmoid(z),
    # its definition: the slope of F.hardsigmoid is a sixth in float32 even on float64
    "hard_sigmoid": lambda z, layer, alpha: F.relu6(z + 3.0) / 6.0,
    "tanh": lambda z, layer, alpha: torch.tanh(z),
    "hard_tanh": lambda z, layer, alpha: F.hardtanh(z),
    "relu": lambda z, layer, alpha: F.relu(z),
    "leaky_relu": lambda z, layer, alpha: F.leaky_relu(z, *given(layer)),
    "prelu": lambda z, layer, alpha: F.prelu(z, alpha),
    "elu": lambda z, layer, alpha: F.elu(z, *given(layer)),
    "selu": lambda z, layer, alpha: F.selu(z),
    "gelu": lambda z, layer, alpha: F.gelu(z),
    "silu": lambda z, layer, alpha: F.silu(z),
    "mish": lambda z, layer, alpha: F.mish(z),
    "softplus": lambda z, layer, alpha: F.softplus(z),
    "softsign": lambda z, layer, alpha: F.softsign(z),
    "softmax": lambda z, layer, alpha: torch.softmax(z, 1),
}


def samples() -> Arrays:
    """Inputs and the three kinds of target."""
    random = np.random.default_rng(20240607)
    inputs = random.standard_normal((ROWS, FEATURES))
    return {
        "inputs": inputs,
        "real": random.standard_normal((ROWS, 2)),
        "binary": (np.arange(ROWS) % 2).astype(float),
        "triple": (np.arange(ROWS) % 3).astype(float),
    }


def beginning(case: Case) -> Arrays:
    """Parameters drawn for the case; normalisation weights and alphas near where they would begin."""
    random = np.random.default_rng(zlib.crc32(case.name.encode()))
    drawn = {name: 0.6 * random.standard_normal(shape) for name, shape in case.shapes.items()}
    for name in drawn:
        if name.endswith("norm_weight"):
            drawn[name] += 1.0
        if name.endswith("alpha"):
            drawn[name] = np.array([0.1])
    return drawn


def optimizer(training: Training, parameters: list[torch.Tensor]) -> torch.optim.Optimizer:
    """torch.optim's own; a setting that the case does not name is left to torch's default."""
    renamed = {"learning_rate": "lr", "epsilon": "eps", "rho": "alpha"}
    taken = {
        "sgd": ["momentum", "nesterov"],
        "adagrad": ["epsilon"],
        "rmsprop": ["rho", "epsilon", "momentum"],
        "adam": ["epsilon"],
        "adamw": ["epsilon"],
    }[training.optimizer]
    settings: dict[str, Any] = {}
    for name in ["learning_rate", "weight_decay", *taken]:
        value = getattr(training, name)
        if value is not None:
            settings[renamed.get(name, name)] = value
    if training.optimizer in ("adam", "adamw"):
        settings["betas"] = (training.beta1, training.beta2)
    kinds: dict[str, Any] = {
        "sgd": torch.optim.SGD,
        "adagrad": torch.optim.Adagrad,
        "rmsprop": torch.optim.RMSprop,
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
    }
    made: torch.optim.Optimizer = kinds[training.optimizer](parameters, **settings)
    return made


def normalized(z: torch.Tensor, number: int, layer: Dense, p: Tensors, running: Tensors, train: bool) -> Any:
    """F.batch_norm and F.layer_norm with their defaults."""
    if layer.normalization == "none":
        return z
    weight, bias = p[f"{number}.norm_weight"], p[f"{number}.norm_bias"]
    if layer.normalization == "layer":
        return F.layer_norm(z, (layer.units,), weight, bias)
    mean = running.setdefault(f"{number}.mean", torch.zeros(layer.units, dtype=torch.float64))
    var = running.setdefault(f"{number}.var", torch.ones(layer.units, dtype=torch.float64))
    return F.batch_norm(z, mean, var, weight, bias, training=train)


def network(case: Case, p: Tensors, running: Tensors, x: torch.Tensor, train: bool) -> tuple[Any, Any]:
    """(what the loss reads, the answers)."""
    outputs = [x]
    for number, layer in enumerate(case.layers):
        z = F.linear(outputs[-1], p[f"{number}.weight"], p[f"{number}.bias"])
        z = normalized(z, number, layer, p, running, train)
        a = ACTIVATIONS[layer.activation](z, layer, p.get(f"{number}.alpha"))
        if layer.skip is not None:
            a = outputs[-layer.skip] + layer.skip_scale * a
        outputs.append(a)
    own = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(case.training.loss)
    return (z if own == case.layers[-1].activation else outputs[-1]), outputs[-1]


def loss(case: Case, out: torch.Tensor, target: np.ndarray[Any, Any]) -> torch.Tensor:
    """torch.nn.functional's own."""
    name = case.training.loss
    wanted = torch.tensor(target)
    if name == "cross_entropy":
        return F.cross_entropy(out, wanted.long())
    if target.ndim == 1:
        wanted = wanted[:, None] if out.shape[1] == 1 else F.one_hot(wanted.long()).double()
    if name == "binary_cross_entropy":
        return F.binary_cross_entropy_with_logits(out, wanted)
    return F.mse_loss(out, wanted) if name == "mean_squared_error" else F.l1_loss(out, wanted)


def flat(values: list[torch.Tensor]) -> np.ndarray[Any, Any]:
    """One row of the reference."""
    return torch.cat([value.detach().reshape(-1) for value in values]).numpy().copy()


def ask(case: Case) -> Arrays:
    """What PyTorch makes of a case."""
    data = samples()
    x = torch.tensor(data["inputs"])
    p = {name: torch.tensor(value, requires_grad=True) for name, value in beginning(case).items()}
    everything, running = list(p.values()), {}
    update = optimizer(case.training, everything)
    losses, gradients, parameters = [], [], [flat(everything)]
    for _ in range(STEPS):
        update.zero_grad()
        value = loss(case, network(case, p, running, x, True)[0], data[case.target])
        value.backward()
        losses.append(value.item())
        gradients.append(flat([q.grad for q in everything if q.grad is not None]))
        if case.training.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(everything, case.training.clip_norm)
        if case.training.clip_value is not None:
            torch.nn.utils.clip_grad_value_(everything, case.training.clip_value)
        update.step()
        parameters.append(flat(everything))
    answers = network(case, p, running, x, False)[1].detach().numpy()
    rows = {"losses": losses, "gradients": gradients, "parameters": parameters, "answers": answers}
    return {name: np.array(value) for name, value in rows.items()}


def main() -> int:
    """Write the reference file."""
    arrays = samples()
    for name, case in CASES.items():
        arrays |= {f"{name}/{part}": value for part, value in ask(case).items()}
    np.savez_compressed(STORED, **arrays)  # type: ignore[arg-type]
    print(f"{STORED}: {len(CASES)} cases, {STORED.stat().st_size:,} bytes, torch {torch.__version__}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
