"""How far each layer's weights have moved from where they were drawn: the classic test for a vanished gradient."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

import numpy as np

from vgtui.engine.simulation import Simulation


@dataclass(frozen=True, slots=True)
class WeightChange:
    """One layer's weight matrix W against W0, as it was drawn. Norms are Euclidean over all entries.

    old_norm, new_norm      |W0| and |W|
    change_norm             |W - W0|
    relative                |W - W0| / |W0|; where W0 is zero 0, and inf once it has moved
    unchanged, total        entries that still have the very bits of W0, of all entries
    old_sample, new_sample  the first few entries of W0 and W, row by row
    """

    layer: int
    name: str
    old_norm: float
    new_norm: float
    change_norm: float
    relative: float
    unchanged: int
    total: int
    old_sample: tuple[float, ...]
    new_sample: tuple[float, ...]


def weight_changes(sim: Simulation) -> tuple[WeightChange, ...]:
    """Every layer's weight now against the weight it was drawn with; layers without one are left out.

    Norms and counts are taken of all layers at once, in whatever order the entries are stored.
    """
    drawn, now = sim.stored_parameters
    bounds, places = sim.program.weight_bounds, sim.program.sample_places
    with np.errstate(all="ignore"):  # of a run that exploded
        old, new, change = (np.sqrt(_sums(values * values, bounds)) for values in (drawn, now, now - drawn))
        relative = np.where(change == 0.0, 0.0, change / old)
    numbers = [
        old,
        new,
        change,
        relative,
        _sums((drawn == now).astype(np.int64), bounds),
        np.diff(bounds)[:, 0],
    ]
    layers = [layer for layer, (rows, _) in enumerate(sim.weight_shapes) if rows]
    every = np.concatenate(places)
    samples = [iter(values[every].tolist()) for values in (drawn, now)]
    return tuple(
        WeightChange(
            layer, sim.layer_names[layer], *measured, *(tuple(islice(one, len(own))) for one in samples)
        )
        for layer, own, *measured in zip(layers, places, *(one.tolist() for one in numbers), strict=True)
    )


def _sums(values: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """The sum between each two bounds."""
    stretches: np.ndarray = np.add.reduceat(np.append(values, 0), bounds.ravel())
    return stretches[::2]
