"""The same training step in PyTorch: eager as a user writes it, and the whole step under torch.compile.

What the measuring ones measure, each step, on the device, nothing fetched but the last step's numbers at the end of
a call (as `Simulation.step(count)` does). For every layer with weights: |dL/dW|, mean |dL/dW|, |dL/dz|, |W|,
|change of W|; for every hidden layer mean and spread of the activation, mean slope, the fraction of slopes below
0.05, the fraction of units (filters) whose slope is 0 on the whole batch. For an LSTM, at every time step: |dL/dh|,
|dL/dc|, the mean of each gate, the mean product of the forget gates from there to the end. vgtui measures the
pool, the last layer's activation and its dead units on top.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Dense, Lstm, Pool, Scenario

Tensors = dict[str, torch.Tensor]
Tap = Callable[[str, torch.Tensor], torch.Tensor]
"""Sees a tensor on its way, by the name of what it is, and hands it on."""

ACTIVATIONS = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def slope(kind: str, a: torch.Tensor) -> torch.Tensor:
    """phi' from the activation itself."""
    return a * (1 - a) if kind == "sigmoid" else 1 - a * a if kind == "tanh" else (a > 0).to(a.dtype)


class TorchNetwork:
    """A scenario's layers, first weights and batches as tensors."""

    def __init__(self, scenario: Scenario, precision: str) -> None:
        torch.set_num_threads(1)
        self.dtype = getattr(torch, precision)
        self.scenario = scenario
        self.layers = [layer for _, layer in scenario.expanded()]
        self.sim = Simulation(scenario)
        self.p: Tensors = {name: self.tensor(value) for name, value in self.sim.parameters.items()}
        inputs, targets = self.sim.train_data
        size = int(scenario.training.batch_size)
        starts = range(0, len(inputs) - size + 1, size)
        self.batches = [self.batch(inputs[s : s + size], targets[s : s + size]) for s in starts]
        self.weights = [n for n in self.p if n.split(".")[1] in ("weight", "weight_ih", "weight_hh")]

    def tensor(self, values: Any) -> torch.Tensor:
        return torch.tensor(values, dtype=self.dtype)

    def batch(self, inputs: Any, targets: Any) -> tuple[torch.Tensor, torch.Tensor]:
        shape = (-1,) if isinstance(self.layers[0], Dense) else self.sim.dataset.input_shape
        shaped = self.tensor(inputs).reshape(len(inputs), *shape)
        classes = self.scenario.training.loss == "cross_entropy"
        return shaped, torch.tensor(targets.argmax(1)) if classes else self.tensor(targets)

    def loss(self, p: Tensors, x: torch.Tensor, y: torch.Tensor, tap: Tap | None) -> torch.Tensor:
        """The mean loss of a batch. Without a tap an LSTM is torch's own, all its steps in one call."""
        tap = tap or (lambda name, value: value)
        for number, layer in enumerate(self.layers):
            if isinstance(layer, Pool):
                x = x.mean((2, 3))
                continue
            if isinstance(layer, Lstm):
                x = self.lstm(p, number, x, tap)
                continue
            x = self.neurons(p, number, layer, x, tap)
        name = self.scenario.training.loss
        if name == "cross_entropy":
            return F.cross_entropy(x, y)
        return F.mse_loss(x, y) if name == "mean_squared_error" else F.binary_cross_entropy_with_logits(x, y)

    def neurons(
        self, p: Tensors, number: int, layer: Dense | Conv, x: torch.Tensor, tap: Tap
    ) -> torch.Tensor:
        weight, bias = p[f"{number}.weight"], p[f"{number}.bias"]
        if isinstance(layer, Conv):
            z = F.conv2d(x, weight, bias, padding=layer.kernel // 2)
        else:
            z = F.linear(x, weight, bias)
        z = tap(f"{number}.z", z)
        if number == len(self.layers) - 1:
            return z
        if layer.normalization == "batch":
            z = F.batch_norm(
                z, None, None, p[f"{number}.norm_weight"], p[f"{number}.norm_bias"], training=True
            )
        a = tap(f"{number}.a", ACTIVATIONS[layer.activation](z))
        return x + a if layer.skip else a

    def lstm(self, p: Tensors, number: int, x: torch.Tensor, tap: Tap) -> torch.Tensor:
        """The last state of one that is watched, cell by cell."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        own = [p[f"{number}.{name}"] for name in names]
        h = c = x.new_zeros(len(x), own[1].shape[1])
        for t in range(x.shape[1]):
            h, c = torch.lstm_cell(x[:, t], (h, c), *own)
            h, c = tap(f"{number}.h{t}", h), tap(f"{number}.c{t}", c)
        return h

    def measures(self, old: Tensors, new: Tensors, grads: Tensors, seen: Tensors, deltas: Tensors) -> Any:
        """All that is measured, in a few tensors."""
        with torch.no_grad():
            rows = [
                torch.stack([grads[n].norm(), grads[n].abs().mean(), old[n].norm(), (new[n] - old[n]).norm()])
                for n in self.weights
            ]
            parts = [torch.stack(rows)]
            layers = [number for number, layer in enumerate(self.layers) if isinstance(layer, Dense | Conv)]
            parts.append(torch.stack([deltas[f"{number}.z"].norm() for number in layers]))
            hidden = [self.activation(number, seen[f"{number}.a"]) for number in layers[:-1]]
            parts += [torch.stack(hidden)] if hidden else []
            for number, layer in enumerate(self.layers):
                if isinstance(layer, Lstm):
                    parts += self.times(number, old, seen, deltas)
            return parts

    def activation(self, number: int, a: torch.Tensor) -> torch.Tensor:
        steep = slope(self.layers[number].activation, a)
        aside = [axis for axis in range(a.ndim) if axis != 1]
        dead = (steep.amax(aside) == 0).to(a.dtype).mean()
        return torch.stack([a.mean(), a.std(), steep.mean(), (steep < 0.05).to(a.dtype).mean(), dead])

    def times(self, number: int, p: Tensors, seen: Tensors, deltas: Tensors) -> list[torch.Tensor]:
        """What an LSTM does at each step; its gates once more, all steps in one product."""
        steps = sum(name.startswith(f"{number}.h") for name in seen)
        h = torch.stack([seen[f"{number}.h{t}"] for t in range(steps)])
        before = torch.cat([torch.zeros_like(h[:1]), h[:-1]])
        from_x = F.linear(seen["x"].transpose(0, 1), p[f"{number}.weight_ih"], p[f"{number}.bias_ih"])
        z = from_x + F.linear(before, p[f"{number}.weight_hh"], p[f"{number}.bias_hh"])
        i, f, g, o = z.chunk(4, 2)
        gates = [torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)]
        kept = gates[1].flip(0).cumprod(0)
        found = [torch.stack([deltas[f"{number}.{s}{t}"].norm() for t in range(steps)]) for s in "hc"]
        return [*found, *(gate.mean((1, 2)) for gate in gates), kept.mean((1, 2))]


class Watching:
    """A tap that keeps what passes, and its gradient."""

    def __init__(self) -> None:
        self.seen: Tensors = {}

    def __call__(self, name: str, value: torch.Tensor) -> torch.Tensor:
        self.seen[name] = value
        if not name.endswith(".a"):
            value.retain_grad()
        return value

    @property
    def deltas(self) -> Tensors:
        return {name: value.grad for name, value in self.seen.items() if not name.endswith(".a")}


def eager(scenario: Scenario, precision: str, *, measured: bool = False, fused: bool = False) -> Any:
    """Autograd and torch.optim.Adam."""
    network = TorchNetwork(scenario, precision)
    p = network.p = {name: value.requires_grad_() for name, value in network.p.items()}
    optimizer = torch.optim.Adam(list(p.values()), lr=scenario.training.rate, fused=fused)
    whole = eager_lstm(network) if not measured else network.loss

    def run(count: int) -> int:
        for step in range(count):
            x, y = network.batches[step % len(network.batches)]
            tap = Watching() if measured else None
            loss = whole(p, x, y, tap)
            optimizer.zero_grad()
            loss.backward()
            if tap is not None:
                old = {name: p[name].detach().clone() for name in network.weights}
                old |= {name: value.detach().clone() for name, value in p.items() if "bias_" in name}
            optimizer.step()
            if tap is not None:
                grads = {name: p[name].grad for name in network.weights}
                found = network.measures(old, p, grads, tap.seen | {"x": x}, tap.deltas)
        if measured:
            [part.tolist() for part in found]
        return count

    run.loss = lambda x, y: whole(p, *network.batch(x, y), None).item()  # type: ignore[attr-defined]
    return run


def eager_lstm(network: TorchNetwork) -> Callable[..., torch.Tensor]:
    """The loss with torch.nn.LSTM's own kernel in the place of cells, which is what a user would write."""

    def lstm(p: Tensors, number: int, x: torch.Tensor, tap: Tap) -> torch.Tensor:
        own = [p[f"{number}.{name}"] for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")]
        zero = x.new_zeros(1, len(x), own[1].shape[1])
        return torch.lstm(x, (zero, zero), own, True, 1, 0.0, True, False, True)[0][:, -1]

    network.lstm = lstm  # type: ignore[method-assign]
    return network.loss


def adam(p: Tensors, m: Tensors, v: Tensors, grads: Tensors, first: Any, second: Any) -> Tensors:
    """The new parameters; moments are changed in place. `first` and `second` hold the rate and both corrections."""
    new = {}
    for name, g in grads.items():
        m[name].mul_(BETA1).add_(g, alpha=1 - BETA1)
        v[name].mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
        new[name] = p[name] - first * m[name] / ((v[name] * second).sqrt() + EPSILON)
    return new


def compiled(scenario: Scenario, precision: str, *, measured: bool = False) -> Any:
    """Forward, backward, measures and Adam as one function under torch.compile, which fuses them."""
    network = TorchNetwork(scenario, precision)
    p = network.p
    m, v = ({name: torch.zeros_like(value) for name, value in p.items()} for _ in range(2))
    zeros = {name: torch.zeros_like(value) for name, value in shapes(network).items()} if measured else {}

    def forward(p: Tensors, added: Tensors, x: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, Tensors]:
        seen: Tensors = {}

        def tap(name: str, value: torch.Tensor) -> torch.Tensor:
            seen[name] = value
            return value + added[name] if name in added else value

        return network.loss(p, x, y, tap if measured else None), seen

    def step(p: Tensors, m: Tensors, v: Tensors, x: Any, y: Any, first: Any, second: Any) -> Any:
        both = torch.func.grad_and_value(forward, (0, 1), has_aux=True)
        (grads, deltas), (_, seen) = both(p, zeros, x, y)
        new = adam(p, m, v, grads, first, second)
        found = network.measures(p, new, grads, seen | {"x": x}, deltas) if measured else []
        for name, value in new.items():
            p[name].copy_(value)
        return found

    made = torch.compile(step, dynamic=False)
    done = 0

    def run(count: int) -> int:
        nonlocal done
        for turn in range(count):
            done += 1
            x, y = network.batches[turn % len(network.batches)]
            first = network.tensor(scenario.training.rate / (1 - BETA1**done))
            second = network.tensor(1 / (1 - BETA2**done))
            with torch.no_grad():
                found = made(p, m, v, x, y, first, second)
        [part.tolist() for part in found]
        return count

    run.loss = lambda x, y: network.loss(p, *network.batch(x, y), None).item()  # type: ignore[attr-defined]
    return run


def shapes(network: TorchNetwork) -> Tensors:
    """Every tensor whose gradient is measured, as it is on the first batch."""
    watching: Tensors = {}

    def tap(name: str, value: torch.Tensor) -> torch.Tensor:
        if not name.endswith(".a"):
            watching[name] = value
        return value

    network.loss(network.p, *network.batches[0], tap)
    return watching
