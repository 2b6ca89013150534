"""The network once more, in decimal arithmetic of 50 digits: slow, plain, and without a line of the engine.

Every gradient comes with a bound: what backpropagation gives when every term is taken without its sign. Where
terms cancel, float64 can be no truer than a few roundings of that bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import Context, Decimal, localcontext
from functools import lru_cache
from typing import Any

import numpy as np

from tests.reference.counted import dropout_mask
from vgtui.scenario.model import Dense, Scenario, Training

Array = np.ndarray[Any, Any]
DIGITS = Context(prec=50, Emin=-999_999, Emax=999_999)
ZERO, ONE, HALF = Decimal(0), Decimal(1), Decimal("0.5")
EPSILON = Decimal("1e-5")
NEAR = Decimal("1e-11")  # so near a kink, float64 and decimal may fall on different sides


class AmbiguousError(Exception):
    """A value stands so near a kink that rounding decides the slope."""


def exact(values: Array) -> Array:
    """The very numbers of a float64 array as Decimals."""
    return np.vectorize(Decimal, otypes=[object])(np.asarray(values, np.float64))


def floats(values: Array) -> Array:
    """Decimals as the nearest float64."""
    return np.vectorize(float, otypes=[np.float64])(values)


def log10_norm(values: Array) -> float:
    """log10 of the Euclidean norm, of any size."""
    with localcontext(DIGITS):
        total = (values * values).sum()
        return float(total.log10()) / 2 if total else -math.inf


def _side(z: Decimal, kink: int, tied: bool | None) -> int:
    """On which side of a kink z stands: -1, 0 or 1. tied: z came through sums over many; None: z is exact."""
    d = z - kink
    if d == 0 and not tied:
        return 0
    if abs(d) < NEAR and tied is not None:
        raise AmbiguousError
    return 1 if d > 0 else -1


def _sigmoid(z: Decimal) -> Decimal:
    e = _exp(-abs(z))
    return ONE / (ONE + e) if z > 0 else e / (ONE + e)


def _tanh(z: Decimal) -> Decimal:
    e = _exp(-2 * abs(z))
    return ((1 - e) / (1 + e)).copy_sign(z)


@lru_cache(maxsize=16)
def _exp(z: Decimal) -> Decimal:
    """exp(z), 0 far below what 50 digits could tell from it in any sum with 1."""
    return z.exp() if z > -1_000_000 else ZERO


def _softplus(z: Decimal) -> Decimal:
    return max(z, ZERO) + (1 + _exp(-abs(z))).ln()


def _softmax(z: Array) -> Array:
    e = np.vectorize(_exp, otypes=[object])(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _activation(name: str, z: Decimal, alpha: Decimal, tied: bool | None) -> tuple[Decimal, Decimal]:
    """(phi(z), phi'(z)), straight from the definitions; at a kink the slope that PyTorch takes."""
    if name == "linear":
        return z, ONE
    if name == "sigmoid":
        s = _sigmoid(z)
        return s, s * _sigmoid(-z)
    if name == "tanh":
        t = _tanh(z)
        return t, 1 - t * t
    if name == "softplus":
        return _softplus(z), _sigmoid(z)
    if name == "softsign":
        return z / (1 + abs(z)), 1 / (1 + abs(z)) ** 2
    if name == "silu":
        s = _sigmoid(z)
        return z * s, s + z * s * (1 - s)
    if name == "mish":
        t = _tanh(_softplus(z))
        return z * t, t + z * (1 - t * t) * _sigmoid(z)
    if name == "gelu":
        phi = Decimal(0.5 * math.erfc(-float(z) / math.sqrt(2)))
        density = _exp(-z * z / 2) / Decimal(math.sqrt(2 * math.pi))
        return z * phi, phi + z * density
    if name in ("hard_sigmoid", "hard_tanh"):
        edge = 3 if name == "hard_sigmoid" else 1
        if _side(z, -edge, tied) <= 0:
            return (ZERO if edge == 3 else -ONE), ZERO
        if _side(z, edge, tied) >= 0:
            return ONE, ZERO
        return (z / 6 + HALF, ONE / 6) if edge == 3 else (z, ONE)
    return _rectifier(name, z, alpha, tied)


def _rectifier(name: str, z: Decimal, alpha: Decimal, tied: bool | None) -> tuple[Decimal, Decimal]:
    above = _side(z, 0, tied) > 0
    if name == "relu":
        return (z, ONE) if above else (ZERO, ZERO)
    if name in ("leaky_relu", "prelu"):
        return (z, ONE) if above else (alpha * z, alpha)
    scale = Decimal("1.0507009873554804934193349852946") if name == "selu" else ONE
    alpha = Decimal("1.6732632423543772848170429916717") if name == "selu" else alpha
    if above:
        return scale * z, scale
    return scale * alpha * (_exp(z) - 1), scale * alpha * _exp(z)


def scalar_activation(name: str, z: Decimal, alpha: Decimal) -> tuple[Decimal, Decimal]:
    """(phi(z), phi'(z)) of one number that is what it is: in 340 digits, with no doubt about kinks."""
    with localcontext(DIGITS) as digits:
        digits.prec = 340
        return _activation(name, z, alpha, None)


@dataclass
class LayerPass:
    """What one layer did on its way forward; arrays (rows, units) of Decimals."""

    layer: Dense
    x: Array
    weight: Array
    z: Array
    a: Array = field(default_factory=lambda: np.zeros(0))
    slope: Array = field(default_factory=lambda: np.zeros(0))
    xhat: Array | None = None
    xhat_bound: Array | None = None
    inverse: Array | None = None
    scale: Array | None = None
    mask: Array | None = None


@dataclass
class ExactPass:
    """Loss, gradients by name with their bounds, deltas dL/d(affine output) by layer, answers; all Decimals."""

    loss: Decimal
    gradients: dict[str, Array]
    bounds: dict[str, Array]
    deltas: list[Array]
    answers: Array


def exact_pass(
    scenario: Scenario,
    parameters: dict[str, Array],
    inputs: Array,
    targets: Array,
    shake: np.random.Generator | None = None,
    step: int = 0,
) -> ExactPass:
    """One forward and backward pass on a batch, with batch statistics. Raises AmbiguousError near a kink.

    `shake` moves every affine output by a few roundings of float64, to see how much that matters. Dropout's masks
    are those of the pass after `step` updates.
    """
    with localcontext(DIGITS):
        p = {name: exact(values) for name, values in parameters.items()}
        outputs, passes = [exact(inputs)], []
        for number, (_, layer) in enumerate(scenario.expanded()):
            done = _forward(layer, number, p, outputs[-1], shake)
            if layer.dropout:
                done.mask = exact(dropout_mask(scenario.seed, step, number, *done.a.shape, layer.dropout))
                done.a = done.a * done.mask
            out = done.a
            if layer.skip is not None:
                out = outputs[-layer.skip] + Decimal(layer.skip_scale) * out
            outputs.append(out)
            passes.append(done)
        fused = _reads_logits(scenario)
        read = passes[-1].z if fused else outputs[-1]
        loss, slope, bound = _loss(scenario.training.loss, read, exact(targets))
        done = _backward(passes, loss, (slope, bound), fused, outputs[-1])
        _penalize(done, scenario.training, p)
        return done


def _penalize(done: ExactPass, training: Training, p: dict[str, Array]) -> None:
    """Add l1 |w| + l2 w^2 of every weight to the loss, and its slope to the gradients."""
    l1, l2 = Decimal(training.l1), Decimal(training.l2)
    for name, w in p.items():
        if name.endswith(".weight"):
            sign = np.vectorize(lambda v: Decimal((v > 0) - (v < 0)), otypes=[object])(w)
            done.loss += (l1 * abs(w) + l2 * w * w).sum()
            done.gradients[name] = done.gradients[name] + l1 * sign + 2 * l2 * w
            done.bounds[name] = done.bounds[name] + l1 + 2 * l2 * abs(w)


def _reads_logits(scenario: Scenario) -> bool:
    own = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}.get(scenario.training.loss)
    return own == scenario.layers[-1].activation


def _forward(
    layer: Dense, number: int, p: dict[str, Array], x: Array, shake: np.random.Generator | None
) -> LayerPass:
    weight, bias = p[f"{number}.weight"], p[f"{number}.bias"]
    z = x @ weight.T + bias
    if shake is not None:
        z = z + (abs(x) @ abs(weight).T + abs(bias)) * exact(shake.choice([-1e-15, 1e-15], z.shape))
    done = LayerPass(layer, x, weight, z)
    tied = False
    if layer.normalization != "none":
        axis = 0 if layer.normalization == "batch" else 1
        count = Decimal(z.shape[axis])
        mean = z.sum(axis=axis, keepdims=True) / count
        centred = z - mean if count > 1 else z - z
        variance = (centred * centred).sum(axis=axis, keepdims=True) / count
        done.inverse = 1 / np.vectorize(Decimal.sqrt, otypes=[object])(variance + EPSILON)
        done.xhat, done.scale = centred * done.inverse, p[f"{number}.norm_weight"]
        done.xhat_bound = (abs(z) + abs(mean)) * done.inverse
        done.z = done.scale * done.xhat + p[f"{number}.norm_bias"]
        tied = count > 1
    if layer.activation == "softmax":
        done.a = _softmax(done.z)
        return done
    alpha = p[f"{number}.alpha"][0] if layer.activation == "prelu" else Decimal(layer.slope_alpha)
    pairs = [_activation(layer.activation, value, alpha, tied) for value in done.z.ravel()]
    done.a = np.array([a for a, _ in pairs], object).reshape(z.shape)
    done.slope = np.array([s for _, s in pairs], object).reshape(z.shape)
    return done


def _loss(name: str, out: Array, target: Array) -> tuple[Decimal, Array, Array]:
    """(loss, slope, bound on the terms of the slope) of the mean over every entry, or over rows of classes."""
    rows, count = Decimal(len(out)), Decimal(out.size)
    if name == "mean_squared_error":
        d = out - target
        return (d * d).sum() / count, 2 * d / count, 2 * (abs(out) + abs(target)) / count
    if name == "mean_absolute_error":
        d = out - target
        sign = np.vectorize(lambda v: Decimal(_side(v, 0, True)), otypes=[object])(d)
        return abs(d).sum() / count, sign / count, abs(sign) / count
    if name == "binary_cross_entropy":
        s = np.vectorize(_sigmoid, otypes=[object])(out)
        terms = [_softplus(z) - z * y for z, y in zip(out.ravel(), target.ravel(), strict=True)]
        return sum(terms) / count, (s - target) / count, (s + target) / count
    s = _softmax(out)
    top = out.max(axis=1, keepdims=True)
    mass = np.vectorize(_exp, otypes=[object])(out - top).sum(axis=1, keepdims=True)
    told = np.vectorize(Decimal.ln, otypes=[object])(mass) + top - out
    return (told * target).sum() / rows, (s - target) / rows, (s + target) / rows


def _backward(passes: list[LayerPass], loss: Decimal, end: tuple[Array, Array], fused: bool, answers: Array):
    gradients: dict[str, Array] = {}
    bounds: dict[str, Array] = {}
    deltas: list[Array] = []
    arriving: dict[int, list[tuple[Array, Array]]] = {len(passes): [end]}
    for number in range(len(passes) - 1, -1, -1):
        done = passes[number]
        d = sum(part for part, _ in arriving[number + 1])
        b = sum(part for _, part in arriving[number + 1])
        if done.layer.skip is not None:
            arriving.setdefault(number + 1 - done.layer.skip, []).append((d, b))
            scale = Decimal(done.layer.skip_scale)
            d, b = scale * d, abs(scale) * b
        if done.mask is not None:
            d, b = done.mask * d, done.mask * b
        for values, sign, into in ((d, True, gradients), (b, False, bounds)):
            delta = _through(done, number, values, into, sign, fused and number == len(passes) - 1)
            x, weight = (done.x, done.weight) if sign else (abs(done.x), abs(done.weight))
            into[f"{number}.weight"] = delta.T @ x
            into[f"{number}.bias"] = delta.sum(axis=0)
            if sign:
                deltas.insert(0, delta)
                signed = delta @ weight
            else:
                arriving.setdefault(number, []).append((signed, delta @ weight))
    return ExactPass(loss, gradients, bounds, deltas, answers)


def _through(
    done: LayerPass, number: int, d: Array, into: dict[str, Array], sign: bool, fused: bool
) -> Array:
    """A gradient at the layer's activation, back to its affine map; without signs where `sign` is False."""
    size = (lambda v: v) if sign else abs
    minus = -1 if sign else 1
    if fused:
        pass
    elif done.layer.activation == "softmax":
        d = done.a * (d + minus * (done.a * d).sum(axis=1, keepdims=True))
    else:
        if done.layer.activation == "prelu":
            below = np.where(done.z > 0, ZERO, done.z)
            into[f"{number}.alpha"] = np.array([(size(below) * d).sum()], object)
        d = size(done.slope) * d
    if done.xhat is None:
        return d
    xhat = done.xhat if sign else done.xhat_bound
    into[f"{number}.norm_weight"] = (xhat * d).sum(axis=0)
    into[f"{number}.norm_bias"] = d.sum(axis=0)
    axis = 0 if done.layer.normalization == "batch" else 1
    count = Decimal(d.shape[axis])
    d = size(done.scale) * d
    mean = d.sum(axis=axis, keepdims=True) / count
    along = xhat * (xhat * d).sum(axis=axis, keepdims=True) / count
    return done.inverse * (d + minus * mean + minus * along)
