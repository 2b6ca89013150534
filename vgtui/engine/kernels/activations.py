"""Activation functions: each a scalar pair f(z) -> (value, slope), so that a reader checks one against the other.

Slopes come from z in forms that stay exact in the tails: sigma(z) (1 - sigma(z)) is sigma(z) sigma(-z), not a
product that rounds to zero. At a kink the slope is PyTorch's (relu'(0) = 0).
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.faces import Face
from vgtui.engine.kernels import KERNEL, SCALAR, STRICT
from vgtui.engine.kernels.elementary import exp_and_expm1, exp_parts, log1p_unit, sigmoid_sides, with_sign
from vgtui.engine.kernels.literals import number
from vgtui.engine.kernels.tiles import make_each
from vgtui.engine.signatures import CURVE

SELU_SCALE = 1.0507009873554804934193349852946  # Klambauer et al. 2017
SELU_ALPHA = 1.6732632423543772848170429916717
INV_SQRT_2 = 1.0 / math.sqrt(2.0)
INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


@njit(**SCALAR)
def linear_pair(z, alpha):
    """z."""
    return z, 1.0


@njit(**SCALAR)
def sigmoid_pair(z, alpha):
    """1 / (1 + exp(-z)); slope a (1 - a), never above 1/4."""
    large, small = sigmoid_sides(z)
    return (large if z >= 0.0 else small), large * small


@njit(**SCALAR)
def hard_sigmoid_pair(z, alpha):
    """clip(z / 6 + 1/2, 0, 1), as PyTorch and Keras 3 have it."""
    inside = (z > -3.0) & (z < 3.0)
    sixth = number(z, 1.0 / 6.0)
    a = z * sixth + 0.5
    a = 0.0 if z <= -3.0 else a
    return (1.0 if z >= 3.0 else a), (sixth if inside else 0.0)


@njit(**SCALAR)
def tanh_pair(z, alpha):
    """tanh(z); slope 1 - a^2, with e = exp(-2 |z|): |a| = (1 - e) / (1 + e), slope 4 e / (1 + e)^2."""
    scale, even, odd = exp_parts(-2.0 * abs(z))
    less = 1.0 - scale
    more = 1.0 + scale
    t = 1.0 / (even * more - odd * less)
    a = (even * less - odd * more) * t
    twice = 2.0 * t
    return with_sign(a, z), (scale * (even * even - odd * odd)) * (twice * twice)


@njit(**SCALAR)
def hard_tanh_pair(z, alpha):
    """clip(z, -1, 1)."""
    inside = (z > -1.0) & (z < 1.0)
    a = -1.0 if z <= -1.0 else z
    return (1.0 if z >= 1.0 else a), (1.0 if inside else 0.0)


@njit(**SCALAR)
def relu_pair(z, alpha):
    """max(z, 0)."""
    return (0.0 if z <= 0.0 else z), (0.0 if z <= 0.0 else 1.0)


@njit(**SCALAR)
def leaky_relu_pair(z, alpha):
    """z where positive, alpha z elsewhere."""
    return (alpha * z if z <= 0.0 else z), (alpha if z <= 0.0 else 1.0)


@njit(**SCALAR)
def exponential_unit(z, alpha):
    """(z or alpha (exp(z) - 1), its slope): what elu and selu share."""
    y = 0.0 if z > 0.0 else z
    e, e_minus_1 = exp_and_expm1(y)
    return (z if z > 0.0 else alpha * e_minus_1), (1.0 if z > 0.0 else alpha * e)


@njit(**SCALAR)
def elu_pair(z, alpha):
    """z where positive, alpha (exp(z) - 1) elsewhere."""
    return exponential_unit(z, alpha)


@njit(**SCALAR)
def selu_pair(z, alpha):
    """scale * elu(z), the constants of Klambauer et al. 2017."""
    a, s = exponential_unit(z, number(z, SELU_ALPHA))
    scale = number(z, SELU_SCALE)
    return scale * a, scale * s


@njit(**SCALAR)
def gelu_pair(z, alpha):
    """z Phi(z), the exact form; slope Phi(z) + z phi(z)."""
    cumulative = 0.5 * math.erfc(-z * number(z, INV_SQRT_2))
    return z * cumulative, cumulative + z * number(z, INV_SQRT_2PI) * math.exp(-0.5 * z * z)


@njit(**SCALAR)
def silu_pair(z, alpha):
    """z sigma(z), also called swish; slope sigma(z) (1 + z (1 - sigma(z)))."""
    large, small = sigmoid_sides(z)
    up = large if z >= 0.0 else small
    down = small if z >= 0.0 else large
    return z * up, up * (1.0 + z * down)


@njit(**SCALAR)
def mish_pair(z, alpha):
    """z tanh(softplus(z)) = z n / (n + 2) with n = e (e + 2), e = exp(z)."""
    y = 40.0 if z > 40.0 else z
    e, _ = exp_and_expm1(y)
    n = e * (e + 2.0)
    t = n / (n + 2.0)
    return z * t, t + y * (4.0 * e * (1.0 + e)) / ((n + 2.0) * (n + 2.0))


@njit(**SCALAR)
def softplus_pair(z, alpha):
    """log(1 + exp(z)); slope sigma(z)."""
    large, small = sigmoid_sides(z)
    return (z if z > 0.0 else 0.0) + log1p_unit(small / large), (large if z >= 0.0 else small)


@njit(**SCALAR)
def softsign_pair(z, alpha):
    """z / (1 + |z|)."""
    t = 1.0 / (1.0 + abs(z))
    return z * t, t * t


def _tanh_slope(a, d, alpha, width):
    """d *= (1 - a)(1 + a)."""
    for i in range(a.size):
        d[i] *= (1.0 - a[i]) * (1.0 + a[i])


def _sigmoid_slope(a, d, alpha, width):
    """d *= a (1 - a)."""
    for i in range(a.size):
        d[i] *= a[i] * (1.0 - a[i])


def _relu_slope(a, d, alpha, width):
    """d *= 1 where a is positive, 0 elsewhere."""
    for i in range(a.size):
        d[i] *= 0.0 if a[i] <= 0.0 else 1.0


def _over_array(pair):
    """The loop that computes an activation over a stretch of rows: loop(z, a, alpha, width); slopes in z's place."""
    each = make_each(pair)

    def loop(z, a, alpha, width):
        each(z, a, z, number(z, alpha))

    return Face(loop, CURVE, pair.__name__, STRICT)


def _softmax(z, a, alpha, width):
    """a = softmax of each row of z (rows, width); its slopes' diagonal a (1 - a)."""
    for start in range(0, z.size, width):
        top = z[start]
        for k in range(start, start + width):
            top = max(top, z[k])
        total = 0.0
        for k in range(start, start + width):
            a[k] = math.exp(z[k] - top)
            total += a[k]
        for k in range(start, start + width):
            a[k] /= total
            z[k] = a[k] * (1.0 - a[k])


@njit(**KERNEL)
def softmax_product(a, v, out, rows, width):
    """out = (diag(a) - a a') v for each row: Jacobian and its transpose alike. All (rows, width)."""
    for n in range(rows):
        start = n * width
        mean = 0.0
        for k in range(start, start + width):
            mean += a[k] * v[k]
        for k in range(start, start + width):
            out[k] = a[k] * (v[k] - mean)


CURVES = {
    **{
        name: _over_array(pair)
        for name, pair in {
            "linear": linear_pair,
            "sigmoid": sigmoid_pair,
            "hard_sigmoid": hard_sigmoid_pair,
            "tanh": tanh_pair,
            "hard_tanh": hard_tanh_pair,
            "relu": relu_pair,
            "leaky_relu": leaky_relu_pair,
            "elu": elu_pair,
            "selu": selu_pair,
            "gelu": gelu_pair,
            "silu": silu_pair,
            "mish": mish_pair,
            "softplus": softplus_pair,
            "softsign": softsign_pair,
        }.items()
    },
    "softmax": Face(_softmax, CURVE),
}
"""Every activation over an array, called by address or from Python: (z, a, alpha, width): slopes in z's place."""

SLOPES = {
    "tanh": Face(_tanh_slope, CURVE, options=STRICT),
    "sigmoid": Face(_sigmoid_slope, CURVE, options=STRICT),
    "relu": Face(_relu_slope, CURVE, options=STRICT),
}
"""Those whose slope the activation itself tells, unless it is saturated: (a, d, alpha, width), d times the slope."""
