"""What the units of a layer make of the plane of two inputs: a map for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.analysis.decision import NO_NUMBER, NoPicture, Samples, grid_of, is_plane
from vgtui.engine.gaussian import activate
from vgtui.engine.simulation import Simulation

MOST_UNITS = 256
"""Units of a layer of which there are maps: the first."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitMaps:
    """What each unit of a layer hands on, over a grid of two inputs.

    names, x, y, samples  as in Plane
    values  (units, rows, columns): of the first MOST_UNITS; count: how many there are
    middle  what the activation function makes of 0, where a unit's line runs; reach: the largest distance from it
    classes of the data; 0 for regression
    """

    layer: int
    name: str
    names: tuple[str, str]
    x: np.ndarray
    y: np.ndarray
    values: np.ndarray
    count: int
    middle: float
    reach: float
    samples: Samples
    classes: int


def unit_maps(sim: Simulation, layer: int, columns: int, rows: int) -> UnitMaps | NoPicture:
    """The maps of one layer, `columns` x `rows` places each, in inference mode."""
    if not is_plane(sim):
        return NoPicture("What a unit makes of its inputs can be drawn where a sample has two of them.")
    grid = grid_of(sim, columns, rows)
    made = sim.hidden(grid.inputs, layer)
    values = made[:, :MOST_UNITS].T.reshape(-1, rows, columns)
    if not np.isfinite(made).any():
        return NoPicture(NO_NUMBER)
    middle = _middle(sim.scenario.expanded()[layer][1].activation, made.shape[1])
    away = np.abs(values - middle)
    return UnitMaps(
        layer=layer,
        name=sim.layer_names[layer],
        names=grid.names,
        x=grid.x,
        y=grid.y,
        values=values,
        count=made.shape[1],
        middle=middle,
        reach=float(away[np.isfinite(away)].max(initial=0.0)),
        samples=grid.samples,
        classes=len(sim.dataset.class_names),
    )


def _middle(activation: str, units: int) -> float:
    return 1.0 / units if activation == "softmax" else float(activate(activation, 0.0, np.zeros(1))[0][0])
