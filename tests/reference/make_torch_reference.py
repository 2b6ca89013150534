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

from tests.reference.cases import CASES, ROWS, SHOWN, STEPS, STORED, Case
from vgtui.scenario.model import Conv, Dense, Gru, Lstm, Pool, Recurrent, Rnn, Training

Arrays = dict[str, np.ndarray[Any, Any]]
Tensors = dict[str, torch.Tensor]


def given(layer: Dense | Conv) -> list[float]:
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
    """The three kinds of inputs and of targets."""
    random = np.random.default_rng(20240607)
    inputs = random.standard_normal((ROWS, *SHOWN["inputs"]))
    return {
        "inputs": inputs,
        "real": random.standard_normal((ROWS, 2)),
        "images": random.standard_normal((ROWS, *SHOWN["images"])),
        "sequences": random.standard_normal((ROWS, *SHOWN["sequences"])),
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


def normalized(
    z: torch.Tensor, name: str, layer: Dense | Conv, p: Tensors, running: Tensors, train: bool
) -> Any:
    """F.batch_norm and F.layer_norm with their defaults; of an image over the filters at each place."""
    if layer.normalization == "none":
        return z
    weight, bias = p[f"{name}.norm_weight"], p[f"{name}.norm_bias"]
    if layer.normalization == "layer":
        return F.layer_norm(z.movedim(1, -1), weight.shape, weight, bias).movedim(-1, 1)
    mean = running.setdefault(f"{name}.mean", torch.zeros_like(weight).detach())
    var = running.setdefault(f"{name}.var", torch.ones_like(weight).detach())
    return F.batch_norm(z, mean, var, weight, bias, training=train)


def affine(layer: Dense | Conv, weight: torch.Tensor, bias: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """F.linear or F.conv2d; "same" puts the odd zero behind, as Keras does."""
    if isinstance(layer, Dense):
        return F.linear(x.flatten(1), weight, bias)
    if layer.padding == "same":
        zeros: list[int] = []
        for size in reversed(x.shape[2:]):
            needed = (-(-size // layer.stride) - 1) * layer.stride + layer.kernel - size
            zeros += [max(needed, 0) // 2, max(needed, 0) - max(needed, 0) // 2]
        x = F.pad(x, zeros)
    return F.conv2d(x, weight, bias, layer.stride)


def pooled(layer: Pool, x: torch.Tensor) -> torch.Tensor:
    """torch's own pools."""
    if layer.kind == "global_average":
        return F.adaptive_avg_pool2d(x, 1)
    return F.max_pool2d(x, layer.size) if layer.kind == "max" else F.avg_pool2d(x, layer.size)


def recurrent(layer: Rnn | Lstm | Gru, own: Tensors, x: torch.Tensor) -> torch.Tensor:
    """torch.nn's own cells; cut short, the state is detached every `truncate` steps, counted from the last."""
    steps = x.shape[1]
    length = layer.truncate or steps
    first = steps % length or length
    state: Any = None
    states = []
    for part in torch.split(x, [first, *[length] * ((steps - first) // length)], 1):
        if isinstance(state, tuple):
            state = tuple(one.detach() for one in state)
        elif state is not None:
            state = state.detach()
        out, state = cells(layer, own, part, state)
        states.append(out)
    every = torch.cat(states, 1)
    return every if layer.return_sequences else every[:, -1]


def cells(layer: Rnn | Lstm | Gru, own: Tensors, x: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
    """Some steps of one layer: every state, (rows, steps, units), and what the next step begins with."""
    if isinstance(layer, Rnn) and layer.activation not in ("tanh", "relu"):
        return plain_cells(layer, own, x, state)
    given = {"nonlinearity": layer.activation} if isinstance(layer, Rnn) else {}
    kind: Any = {Rnn: torch.nn.RNN, Lstm: torch.nn.LSTM, Gru: torch.nn.GRU}[type(layer)]
    module = kind(x.shape[2], layer.units, batch_first=True, dtype=torch.float64, **given)
    named = {f"{name}_l0": value for name, value in own.items()}
    found: tuple[torch.Tensor, Any] = torch.func.functional_call(module, named, (x, state))
    return found


def plain_cells(layer: Rnn, own: Tensors, x: torch.Tensor, state: Any) -> tuple[torch.Tensor, Any]:
    """An Elman layer with an activation that torch.nn.RNN does not know."""
    h = x.new_zeros(len(x), layer.units) if state is None else state
    states = []
    for t in range(x.shape[1]):
        z = F.linear(x[:, t], own["weight_ih"], own["bias_ih"]) + F.linear(
            h, own["weight_hh"], own["bias_hh"]
        )
        h = ACTIVATIONS[layer.activation](z, layer, None)
        states.append(h)
    return torch.stack(states, 1), h


def network(case: Case, p: Tensors, running: Tensors, x: torch.Tensor, train: bool) -> tuple[Any, Any]:
    """(what the loss reads, the answers)."""
    outputs = [x]
    z = x
    for number, layer in enumerate(case.layers):
        own = {name.split(".")[1]: value for name, value in p.items() if name.startswith(f"{number}.")}
        if isinstance(layer, Recurrent):
            outputs.append(recurrent(layer, own, outputs[-1]))
        elif isinstance(layer, Pool):
            outputs.append(pooled(layer, outputs[-1]))
        else:
            z = affine(layer, own["weight"], own["bias"], outputs[-1])
            z = normalized(z, str(number), layer, p, running, train)
            a = ACTIVATIONS[layer.activation](z, layer, own.get("alpha"))
            outputs.append(a if layer.skip is None else outputs[-layer.skip] + layer.skip_scale * a)
    own_activation = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(case.training.loss)
    return (z if own_activation == case.layers[-1].activation else outputs[-1]), outputs[-1]


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


def penalty(case: Case, p: Tensors) -> torch.Tensor:
    """l1 |w| + l2 w^2 summed over every weight."""
    weights = torch.cat([value.reshape(-1) for name, value in p.items() if ".weight" in name])
    return case.training.l1 * weights.abs().sum() + case.training.l2 * (weights**2).sum()


def flat(values: list[torch.Tensor]) -> np.ndarray[Any, Any]:
    """One row of the reference."""
    return torch.cat([value.detach().reshape(-1) for value in values]).numpy().copy()


def ask(case: Case) -> Arrays:
    """What PyTorch makes of a case."""
    data = samples()
    x = torch.tensor(data[case.shown])
    p = {name: torch.tensor(value, requires_grad=True) for name, value in beginning(case).items()}
    everything, running = list(p.values()), {}
    update = optimizer(case.training, everything)
    losses, gradients, parameters = [], [], [flat(everything)]
    for _ in range(STEPS):
        update.zero_grad()
        value = loss(case, network(case, p, running, x, True)[0], data[case.target]) + penalty(case, p)
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
