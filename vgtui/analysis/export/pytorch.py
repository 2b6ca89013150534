"""The network as a PyTorch script: the same layers, weights and batch, and a check of its gradients against vgtui's."""

from __future__ import annotations

from vgtui.analysis.export.network import OPTIMIZERS, Network
from vgtui.scenario.model import Conv, Dense, Gru, Lstm, Pool, Recurrent, Rnn, Training

ACTIVATIONS = {
    "linear": "{z}",
    "sigmoid": "torch.sigmoid({z})",
    "hard_sigmoid": "F.relu6({z} + 3) / 6",
    "tanh": "torch.tanh({z})",
    "hard_tanh": "F.hardtanh({z})",
    "relu": "F.relu({z})",
    "leaky_relu": "F.leaky_relu({z}, {alpha!r})",
    "prelu": "F.prelu({z}, self.alpha{number})",
    "elu": "F.elu({z}, {alpha!r})",
    "selu": "F.selu({z})",
    "gelu": "F.gelu({z})",
    "silu": "F.silu({z})",
    "mish": "F.mish({z})",
    "softplus": "F.softplus({z})",
    "softsign": "F.softsign({z})",
    "softmax": "torch.softmax({z}, 1)",
}

LOSSES = {
    "mean_squared_error": "F.mse_loss(answer, targets)",
    "mean_absolute_error": "F.l1_loss(answer, targets)",
    "binary_cross_entropy": "F.binary_cross_entropy_with_logits(answer, targets)",
    "cross_entropy": "F.cross_entropy(answer, targets)",
}

BODY = '''\
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

torch.set_default_dtype(torch.{numbers})
SMALLEST = torch.finfo(torch.{numbers}).tiny  # a gradient below has fewer digits: it is as exact as this one's are


def same(x, kernel, stride):
    """Zeros around an image so that a convolution gives ceil(places / stride) places, the odd one behind."""
    zeros = []
    for size in reversed(x.shape[2:]):
        needed = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        zeros += [needed // 2, needed - needed // 2]
    return F.pad(x, zeros)


def through_time(layer, x, truncate=None):
    """Every state of a recurrent layer; the state is held constant every `truncate` steps, counted from the last."""
    length = truncate or x.shape[1]
    first = x.shape[1] % length or length
    state, states = None, []
    for part in torch.split(x, [first] + [length] * ((x.shape[1] - first) // length), 1):
        if state is not None:
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        out, state = layer(part, state)
        states.append(out)
    return torch.cat(states, 1)


class Plain(nn.Module):
    """An Elman layer with any activation."""

    def __init__(self, features, units, activation):
        super().__init__()
        self.activation = activation
        self.weight_ih_l0 = nn.Parameter(torch.zeros(units, features))
        self.weight_hh_l0 = nn.Parameter(torch.zeros(units, units))
        self.bias_ih_l0 = nn.Parameter(torch.zeros(units))
        self.bias_hh_l0 = nn.Parameter(torch.zeros(units))

    def forward(self, x, h=None):
        h = x.new_zeros(len(x), self.weight_hh_l0.shape[0]) if h is None else h
        states = []
        for t in range(x.shape[1]):
            z = F.linear(x[:, t], self.weight_ih_l0, self.bias_ih_l0) + F.linear(h, self.weight_hh_l0, self.bias_hh_l0)
            h = self.activation(z)
            states.append(h)
        return torch.stack(states, 1), h


class Network(nn.Module):
    def __init__(self, dropout=True):
        super().__init__()
{modules}

    def forward(self, x0):
{forward}


NAMES = {{
{names}
}}
"""PyTorch's name of a parameter -> vgtui's."""


def loss_of(network, inputs, targets):
    answer = network(inputs)
    loss = {loss}
{penalties}    return loss


def load():
    arrays = np.load(io.BytesIO(base64.b64decode("".join(DATA.split()))))
    return {{name: torch.tensor(arrays[name], dtype=torch.{numbers}) for name in arrays.files}}


def main():
    arrays = load()
    network = Network(dropout=False)  # vgtui's gradients are without dropout: its masks cannot be drawn here
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(arrays[f"parameters/{{NAMES[name]}}"].reshape(parameter.shape))
    loss = loss_of(network, arrays["inputs"], arrays["targets"])
    loss.backward()
    print(f"loss {{loss.item():.10g}}, in vgtui {vgtui_loss}")
    differences = []
    print(f"{{'parameter':<16}} {{'|gradient|':>12}} {{'in vgtui':>12}} {{'difference':>12}}")
    for name, parameter in network.named_parameters():
        expected = arrays[f"gradients/{{NAMES[name]}}"].reshape(parameter.shape)
        found = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        layer = f"gradients/{{NAMES[name].split('.')[0]}}."
        largest = max(array.abs().max().item() for key, array in arrays.items() if key.startswith(layer))
        difference = (found - expected).abs().max().item() / max(largest, SMALLEST)
        differences.append(difference)
        print(f"{{NAMES[name]:<16}} {{found.norm():>12.4g}} {{expected.norm():>12.4g}} {{difference:>12.2g}}")
    {optimizer}
    optimizer.step()
    agree = all(difference <= {tolerance!r} for difference in differences)
    told = "the gradients agree" if agree else "THE GRADIENTS DIFFER"
    print(f"{{told}} (to {{max(differences):.1e}} of the largest of a layer)")
    return 0 if agree else 1

'''


def script(network: Network) -> str:
    """A PyTorch script of the network; everything that vgtui has, PyTorch can express."""
    modules, forward, names = [], [], []
    for number in range(len(network.layers)):
        made, done, named = _layer(network, number)
        modules += made
        forward += done
        names += named
    training = network.scenario.training
    arrays = {"inputs": network.inputs, "targets": network.targets}
    arrays |= {f"parameters/{name}": array for name, array in network.parameters.items()}
    arrays |= {f"gradients/{name}": array for name, array in network.gradients.items()}
    return network.script(
        BODY,
        arrays,
        framework="PyTorch",
        needs="torch and numpy",
        modules=_indented(modules, 8),
        forward=_indented([*forward, f"return {network.loss_reads}"], 8),
        names=_indented([f'"{theirs}": "{ours}",' for theirs, ours in names], 4),
        loss=LOSSES[training.loss],
        penalties=_penalties(training),
        optimizer=f"optimizer = {optimizer(training)}",
        tolerance=network.tolerance,
    )


def _layer(network: Network, number: int) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """(modules, lines of forward, (PyTorch's name, vgtui's)) of one layer."""
    layer = network.layers[number]
    if isinstance(layer, Pool):
        return [], [f"x{number + 1} = {_pool(layer, f'x{number}')}"], []
    if isinstance(layer, Recurrent):
        return _recurrent(network, number, layer)
    return _neurons(network, number, layer)


def _neurons(
    network: Network, number: int, layer: Dense | Conv
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    weight = network.parameters[f"{number}.weight"]
    given = f"x{number}"
    names = [(f"layer{number}.{part}", f"{number}.{part}") for part in ("weight", "bias")]
    if isinstance(layer, Conv):
        made = [
            f"self.layer{number} = nn.Conv2d({weight.shape[1]}, {layer.filters}, {layer.kernel}, {layer.stride})"
        ]
        given = f"same({given}, {layer.kernel}, {layer.stride})" if layer.padding == "same" else given
    else:
        made = [f"self.layer{number} = nn.Linear({weight.shape[1]}, {layer.units})"]
        given = f"{given}.flatten(1)"
    done = [f"z{number} = self.layer{number}({given})"]
    if layer.normalization != "none":
        made.append(f"self.norm{number} = {_norm(layer)}")
        done.append(f"z{number} = {_normalized(layer, number)}")
        names += [(f"norm{number}.{part}", f"{number}.norm_{part}") for part in ("weight", "bias")]
    if layer.activation == "prelu":
        made.append(f"self.alpha{number} = nn.Parameter(torch.zeros(1))")
        names.append((f"alpha{number}", f"{number}.alpha"))
    phi = ACTIVATIONS[layer.activation]
    done.append(f"a{number} = {phi.format(z=f'z{number}', alpha=layer.slope_alpha, number=number)}")
    made += _dropout(layer.dropout, number)
    done += [f"a{number} = self.dropout{number}(a{number})"] if layer.dropout else []
    return made, [*done, f"x{number + 1} = {network.passed(number, layer)}"], names


def _recurrent(
    network: Network, number: int, layer: Recurrent
) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    features = network.parameters[f"{number}.weight_ih"].shape[1]
    sizes = f"{features}, {layer.units}"
    if isinstance(layer, Lstm | Gru):
        kind = "LSTM" if isinstance(layer, Lstm) else "GRU"
        module = f"nn.{kind}({sizes}, batch_first=True)"
    elif isinstance(layer, Rnn) and layer.activation in ("tanh", "relu"):
        module = f'nn.RNN({sizes}, nonlinearity="{layer.activation}", batch_first=True)'
    else:
        phi = "torch.sigmoid" if getattr(layer, "activation", "") == "sigmoid" else "nn.Identity()"
        module = f"Plain({sizes}, {phi})"
    cut = "" if layer.truncate is None else f", truncate={layer.truncate}"
    last = "" if layer.return_sequences else "[:, -1]"
    done = [f"x{number + 1} = z{number} = through_time(self.layer{number}, x{number}{cut}){last}"]
    done += [f"x{number + 1} = self.dropout{number}(x{number + 1})"] if layer.dropout else []
    names = [
        (f"layer{number}.{part}_l0", f"{number}.{part}")
        for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    ]
    return [f"self.layer{number} = {module}", *_dropout(layer.dropout, number)], done, names


def _dropout(share: float, number: int) -> list[str]:
    return [f"self.dropout{number} = nn.Dropout({share!r} if dropout else 0.0)"] if share else []


def _pool(layer: Pool, given: str) -> str:
    if layer.kind == "global_average":
        return f"F.adaptive_avg_pool2d({given}, 1).flatten(1)"
    return f"F.{'max' if layer.kind == 'max' else 'avg'}_pool2d({given}, {layer.size})"


def _norm(layer: Dense | Conv) -> str:
    if layer.normalization == "layer":
        return f"nn.LayerNorm({layer.width})"
    return f"nn.BatchNorm{'2d' if isinstance(layer, Conv) else '1d'}({layer.width})"


def _normalized(layer: Dense | Conv, number: int) -> str:
    if isinstance(layer, Conv) and layer.normalization == "layer":
        return f"self.norm{number}(z{number}.movedim(1, -1)).movedim(-1, 1)"
    return f"self.norm{number}(z{number})"


def _penalties(training: Training) -> str:
    lines = ""
    for strength, norm in ((training.l1, "abs()"), (training.l2, "square()")):
        if strength:
            weights = 'for name, p in network.named_parameters() if ".weight" in NAMES[name]'
            lines += f"    loss = loss + {strength!r} * sum(p.{norm}.sum() {weights})\n"
    return lines


def optimizer(training: Training) -> str:
    """PyTorch's optimiser with the scenario's settings, of a `network`."""
    settings = [f"lr={training.rate!r}"]
    if training.optimizer == "sgd":
        settings += [f"momentum={training.momentum!r}", f"nesterov={training.nesterov}"]
    if training.optimizer == "rmsprop":
        settings += [f"alpha={training.rho!r}", f"momentum={training.momentum!r}"]
    if training.optimizer in ("adam", "adamw"):
        settings.append(f"betas=({training.beta1!r}, {training.beta2!r})")
    if training.optimizer != "sgd":
        settings.append(f"eps={training.stability!r}")
    settings.append(f"weight_decay={training.decay!r}")
    return f"torch.optim.{OPTIMIZERS[training.optimizer]}(network.parameters(), {', '.join(settings)})"


def _indented(lines: list[str], columns: int) -> str:
    return "\n".join(" " * columns + line for line in lines)
