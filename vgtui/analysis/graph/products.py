"""Singular values of a product of many matrices, of any size, without multiplying them out."""

from __future__ import annotations

import math

import numpy as np

from vgtui.analysis.graph.operators import Array

SWEEPS = 3
ROTATIONS = 40  # sweeps of rotations: a handful is enough, since the rows come nearly orthogonal
CLOSE = 16  # powers of two between the rows within which LAPACK's singular values are true enough
LOG10_2 = math.log10(2.0)
NEAR = 1e-12  # cosine below which two rows are orthogonal


def log10_singular_values(factors: list[Array]) -> Array:
    """log10 of the singular values of factors[0] @ factors[1] @ ..., largest first; -inf for zeros.

    As many as the smallest side of any factor has. The factors are made triangular from one end and then from the
    other, a few times: their product is then graded, row by row (Stewart 1997). One-sided rotations (Jacobi;
    Demmel & Veselic 1992) on rows that carry exponents of their own give every value to a few digits less than
    float64 has, however far apart they are. All nan where a factor is not finite.
    """
    count = min(min(factor.shape) for factor in factors)
    if not all(np.isfinite(factor).all() for factor in factors):
        return np.full(count, np.nan)
    for _ in range(SWEEPS if len(factors) > 1 else 1):
        factors = _swept(factors)
        if not min(min(factor.shape) for factor in factors):
            return np.full(count, -np.inf)
    rows, exponents = _multiplied(factors)
    if np.ptp(exponents) < CLOSE:
        whole = np.ldexp(rows, (exponents - exponents[0]).astype(np.int64)[:, None])
        sizes = np.linalg.svd(whole, compute_uv=False)
        with np.errstate(divide="ignore"):
            logs = np.log10(sizes)
        return _padded(logs + float(exponents[0]) * LOG10_2, count)
    _rotate(rows, exponents)
    values = np.array([_log10_norm(row, e) for row, e in zip(rows, exponents, strict=True)])
    return _padded(-np.sort(-values), count)


def triangular(matrix: Array) -> tuple[Array, Array]:
    """(Q, R) of a finite matrix, without the rows of R that are nothing but rounding: directions that it takes to 0.

    A row counts as rounding where every entry is below that of its column in the matrix.
    """
    turn, triangle = np.linalg.qr(matrix)
    rounding = 8.0 * len(matrix) * np.finfo(np.float64).eps * np.linalg.norm(matrix, axis=0)
    kept = (np.abs(triangle) > rounding).any(axis=1)
    return turn[:, kept], triangle[kept]


def _swept(factors: list[Array]) -> list[Array]:
    """Triangular factors whose product is the transpose of the given one, but for rotations of its sides."""
    triangles: list[Array] = []
    turn: Array | None = None
    for factor in factors:
        matrix = factor.T if turn is None else factor.T @ turn
        turn, triangle = triangular(matrix)
        triangles.append(triangle)
    return triangles[::-1]


def _multiplied(factors: list[Array]) -> tuple[Array, Array]:
    """(rows, exponents): the product, each row times 2 to a power of its own."""
    rows = factors[-1].copy()
    exponents = np.zeros(len(rows))
    _normalize(rows, exponents)
    for factor in factors[-2::-1]:
        used = np.where(factor != 0.0, exponents, -np.inf)
        used[:, ~rows.any(axis=1)] = -np.inf
        top = used.max(axis=1, initial=-np.inf)
        base = np.where(np.isfinite(top), top, 0.0)
        rows = (factor * np.exp2(np.maximum(used - base[:, None], -1080.0))) @ rows
        exponents = base
        _normalize(rows, exponents)
    return rows, exponents


def _normalize(rows: Array, exponents: Array) -> None:
    """Bring every row near 1."""
    tops = np.frexp(np.abs(rows).max(axis=1, initial=0.0))[1]
    rows[:] = np.ldexp(rows, -tops[:, None])
    exponents += tops


def _rotate(rows: Array, exponents: Array) -> None:
    """Turn pairs of rows in their plane until all are orthogonal."""
    for _ in range(ROTATIONS):
        done = True
        for i in range(len(rows)):
            for j in range(i + 1, len(rows)):
                large, small = (i, j) if exponents[i] >= exponents[j] else (j, i)
                done &= not _turn(rows, large, small, float(exponents[small] - exponents[large]))
        _normalize(rows, exponents)
        if done:
            return


def _turn(rows: Array, large: int, small: int, shift: float) -> bool:
    """Make x and 2**shift y orthogonal, shift <= 0; False where they are."""
    x, y = rows[large], rows[small]
    alpha, beta, gamma = float(x @ x), float(y @ y), float(x @ y)
    if abs(gamma) <= NEAR * math.sqrt(alpha * beta):
        return False
    ratio = 2.0 ** max(shift, -500.0)
    eta = (beta * ratio * ratio - alpha) / (2.0 * gamma)
    step = math.copysign(1.0, eta) / (abs(eta) + math.hypot(ratio, eta))
    tangent = step * ratio
    cosine = 1.0 / math.sqrt(1.0 + tangent * tangent)
    rows[large], rows[small] = cosine * (x - tangent * ratio * y), cosine * (step * x + y)
    return True


def _log10_norm(row: Array, exponent: float) -> float:
    size = float(np.linalg.norm(row))
    return math.log10(size) + exponent * LOG10_2 if size else -math.inf


def _padded(values: Array, count: int) -> Array:
    """With zeros for those that are missing."""
    return np.concatenate([values, np.full(count - len(values), -np.inf)])
