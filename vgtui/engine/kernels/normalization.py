"""Batch and layer normalisation: forward, backward and tangent side by side.

y = weight * xhat + bias, xhat = (x - mean) / sqrt(var + EPSILON), variances biased, as Ioffe & Szegedy 2015 and
Ba et al. 2016; the running variance is the unbiased one, as PyTorch keeps it. All arrays flat, (rows, width).
Normalising has a symmetric Jacobian, so `project` serves backward and tangent alike.
"""

from __future__ import annotations

import math

from vgtui.engine.deferred import njit
from vgtui.engine.kernels import KERNEL
from vgtui.engine.kernels.literals import number

EPSILON = 1e-5
MOMENTUM = 0.1


@njit(**KERNEL)
def batch_statistics(x, x0, rows, width, mean, inverse, running, running0, update):
    """mean and 1/sqrt(var + EPSILON) of each column; `update` moves the running mean and variance (2 width)."""
    for j in range(width):
        mean[j] = 0.0
        inverse[j] = 0.0
    for r in range(rows):
        row = x[x0 + r * width : x0 + (r + 1) * width]
        for j in range(width):
            mean[j] += row[j]
    for j in range(width):
        mean[j] /= rows
    for r in range(rows):
        row = x[x0 + r * width : x0 + (r + 1) * width]
        for j in range(width):
            d = row[j] - mean[j]
            inverse[j] += d * d
    unbiased = 1.0 / max(rows - 1, 1)
    for j in range(width):
        if update:
            k = running0 + j
            running[k] += MOMENTUM * (mean[j] - running[k])
            running[k + width] += MOMENTUM * (inverse[j] * unbiased - running[k + width])
        inverse[j] = 1.0 / math.sqrt(inverse[j] / rows + EPSILON)


@njit(**KERNEL)
def running_statistics(running, running0, width, mean, inverse):
    """The same from the running averages: inference mode."""
    for j in range(width):
        mean[j] = running[running0 + j]
        inverse[j] = 1.0 / math.sqrt(running[running0 + width + j] + EPSILON)


@njit(**KERNEL)
def batch_forward(x, x0, rows, width, mean, inverse, weight, bias, xhat, y):
    """xhat and y from the statistics of each column."""
    for r in range(rows):
        start = r * width
        for j in range(width):
            h = (x[x0 + start + j] - mean[j]) * inverse[j]
            xhat[start + j] = h
            y[start + j] = weight[j] * h + bias[j]


@njit(**KERNEL)
def layer_forward(x, x0, rows, width, inverse, weight, bias, xhat, y):
    """xhat, y and 1/sqrt(var + EPSILON) of each row."""
    for r in range(rows):
        start = r * width
        row = x[x0 + start : x0 + start + width]
        mean = 0.0
        for j in range(width):
            mean += row[j]
        mean = number(x, mean / width)
        variance = 0.0
        for j in range(width):
            d = row[j] - mean
            variance += d * d
        inverse[r] = 1.0 / math.sqrt(variance / width + EPSILON)
        for j in range(width):
            h = (row[j] - mean) * inverse[r]
            xhat[start + j] = h
            y[start + j] = weight[j] * h + bias[j]


@njit(**KERNEL)
def parameter_gradients(delta, xhat, rows, width, weight_grad, bias_grad):
    """dL/dweight = sum delta * xhat and dL/dbias = sum delta, over the rows."""
    for j in range(width):
        weight_grad[j] = 0.0
        bias_grad[j] = 0.0
    for r in range(rows):
        start = r * width
        for j in range(width):
            d = delta[start + j]
            weight_grad[j] += d * xhat[start + j]
            bias_grad[j] += d


@njit(**KERNEL)
def batch_project(v, xhat, inverse, rows, width, mean, correlation):
    """v = inverse * (v - mean(v) - xhat * mean(v * xhat)), means over the rows of each column."""
    for j in range(width):
        mean[j] = 0.0
        correlation[j] = 0.0
    for r in range(rows):
        start = r * width
        for j in range(width):
            x = v[start + j]
            mean[j] += x
            correlation[j] += x * xhat[start + j]
    for j in range(width):
        mean[j] /= rows
        correlation[j] /= rows
    for r in range(rows):
        start = r * width
        for j in range(width):
            i = start + j
            v[i] = inverse[j] * (v[i] - mean[j] - xhat[i] * correlation[j])


@njit(**KERNEL)
def batch_backward(
    delta, xhat, inverse, weight, rows, width, weight_grad, bias_grad, scale, mean, correlation
):
    """dL/dweight, dL/dbias, and dL/dx in the place of delta: batch_project of weight * delta.

    The two means that it takes off are those gradients times weight / rows; scale, mean, correlation: (width,) each.
    """
    parameter_gradients(delta, xhat, rows, width, weight_grad, bias_grad)
    for j in range(width):
        scale[j] = inverse[j] * weight[j]
    for j in range(width):
        mean[j] = bias_grad[j] / rows
    for j in range(width):
        correlation[j] = weight_grad[j] / rows
    for r in range(rows):
        d = delta[r * width : (r + 1) * width]
        h = xhat[r * width : (r + 1) * width]
        for j in range(width):
            d[j] = scale[j] * (d[j] - mean[j] - h[j] * correlation[j])


@njit(**KERNEL)
def layer_project(v, xhat, inverse, rows, width):
    """The same with means over each row."""
    for r in range(rows):
        start = r * width
        mean = 0.0
        correlation = 0.0
        for j in range(start, start + width):
            mean += v[j]
            correlation += v[j] * xhat[j]
        mean = number(v, mean / width)
        correlation = number(v, correlation / width)
        for j in range(start, start + width):
            v[j] = inverse[r] * (v[j] - mean - xhat[j] * correlation)


@njit(**KERNEL)
def scale_columns(v, weight, rows, width):
    """v[r, j] *= weight[j]."""
    for r in range(rows):
        start = r * width
        for j in range(width):
            v[start + j] *= weight[j]
