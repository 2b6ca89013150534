"""One layer's activation function over what it is given: the picture of saturation, with the numbers in it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.engine.gaussian import activate
from vgtui.engine.record import SATURATED_SLOPE
from vgtui.engine.signals import pre_activations
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Layer, Pool, Recurrent

REACHES = (3.0, 6.0, 12.0, 30.0, 60.0, 120.0, 300.0, 1e3, 1e4, 1e6)
"""Ends of the axis: the first that leaves out at most LEFT_OUT of the pre-activations."""

LEFT_OUT = 0.01
BINS = 240
POINTS = 241
"""Places of the axis at which the function is given: odd, so that 0 is one of them."""


@dataclass(frozen=True, slots=True, eq=False)
class ActivationView:
    """phi over the pre-activations z of one layer in the latest batch.

    name              of the layer; activation: of its function
    reason            why there is none, in a sentence; then all that follows is empty or nan
    z, value, slope   (POINTS,) float64: places from -reach to reach, phi and phi' there
    counts            (BINS,) int64: how many z fall into each of as many equal parts of the axis
    below, above      the shares of the z, in 0..1, that lie beyond its ends; not_finite: that are no numbers
    mean_slope        mean |phi'(z)| over units and batch; saturated: the share whose |phi'(z)| is below
                      SATURATED_SLOPE
    healthy           the parts of the axis, (low, high), in which |phi'| is at least SATURATED_SLOPE
    """

    layer: int
    name: str
    activation: str
    reason: str = ""
    z: np.ndarray | None = None
    value: np.ndarray | None = None
    slope: np.ndarray | None = None
    counts: np.ndarray | None = None
    below: float = math.nan
    above: float = math.nan
    not_finite: float = math.nan
    mean_slope: float = math.nan
    saturated: float = math.nan
    healthy: tuple[tuple[float, float], ...] = ()


def activation_view(sim: Simulation, layer: int) -> ActivationView:
    """The view of one layer, in the latest pass; measures first if there was no pass."""
    kind = sim.scenario.expanded()[layer][1]
    name = sim.layer_names[layer]
    reason = _reason(kind)
    if reason:
        return ActivationView(layer, name, kind.activation, reason)
    given = pre_activations(sim.network, sim.batch_rows, layer).ravel()
    finite = given[np.isfinite(given)]
    alpha = _alpha(sim, layer, kind)
    slopes = np.abs(activate(kind.activation, alpha, finite)[1])
    reach = next((r for r in REACHES if np.sum(np.abs(finite) > r) <= LEFT_OUT * len(finite)), REACHES[-1])
    z = np.linspace(-reach, reach, POINTS)
    value, slope = activate(kind.activation, alpha, z)
    count = max(len(finite), 1)
    return ActivationView(
        layer=layer,
        name=name,
        activation=kind.activation,
        z=z,
        value=value,
        slope=slope,
        counts=np.histogram(finite, BINS, (-reach, reach))[0],
        below=float(np.sum(finite < -reach)) / count,
        above=float(np.sum(finite > reach)) / count,
        not_finite=1.0 - len(finite) / max(len(given), 1),
        mean_slope=float(np.mean(slopes)) if len(finite) else math.nan,
        saturated=float(np.mean(slopes < SATURATED_SLOPE)) if len(finite) else math.nan,
        healthy=stretches(z, np.abs(slope) >= SATURATED_SLOPE),
    )


def stretches(places: np.ndarray, holds: np.ndarray) -> tuple[tuple[float, float], ...]:
    """(first, last) of every unbroken run of places, (n,), where `holds`, (n,) bool."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8)))
    return tuple(
        (float(places[a]), float(places[b - 1])) for a, b in zip(edges[::2], edges[1::2], strict=True)
    )


def _reason(kind: Layer) -> str:
    if isinstance(kind, Pool):
        return "A pool has no activation function."
    if isinstance(kind, Recurrent):
        return "The activations of a recurrent layer work inside its cell, at every time step: see the time gradient."
    if kind.activation == "softmax":
        return "softmax answers for all units together: there is no function of one pre-activation to draw."
    return ""


def _alpha(sim: Simulation, layer: int, kind: Layer) -> float:
    """The slope on the negative side, or the size of the negative end; PReLU learns its own."""
    if kind.activation == "prelu":
        return float(np.mean(sim.parameters[f"{layer}.alpha"]))
    return 0.0 if isinstance(kind, Pool) else float(kind.slope_alpha)
