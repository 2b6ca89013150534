"""How far each layer's weights have moved from where they were drawn: the classic test for a vanished gradient."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from vgtui.engine.simulation import Simulation

SAMPLES = 4


@dataclass(frozen=True, slots=True)
class WeightChange:
    """One layer's weight matrix W against W0, as it was drawn. Norms are Euclidean over all entries.

    old_norm, new_norm      |W0| and |W|
    change_norm             |W - W0|
    relative                |W - W0| / |W0|; inf or nan where W0 is zero
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
    """Every layer's weight now against the weight it was drawn with; layers without one are left out."""
    old, new = sim.initial_parameters, sim.parameters
    return tuple(
        _change(number, name, sim.weight_matrix(number, old), sim.weight_matrix(number, new))
        for number, name in enumerate(sim.layer_names)
        if sim.weight_shapes[number][0]
    )


def _change(number: int, name: str, old: np.ndarray, new: np.ndarray) -> WeightChange:
    old_norm, change = _norm(old), _norm(new - old)
    relative = change / old_norm if old_norm else math.inf if change else math.nan
    return WeightChange(
        layer=number,
        name=name,
        old_norm=old_norm,
        new_norm=_norm(new),
        change_norm=change,
        relative=relative,
        unchanged=int(np.count_nonzero(old == new)),
        total=old.size,
        old_sample=tuple(old.ravel()[:SAMPLES].tolist()),
        new_sample=tuple(new.ravel()[:SAMPLES].tolist()),
    )


def _norm(matrix: np.ndarray) -> float:
    """As numpy's own, without what that asks before: it is taken three times a layer, in every frame."""
    entries = matrix.ravel()
    return math.sqrt(float(entries.dot(entries)))
