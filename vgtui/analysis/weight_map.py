"""One layer's weights and their gradients, entry by entry; and one entry set to another value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vgtui.engine.simulation import Simulation
from vgtui.engine.table import GRADIENTS, PARAMETERS
from vgtui.scenario.model import Weight


@dataclass(frozen=True, slots=True, eq=False)
class WeightMap:
    """weights, gradients (outputs, inputs) float64, as they are now and of the latest pass; empty without weights."""

    layer: int
    name: str
    weights: np.ndarray
    gradients: np.ndarray


def weight_map(sim: Simulation, layer: int) -> WeightMap:
    """The map of one layer; of a recurrent one its two weights side by side."""
    weights, gradients = (_matrix(sim, layer, part) for part in (PARAMETERS, GRADIENTS))
    return WeightMap(layer, sim.layer_names[layer], weights, gradients)


def weight_value(sim: Simulation, weight: Weight) -> float:
    """The value of one weight."""
    return float(_matrix(sim, weight.layer, PARAMETERS)[weight.row, weight.column])


def with_value(sim: Simulation, weight: Weight, value: float) -> dict[str, np.ndarray]:
    """What `Simulation.set_parameters` takes to set one weight."""
    column = weight.column
    for parameter in sim.program.weights(weight.layer):
        width = parameter.count // parameter.shape[0]
        if column < width:
            array = sim.parameters[parameter.name]
            array.reshape(len(array), -1)[weight.row, column] = value
            return {parameter.name: array}
        column -= width
    raise IndexError(f"layer {weight.layer} has no column {weight.column}")


def _matrix(sim: Simulation, layer: int, part: int) -> np.ndarray:
    own = sim.program.weights(layer)
    if not own:
        return np.empty((0, 0))
    view = sim.network.memory.view(part)
    arrays = [np.asarray(parameter.unpack(view), np.float64) for parameter in own]
    return np.concatenate([array.reshape(len(array), -1) for array in arrays], axis=1)
