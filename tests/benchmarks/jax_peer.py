"""The same training step in JAX, the whole of it under jit, with donated state.

The measuring one measures what `torch_peer` says that the measuring ones measure. More than fifty equal layers are
scanned instead of unrolled, which compiles in seconds; time steps always are.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Dense, Lstm, Pool, Scenario

Arrays = dict[str, jax.Array]
ACTIVATIONS = {"sigmoid": jax.nn.sigmoid, "tanh": jnp.tanh, "relu": jax.nn.relu}
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
UNROLLED = 50
STEPS_A_CALL = 50


def slope(kind: str, a: jax.Array) -> jax.Array:
    """phi' from the activation itself."""
    return a * (1 - a) if kind == "sigmoid" else 1 - a * a if kind == "tanh" else (a > 0).astype(a.dtype)


def norm(a: jax.Array) -> jax.Array:
    return jnp.sqrt(jnp.sum(a * a))


class JaxNetwork:
    """A scenario's layers, first weights and batches on the device. Images are (height, width, channels)."""

    def __init__(self, scenario: Scenario, precision: str) -> None:
        jax.config.update("jax_enable_x64", precision == "float64")
        self.dtype = jnp.dtype(precision)
        self.scenario = scenario
        self.layers = [layer for _, layer in scenario.expanded()]
        self.sim = Simulation(scenario)
        self.p: Arrays = {n: self.parameter(v) for n, v in self.sim.parameters.items()}
        deep = [n for n in range(1, len(self.layers) - 1) if isinstance(self.layers[n], Dense)]
        self.scanned = range(deep[0], deep[-1] + 1) if len(deep) > UNROLLED else range(0)
        for kind in ("weight", "bias") if self.scanned else ():
            self.p[f"scanned.{kind}"] = jnp.stack([self.p.pop(f"{n}.{kind}") for n in self.scanned])
        inputs, targets = self.sim.train_data
        size = int(scenario.training.batch_size)
        whole = len(inputs) // size * size
        x, y = self.batch(inputs[:whole], targets[:whole])
        self.x, self.y = (part.reshape(-1, size, *part.shape[1:]) for part in (x, y))

    def parameter(self, value: Any) -> jax.Array:
        return jnp.asarray(value.transpose(2, 3, 1, 0) if value.ndim == 4 else value, self.dtype)

    def batch(self, inputs: Any, targets: Any) -> tuple[jax.Array, jax.Array]:
        shape = (-1,) if isinstance(self.layers[0], Dense) else self.sim.dataset.input_shape
        shaped = inputs.reshape(len(inputs), *shape)
        if any(isinstance(layer, Conv) for layer in self.layers):
            shaped = shaped.transpose(0, 2, 3, 1)
        return jnp.asarray(shaped, self.dtype), jnp.asarray(targets, self.dtype)

    def loss(self, p: Arrays, added: Arrays, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Arrays]:
        """The mean loss of a batch, and what is measured on the way. `added` zeros carry the deltas back."""
        seen: Arrays = {}
        for number, layer in enumerate(self.layers):
            if isinstance(layer, Pool):
                x = x.mean((1, 2))
            elif isinstance(layer, Lstm):
                x = self.lstm(p, number, x, added, seen)
            elif number not in self.scanned:
                x = self.neurons(p, number, layer, x, added, seen)
            elif number == self.scanned[0]:
                x = self.scan(p, layer, x, added, seen)
        name = self.scenario.training.loss
        if name == "cross_entropy":
            return -(y * jax.nn.log_softmax(x)).sum(1).mean(), seen
        if name == "mean_squared_error":
            return ((x - y) ** 2).mean(), seen
        return (jnp.maximum(x, 0) - x * y + jnp.log1p(jnp.exp(-jnp.abs(x)))).mean(), seen

    def neurons(self, p: Arrays, number: int, layer: Any, x: Any, added: Arrays, seen: Arrays) -> jax.Array:
        weight, bias = p[f"{number}.weight"], p[f"{number}.bias"]
        if isinstance(layer, Conv):
            kinds = ("NHWC", "HWIO", "NHWC")
            z = lax.conv_general_dilated(x, weight, (1, 1), "SAME", dimension_numbers=kinds) + bias
        else:
            z = x @ weight.T + bias
        z = z + added[f"{number}.z"] if added else z
        if number == len(self.layers) - 1:
            return z
        if layer.normalization == "batch":
            z = (z - z.mean(0)) / jnp.sqrt(z.var(0) + 1e-5)
            z = z * p[f"{number}.norm_weight"] + p[f"{number}.norm_bias"]
        a = ACTIVATIONS[layer.activation](z)
        if added:
            seen[f"{number}.a"] = self.activation(layer, a)
        return x + a if layer.skip else a

    def scan(self, p: Arrays, layer: Any, x: jax.Array, added: Arrays, seen: Arrays) -> jax.Array:
        def body(x: jax.Array, own: Any) -> Any:
            weight, bias, *more = own
            z = x @ weight.T + bias
            a = ACTIVATIONS[layer.activation](z + more[0] if more else z)
            return a, self.activation(layer, a) if more else None

        own = [p["scanned.weight"], p["scanned.bias"], *([added["scanned.z"]] if added else [])]
        x, rows = lax.scan(body, x, own)
        seen |= {"scanned.a": rows} if added else {}
        return x

    def lstm(self, p: Arrays, number: int, x: jax.Array, added: Arrays, seen: Arrays) -> jax.Array:
        recurrent, bias = p[f"{number}.weight_hh"].T, p[f"{number}.bias_ih"] + p[f"{number}.bias_hh"]

        def body(state: Any, now: Any) -> Any:
            (h, c), (from_x, *more) = state, now
            i, f, g, o = jnp.split(from_x + h @ recurrent, 4, 1)
            i, f, g, o = jax.nn.sigmoid(i), jax.nn.sigmoid(f), jnp.tanh(g), jax.nn.sigmoid(o)
            c = f * c + i * g + (more[1] if more else 0)
            h = o * jnp.tanh(c) + (more[0] if more else 0)
            means = (jnp.stack([gate.mean() for gate in (i, f, g, o)]), f) if more else None
            return (h, c), means

        from_x = x.transpose(1, 0, 2) @ p[f"{number}.weight_ih"].T + bias
        zero = jnp.zeros((len(x), recurrent.shape[0]), self.dtype)
        more = [added[f"{number}.h"], added[f"{number}.c"]] if added else []
        (h, _), found = lax.scan(body, (zero, zero), [from_x, *more])
        if added:
            kept = lax.cumprod(found[1], 0, reverse=True)
            seen |= {f"{number}.gates": found[0], f"{number}.kept": kept.mean((1, 2))}
        return h

    def activation(self, layer: Any, a: jax.Array) -> jax.Array:
        steep = slope(layer.activation, a)
        dead = (steep.max(tuple(range(a.ndim - 1))) == 0).mean(dtype=self.dtype)
        return jnp.stack([a.mean(), a.std(), steep.mean(), (steep < 0.05).mean(dtype=self.dtype), dead])

    def zeros(self) -> Arrays:
        """What is added to every tensor whose gradient is measured."""
        added: Arrays = {}
        x = jax.eval_shape(lambda: self.x[0])
        rows, places = x.shape[0], x.shape[1:-1]
        for number, layer in enumerate(self.layers):
            if isinstance(layer, Lstm):
                shape = (self.x.shape[2], rows, layer.units)
                added |= {f"{number}.{state}": jnp.zeros(shape, self.dtype) for state in "hc"}
            elif isinstance(layer, Conv):
                added[f"{number}.z"] = jnp.zeros((rows, *places, layer.filters), self.dtype)
            elif isinstance(layer, Dense) and number not in self.scanned:
                added[f"{number}.z"] = jnp.zeros((rows, layer.units), self.dtype)
        if self.scanned:
            width = self.layers[1].units
            added["scanned.z"] = jnp.zeros((len(self.scanned), rows, width), self.dtype)
        return added

    def measures(self, old: Arrays, new: Arrays, grads: Arrays, seen: Arrays, deltas: Arrays) -> Arrays:
        """All that is measured; of scanned layers a row each."""
        found = dict(seen)
        for name in (n for n in grads if n.split(".")[1] in ("weight", "weight_ih", "weight_hh")):
            both = (old[name], new[name], grads[name])
            found[name] = jax.vmap(row)(*both) if name.startswith("scanned") else row(*both)
        for name, delta in deltas.items():
            each = name.startswith("scanned") or name[-1] in "hc"
            found[f"delta {name}"] = jax.vmap(norm)(delta) if each else norm(delta)
        return found


def row(old: jax.Array, new: jax.Array, grad: jax.Array) -> jax.Array:
    """What is measured of a weight."""
    return jnp.stack([norm(grad), jnp.abs(grad).mean(), norm(old), norm(new - old)])


def jitted(scenario: Scenario, precision: str, *, measured: bool = False, scan: bool = False) -> Any:
    """One call a step, or with `scan` one for STEPS_A_CALL of them."""
    network = JaxNetwork(scenario, precision)
    added = network.zeros() if measured else {}
    rate = scenario.training.rate

    def update(state: Any, x: jax.Array, y: jax.Array) -> Any:
        p, m, v, t = state
        (_, seen), (grads, deltas) = jax.value_and_grad(network.loss, (0, 1), has_aux=True)(p, added, x, y)
        t = t + 1
        m = jax.tree.map(lambda a, g: BETA1 * a + (1 - BETA1) * g, m, grads)
        v = jax.tree.map(lambda a, g: BETA2 * a + (1 - BETA2) * g * g, v, grads)
        first, second = rate / (1 - BETA1**t), 1 / (1 - BETA2**t)
        new = jax.tree.map(lambda w, a, b: w - first * a / (jnp.sqrt(b * second) + EPSILON), p, m, v)
        return (new, m, v, t), network.measures(p, new, grads, seen, deltas) if measured else {}

    @partial(jax.jit, donate_argnums=0)
    def many(state: Any) -> Any:
        turns = jnp.arange(STEPS_A_CALL) % len(network.x)
        return lax.scan(lambda s, k: update(s, network.x[k], network.y[k]), state, turns)

    one = jax.jit(update, donate_argnums=0)
    batches = list(zip(network.x, network.y, strict=True))
    start = jax.tree.map(jnp.copy, network.p)
    zero = jax.tree.map(jnp.zeros_like, start)
    state = (start, zero, jax.tree.map(jnp.copy, zero), jnp.zeros((), network.dtype))

    def run(count: int) -> int:
        nonlocal state
        calls = -(-count // STEPS_A_CALL) if scan else count
        for step in range(calls):
            state, found = many(state) if scan else one(state, *batches[step % len(batches)])
        jax.block_until_ready((state, found))
        return calls * STEPS_A_CALL if scan else count

    run.loss = lambda x, y: float(network.loss(state[0], {}, *network.batch(x, y))[0])  # type: ignore[attr-defined]
    return run
