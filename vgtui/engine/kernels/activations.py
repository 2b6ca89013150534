"""Activation functions: each a scalar pair f(z) -> (value, slope), so that a reader checks one against the other.

Slopes come from z in forms that stay exact in the tails: sigma(z) (1 - sigma(z)) is e / (1 + e)^2 with
e = exp(-|z|), not a product that rounds to zero. At a kink the slope is PyTorch's (relu'(0) = 0).
"""

from __future__ import annotations

import math

from numba import njit

from vgtui.engine.kernels import KERNEL, PAIR, STRICT
from vgtui.engine.kernels.elementary import decay, exp_and_expm1, log1p_unit

CODES = {
    "linear": 0,
    "sigmoid": 1,
    "hard_sigmoid": 2,
    "tanh": 3,
    "hard_tanh": 4,
    "relu": 5,
    "leaky_relu": 6,
    "prelu": 6,
    "elu": 7,
    "selu": 8,
    "gelu": 9,
    "silu": 10,
    "mish": 11,
    "softplus": 12,
    "softsign": 13,
    "softmax": 14,
}
"""The number by which an instruction names its activation. prelu is leaky_relu with a learned alpha."""

SELU_SCALE = 1.0507009873554804934193349852946  # Klambauer et al. 2017
SELU_ALPHA = 1.6732632423543772848170429916717
INV_SQRT_2 = 1.0 / math.sqrt(2.0)
INV_SQRT_2PI = 1.0 / math.sqrt(2.0 * math.pi)


@njit(**PAIR)
def linear(z, alpha):
    """z."""
    return z, 1.0


@njit(**PAIR)
def sigmoid(z, alpha):
    """1 / (1 + exp(-z)); slope a (1 - a), never above 1/4."""
    e = decay(z)
    t = 1.0 / (1.0 + e)
    return (t if z >= 0.0 else e * t), e * t * t


@njit(**PAIR)
def hard_sigmoid(z, alpha):
    """clip(z / 6 + 1/2, 0, 1), as PyTorch and Keras 3 have it."""
    inside = (z > -3.0) & (z < 3.0)
    a = z * (1.0 / 6.0) + 0.5
    a = 0.0 if z <= -3.0 else a
    return (1.0 if z >= 3.0 else a), (1.0 / 6.0 if inside else 0.0)


@njit(**PAIR)
def tanh(z, alpha):
    """tanh(z); slope 1 - a^2."""
    y = -2.0 * abs(z)
    y = -80.0 if y < -80.0 else y  # exp(-80) is far below the last bit of 1
    e, e_minus_1 = exp_and_expm1(y)
    t = 1.0 / (1.0 + e)
    a = -e_minus_1 * t
    return (a if z >= 0.0 else -a), 4.0 * e * t * t


@njit(**PAIR)
def hard_tanh(z, alpha):
    """clip(z, -1, 1)."""
    inside = (z > -1.0) & (z < 1.0)
    a = -1.0 if z <= -1.0 else z
    return (1.0 if z >= 1.0 else a), (1.0 if inside else 0.0)


@njit(**PAIR)
def relu(z, alpha):
    """max(z, 0)."""
    return (0.0 if z <= 0.0 else z), (0.0 if z <= 0.0 else 1.0)


@njit(**PAIR)
def leaky_relu(z, alpha):
    """z where positive, alpha z elsewhere."""
    return (alpha * z if z <= 0.0 else z), (alpha if z <= 0.0 else 1.0)


@njit(**PAIR)
def exponential_unit(z, alpha):
    """(z or alpha (exp(z) - 1), its slope): what elu and selu share."""
    y = 0.0 if z > 0.0 else z
    y = -80.0 if y < -80.0 else y
    e, e_minus_1 = exp_and_expm1(y)
    return (z if z > 0.0 else alpha * e_minus_1), (1.0 if z > 0.0 else alpha * e)


@njit(**PAIR)
def elu(z, alpha):
    """z where positive, alpha (exp(z) - 1) elsewhere."""
    return exponential_unit(z, alpha)


@njit(**PAIR)
def selu(z, alpha):
    """scale * elu(z), the constants of Klambauer et al. 2017."""
    a, s = exponential_unit(z, SELU_ALPHA)
    return SELU_SCALE * a, SELU_SCALE * s


@njit(**PAIR)
def gelu(z, alpha):
    """z Phi(z), the exact form; slope Phi(z) + z phi(z)."""
    cumulative = 0.5 * math.erfc(-z * INV_SQRT_2)
    return z * cumulative, cumulative + z * INV_SQRT_2PI * math.exp(-0.5 * z * z)


@njit(**PAIR)
def silu(z, alpha):
    """z sigma(z), also called swish; slope sigma(z) (1 + z (1 - sigma(z)))."""
    e = decay(z)
    t = 1.0 / (1.0 + e)
    up = t if z >= 0.0 else e * t
    down = e * t if z >= 0.0 else t
    return z * up, up * (1.0 + z * down)


@njit(**PAIR)
def mish(z, alpha):
    """z tanh(softplus(z)) = z n / (n + 2) with n = e (e + 2), e = exp(z)."""
    y = 40.0 if z > 40.0 else z
    y = -700.0 if y < -700.0 else y
    e, _ = exp_and_expm1(y)
    n = e * (e + 2.0)
    t = n / (n + 2.0)
    return z * t, t + z * (4.0 * e * (1.0 + e)) / ((n + 2.0) * (n + 2.0))


@njit(**PAIR)
def softplus(z, alpha):
    """log(1 + exp(z)); slope sigma(z)."""
    e = decay(z)
    t = 1.0 / (1.0 + e)
    return (z if z > 0.0 else 0.0) + log1p_unit(e), (t if z >= 0.0 else e * t)


@njit(**PAIR)
def softsign(z, alpha):
    """z / (1 + |z|)."""
    t = 1.0 / (1.0 + abs(z))
    return z * t, t * t


def _over_array(pair):
    @njit(**STRICT)
    def activate(z, a, slope, alpha):
        for i in range(z.size):
            a[i], slope[i] = pair(z[i], alpha)

    return activate


_linear = _over_array(linear)
_sigmoid = _over_array(sigmoid)
_hard_sigmoid = _over_array(hard_sigmoid)
_tanh = _over_array(tanh)
_hard_tanh = _over_array(hard_tanh)
_relu = _over_array(relu)
_leaky_relu = _over_array(leaky_relu)
_elu = _over_array(elu)
_selu = _over_array(selu)
_gelu = _over_array(gelu)
_silu = _over_array(silu)
_mish = _over_array(mish)
_softplus = _over_array(softplus)
_softsign = _over_array(softsign)


@njit(**KERNEL)
def activate(code, z, a, slope, alpha):
    """a = phi(z) and slope = phi'(z), elementwise; `code` is one of CODES but softmax."""
    if code == 0:
        _linear(z, a, slope, alpha)
    elif code == 1:
        _sigmoid(z, a, slope, alpha)
    elif code == 2:
        _hard_sigmoid(z, a, slope, alpha)
    elif code == 3:
        _tanh(z, a, slope, alpha)
    elif code == 4:
        _hard_tanh(z, a, slope, alpha)
    elif code == 5:
        _relu(z, a, slope, alpha)
    elif code == 6:
        _leaky_relu(z, a, slope, alpha)
    elif code == 7:
        _elu(z, a, slope, alpha)
    elif code == 8:
        _selu(z, a, slope, alpha)
    elif code == 9:
        _gelu(z, a, slope, alpha)
    elif code == 10:
        _silu(z, a, slope, alpha)
    elif code == 11:
        _mish(z, a, slope, alpha)
    elif code == 12:
        _softplus(z, a, slope, alpha)
    else:
        _softsign(z, a, slope, alpha)


@njit(**KERNEL)
def softmax(z, a, slope, rows, width):
    """a = softmax of each row of z (rows, width); slope its diagonal a (1 - a)."""
    for n in range(rows):
        start = n * width
        top = z[start]
        for k in range(width):
            top = max(top, z[start + k])
        total = 0.0
        for k in range(start, start + width):
            a[k] = math.exp(z[k] - top)
            total += a[k]
        for k in range(start, start + width):
            a[k] /= total
            slope[k] = a[k] * (1.0 - a[k])


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
