"""Pools of a wide random network: a mean of places is linear; which place is largest is drawn."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from vgtui.analysis.theory.neurons import CHANNELS, Neurons
from vgtui.analysis.theory.pairs import Response
from vgtui.analysis.theory.parts import Part, Way, mean_correlation, ratio
from vgtui.analysis.theory.signals import Gradient, Matrix, Signal, draws
from vgtui.scenario.model import Pool


class Pooling:
    """One pooling layer. After neurons a max pool changes their slopes: only the largest places have one."""

    entry = fan_in = bias_variance = math.nan

    def __init__(self, layer: Pool, given: Signal, before: Part | None) -> None:
        self.layer, self.given, self.units = layer, given, given.units
        height, width = given.shape
        whole = layer.kind == "global_average"
        size = (height, width) if whole else (layer.size, layer.size)
        rows, columns = height // size[0], width // size[1]
        self.shape = () if whole else (rows, columns)
        self.windows = _windows(width, (rows, columns), size)
        self.made = self._largest(before) if layer.kind == "max" else self._mean()

    def _mean(self) -> Signal:
        """A matrix from places to places."""
        out, window = self.windows.shape
        matrix = np.zeros((out, self.given.places))
        matrix[np.arange(out)[:, None], self.windows] = 1.0 / window
        self.matrix = np.kron(np.eye(self.given.rows), matrix)
        moments, means = self.matrix @ self.given.moments @ self.matrix.T, self.matrix @ self.given.means
        return replace(self.given, moments=moments, means=means, shape=self.shape)

    def _largest(self, before: Part | None) -> Signal:
        """Over draws of what comes in."""
        values, slopes = _incoming(self.given, before)
        rows, places = self.given.rows, self.given.places
        seen = values.reshape(len(values), rows, places)[:, :, self.windows]
        best = seen.argmax(axis=3)[..., None]
        place = np.take_along_axis(np.broadcast_to(self.windows, seen.shape), best, axis=3)[..., 0]
        mask = np.zeros((len(values), rows, places))
        np.put_along_axis(mask, place, 1.0, axis=2)
        flat = mask.reshape(len(values), -1)
        self.chosen = flat.T @ flat / len(flat)
        if slopes is not None and isinstance(before, Neurons):
            before.response = _gated(before.response, flat * slopes, self.chosen)
        pooled = seen.max(axis=3).reshape(len(values), -1)
        moments, means = pooled.T @ pooled / len(pooled), pooled.mean(axis=0)
        return replace(self.given, moments=moments, means=means, shape=self.shape)

    def back(self, out: Gradient, products: Matrix, following: Part) -> Way:
        """To the places that a pooled one stands for; a pool's delta is the gradient of what it gives."""
        if self.layer.kind != "max":
            back = self.matrix.T @ out.transfer @ self.matrix
            return Way(out, None, replace(out, transfer=back).scaled())
        rows, places = self.given.rows, self.given.places
        belongs = np.full(places, -1)
        belongs[self.windows] = np.arange(len(self.windows))[:, None]
        points = (np.arange(rows)[:, None] * len(self.windows) + np.maximum(belongs, 0)).ravel()
        inside = np.tile(belongs >= 0, rows)
        back = out.transfer[np.ix_(points, points)] * self.chosen * np.outer(inside, inside)
        return Way(out, None, replace(out, transfer=back).scaled())

    def kept(self, units: int) -> float:
        """A pool has no weight that would keep a norm."""
        return 0.0

    @property
    def variance(self) -> float:
        """The mean square of what goes out."""
        return float(np.mean(np.diag(self.made.moments)))

    @property
    def correlation(self) -> float:
        """Of what goes out, between two samples, its mean left in."""
        return mean_correlation(self.made.moments, self.made.rows)


def _windows(width: int, made: tuple[int, int], size: tuple[int, int]) -> Matrix:
    """(places out, places of each window)."""
    y = np.arange(made[0])[:, None] * size[0] + np.arange(size[0])
    x = np.arange(made[1])[:, None] * size[1] + np.arange(size[1])
    return np.asarray((y[:, None, :, None] * width + x[None, :, None, :]).reshape(made[0] * made[1], -1))


def _incoming(given: Signal, before: Part | None) -> tuple[Matrix, Matrix | None]:
    """(values, slopes), (draws, points): of the neurons before the pool, or, without them, normal values."""
    if isinstance(before, Neurons):
        return before.output_draws(CHANNELS)
    return draws(given.moments - np.outer(given.means, given.means), given.means, CHANNELS, 3), None


def _gated(response: Response, kept: Matrix, chosen: Matrix) -> Response:
    """The response with slopes as they are where both places of a pair are the largest of their windows."""
    both = kept.T @ kept / len(kept)
    fourth = (kept**2).T @ kept**2 / len(kept)
    return replace(response, slopes=ratio(both, chosen), fourth_slopes=ratio(fourth, chosen))
