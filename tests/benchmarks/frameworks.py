"""Training steps of vgtui, with every measurement, beside the same networks in PyTorch and JAX, in one run.

    python tests/benchmarks/frameworks.py [--workloads W1,W2,W3,W6] [--rounds 7] [--seconds 0.5]

One thread each, float64, Adam, the same data and the same initial weights. The peers are timed twice: `plain`, the
training step alone, and `measured`, with what vgtui measures on every step anyway (for each layer the norms of the
weight's gradient and of delta, mean |gradient|, mean and spread of the activation, mean slope, saturated entries,
change and norm of the weight). Every round times each program once, in turn; printed are the medians of steps per
second and the quartiles of vgtui's ratio to each. A peer that is not installed is left out, and said so.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import time
from collections.abc import Callable

for variable in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "XLA_FLAGS"):
    single = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    os.environ.setdefault(variable, single if variable == "XLA_FLAGS" else "1")

from vgtui.engine.simulation import Simulation  # noqa: E402  threads are counted when numpy is imported
from vgtui.scenario.model import Data, Dense, Scenario, Training  # noqa: E402

WARM_UP = 3
Program = Callable[[int], None]
"""Makes so many training steps, and returns when they are done."""


def moons(samples: int) -> Data:
    return Data(source="moons", samples=samples, noise=0.15, test_fraction=0.2)


def stack(depth: int, width: int, activation: str, batch: int, samples: int, **more: str) -> Scenario:
    hidden = Dense(units=width, activation=activation, repeat=depth, **more)
    last = Dense(units=1, activation="sigmoid")
    return Scenario(layers=(hidden, last), data=moons(samples), training=Training(batch_size=batch))


def residual() -> Scenario:
    block = {"units": 256, "activation": "relu", "init": "he_normal", "normalization": "batch"}
    layers = (Dense(**block), Dense(**block, skip=1, repeat=19), Dense(units=10, activation="softmax"))
    data = Data(source="digits", samples=1797, test_fraction=0.2)
    return Scenario(layers=layers, data=data, training=Training(loss="cross_entropy", batch_size=256))


WORKLOADS = {
    "W1": ("10 x 8 sigmoid, batch 32", lambda: stack(10, 8, "sigmoid", 32, 240)),
    "W2": ("10 x 50 tanh, batch 200", lambda: stack(10, 50, "tanh", 200, 250)),
    "W3": ("20 x 256 relu, batch norm, skips, batch 256", residual),
    "W6": ("1000 x 32 tanh, batch 64", lambda: stack(1000, 32, "tanh", 64, 240, init="orthogonal")),
    "W6s": ("1000 x 32 sigmoid, batch 64", lambda: stack(1000, 32, "sigmoid", 64, 240, init="orthogonal")),
}


def vgtui_program(scenario: Scenario) -> Program:
    sim = Simulation(scenario)
    return lambda count: void(sim.step(count))


def void(_: object) -> None:
    """Nothing."""


def torch_program(scenario: Scenario, measured: bool) -> Program:
    """Eager PyTorch, as a user writes it; with `measured`, what vgtui measures, without a sync for each number."""
    import torch

    torch.set_num_threads(1)
    sim = Simulation(scenario)
    start = {name: torch.tensor(value) for name, value in sim.parameters.items()}
    inputs, targets = (torch.tensor(part) for part in sim.train_data)
    layers = [layer for _, layer in scenario.expanded()]
    parameters = {name: value.clone().requires_grad_() for name, value in start.items()}
    optimizer = torch.optim.Adam(list(parameters.values()), lr=scenario.training.rate)
    activations = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu}
    functional = torch.nn.functional
    batch = int(scenario.training.batch_size)

    def forward(x: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor], list[torch.Tensor]]:
        affine, answers = [], []
        for number, layer in enumerate(layers):
            z = functional.linear(x, parameters[f"{number}.weight"], parameters[f"{number}.bias"])
            if measured:
                z.retain_grad()
            affine.append(z)
            if number == len(layers) - 1:
                return z, affine, answers
            if layer.normalization == "batch":
                scale, shift = parameters[f"{number}.norm_weight"], parameters[f"{number}.norm_bias"]
                z = functional.batch_norm(z, None, None, scale, shift, training=True)
            a = activations[layer.activation](z)
            answers.append(a)
            x = x + a if layer.skip else a
        raise AssertionError

    def slope(kind: str, a: torch.Tensor) -> torch.Tensor:
        return a * (1 - a) if kind == "sigmoid" else 1 - a * a if kind == "tanh" else (a > 0).double()

    def measure(affine: list[torch.Tensor], answers: list[torch.Tensor], before: list[torch.Tensor]) -> None:
        rows = []
        for number, z in enumerate(affine):
            weight = parameters[f"{number}.weight"]
            grad = weight.grad
            row = [
                grad.norm(),
                grad.abs().mean(),
                z.grad.norm(),
                weight.norm(),
                (weight - before[number]).norm(),
            ]
            if number < len(answers):
                a = answers[number]
                steep = slope(layers[number].activation, a)
                row += [a.mean(), a.std(), steep.mean(), (steep < 0.05).double().mean()]
            rows.append(torch.stack(row))
        void([row.tolist() for row in rows[:1]])

    def run(count: int) -> None:
        for step in range(count):
            chosen = torch.arange(step * batch, step * batch + batch) % len(inputs)
            logits, affine, answers = forward(inputs[chosen])
            if scenario.training.loss == "cross_entropy":
                loss = functional.cross_entropy(logits, targets[chosen])
            else:
                loss = functional.binary_cross_entropy_with_logits(logits, targets[chosen])
            optimizer.zero_grad()
            loss.backward()
            before = (
                [parameters[f"{n}.weight"].detach().clone() for n in range(len(layers))] if measured else []
            )
            optimizer.step()
            if measured:
                with torch.no_grad():
                    measure(affine, answers, before)

    return run


def jax_program(scenario: Scenario) -> Program:
    """JAX, the whole training step under jit, without measurements."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    sim = Simulation(scenario)
    parameters = {name: jnp.asarray(value) for name, value in sim.parameters.items()}
    inputs, targets = (jnp.asarray(part) for part in sim.train_data)
    layers = [layer for _, layer in scenario.expanded()]
    activations = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu}
    rate, batch = scenario.training.rate, int(scenario.training.batch_size)

    def loss(p: dict[str, jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
        for number, layer in enumerate(layers):
            z = x @ p[f"{number}.weight"].T + p[f"{number}.bias"]
            if number == len(layers) - 1:
                break
            if layer.normalization == "batch":
                z = (z - z.mean(0)) / jnp.sqrt(z.var(0) + 1e-5)
                z = z * p[f"{number}.norm_weight"] + p[f"{number}.norm_bias"]
            a = activations[layer.activation](z)
            x = x + a if layer.skip else a
        if scenario.training.loss == "cross_entropy":
            return -(y * jax.nn.log_softmax(z)).sum(1).mean()
        return (jnp.maximum(z, 0) - z * y + jnp.log1p(jnp.exp(-jnp.abs(z)))).mean()

    @jax.jit
    def update(state: tuple, x: jax.Array, y: jax.Array) -> tuple:
        p, m, v, t = state
        grads = jax.grad(loss)(p, x, y)
        t = t + 1
        m = jax.tree.map(lambda a, g: 0.9 * a + 0.1 * g, m, grads)
        v = jax.tree.map(lambda a, g: 0.999 * a + 0.001 * g * g, v, grads)
        step, root = rate / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
        p = jax.tree.map(lambda w, a, b: w - step * a / (jnp.sqrt(b) / root + 1e-8), p, m, v)
        return p, m, v, t

    zeros = jax.tree.map(jnp.zeros_like, parameters)
    state = (parameters, zeros, zeros, 0.0)
    starts = [slice(s, s + batch) for s in range(0, len(inputs) - batch + 1, batch)]
    batches = [(inputs[part], targets[part]) for part in starts]

    def run(count: int) -> None:
        nonlocal state
        for step in range(count):
            state = update(state, *batches[step % len(batches)])
        jax.block_until_ready(state)

    return run


def programs(scenario: Scenario) -> dict[str, Program]:
    found = {"vgtui": vgtui_program(scenario)}
    if importlib.util.find_spec("torch"):
        found["PyTorch eager, plain"] = torch_program(scenario, measured=False)
        found["PyTorch eager, measured"] = torch_program(scenario, measured=True)
    else:
        print("  PyTorch is not installed")
    if not importlib.util.find_spec("jax"):
        print("  JAX is not installed")
    elif len(scenario.expanded()) > 200:
        print("  JAX is left out: compiling an unrolled network of this depth takes minutes")
    else:
        found["JAX jit, plain"] = jax_program(scenario)
    return found


def steps_per_second(program: Program, seconds: float) -> float:
    count, done, began = 1, 0, time.perf_counter()
    while True:
        program(count)
        done += count
        passed = time.perf_counter() - began
        if passed >= seconds:
            return done / passed
        count = max(1, min(count * 2, int(done / passed * (seconds - passed))))


def compare(name: str, rounds: int, seconds: float) -> None:
    title, scenario = WORKLOADS[name]
    print(f"{name}: {title}", flush=True)
    contestants = programs(scenario())
    for program in contestants.values():
        program(WARM_UP)
    rates: dict[str, list[float]] = {peer: [] for peer in contestants}
    for turn in range(rounds):
        for peer in list(contestants)[:: 1 if turn % 2 == 0 else -1]:
            rates[peer].append(steps_per_second(contestants[peer], seconds))
    for peer, found in rates.items():
        ratios = [ours / theirs for ours, theirs in zip(rates["vgtui"], found, strict=True)]
        low, middle, high = statistics.quantiles(ratios, n=4)
        times = f"vgtui is {middle:8.2f} times as fast [{low:.2f} .. {high:.2f}]" if peer != "vgtui" else ""
        print(f"  {peer:<24} {statistics.median(found):12.1f} steps/s   {times}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workloads", default=",".join(WORKLOADS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.5)
    options = parser.parse_args()
    for name in options.workloads.split(","):
        compare(name, max(options.rounds, 2), options.seconds)


if __name__ == "__main__":
    main()
