"""The slope under one weight against losses that are computed the long way: other weights set, and measured."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sequences import OUT, jiggled
from tests.engine.sequences import scenario as sequences
from tests.engine.strategies import examples, scenarios
from vgtui.analysis.landscape import slope
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense, Gru, Lstm, Scenario


def place_in(sim: Simulation, layer: int, row: int, column: int) -> tuple[str, tuple[int, ...]]:
    """The name and index of a weight, as `parameters` has them."""
    for name, values in sim.parameters.items():
        if name.startswith(f"{layer}.weight"):
            inputs = values[0].size
            if column < inputs:
                return name, (row, *np.unravel_index(column, values.shape[1:]))
            column -= inputs
    raise AssertionError


def everything(sim: Simulation) -> list[bytes]:
    """All that a simulation is, as bytes."""
    state = sim._snapshot()
    parts = (state.parameters, state.moments, state.running, sim.network.memory.arena)
    return [part.tobytes() for part in parts]


def loss_with(other: Simulation, name: str, index: tuple[int, ...], value: float) -> float:
    """The loss of the next batch with one weight set to a value."""
    moved = other.parameters[name]
    moved[index] = value
    other.set_parameters({name: moved})
    return other.measure().loss


@given(scenarios(), st.integers(0, 2**32), st.integers(0, 3))
@examples(40)
def test_curve_tangent_and_step_are_those_of_the_next_update(
    scenario: Scenario, seed: int, steps: int
) -> None:
    sim = Simulation(scenario)
    if steps:
        sim.step(steps)
    sim.measure()
    random = np.random.default_rng(seed)
    layer = int(random.integers(len(sim.weight_shapes)))
    row, column = (int(random.integers(size)) for size in sim.weight_shapes[layer])
    before = everything(sim)
    found = slope(sim, layer, row, column, points=5)
    assert everything(sim) == before
    name, index = place_in(sim, layer, row, column)
    other = Simulation(scenario)
    other.seek(steps)
    assert found.weight == sim.parameters[name][index] == found.values[2]
    for value, loss in zip(found.values, found.losses, strict=True):
        told = loss_with(other, name, index, value)
        assert loss == told or (math.isnan(loss) and math.isnan(told))
    record = sim.step()
    assert found.loss == found.losses[2] == record.loss
    assert found.gradient == sim.gradients[name][index]
    assert found.step == sim.parameters[name][index] - found.weight
    assert found.loss_after == loss_with(other, name, index, found.weight + found.step)


@pytest.mark.parametrize("layer", [Lstm(units=3), Gru(units=3)])
def test_the_tangent_touches_the_curve(layer: Lstm | Gru) -> None:
    sim = jiggled(sequences(layer, OUT))
    near = slope(sim, 0, 4, 2, points=3, reach=1e-4)
    assert near.values[0] == near.weight - 1e-4
    assert math.isclose(near.gradient, (near.losses[2] - near.losses[0]) / 2e-4, rel_tol=1e-5)
    assert np.allclose(near.tangent, near.losses, rtol=0, atol=1e-6)
    assert near.tangent[1] == near.loss


def test_the_loss_axis_is_that_of_the_whole_network_and_its_magnification_is_told() -> None:
    sim = jiggled(sequences(Dense(units=3, activation="sigmoid"), OUT, source="wave"))
    drawn = Simulation(sim.scenario)
    found = slope(sim, 0, 1, 1)
    assert len(found.values) == 41
    assert found.height == max(drawn.measure().loss, sim.measure().loss)
    assert found.span == found.losses.max() - found.losses.min()
    assert found.magnification == found.height / found.span


def test_a_weight_that_moves_nothing_has_a_flat_curve_of_infinite_magnification() -> None:
    dead = Dense(units=2, activation="relu", bias_init="constant", bias_scale=-1e3)
    found = slope(Simulation(sequences(dead, OUT, source="wave")), 0, 0, 0)
    assert (found.span, found.magnification, found.gradient) == (0.0, math.inf, 0.0)
    assert found.loss_after == found.loss


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"layer": 9}, "there is no layer 9"),
        ({"row": 9}, "layer 0 has no output neuron 9"),
        ({"points": 2}, "at least 3 points, not 2"),
        ({"reach": 0.0}, "reach must be a positive number, not 0"),
        ({"reach": math.nan}, "reach must be a positive number"),
    ],
)
def test_what_cannot_be_drawn_is_said(arguments: dict[str, float], said: str) -> None:
    sim = Simulation(sequences(Dense(units=2), OUT, source="wave"))
    with pytest.raises(ValueError, match=said):
        slope(sim, **{"layer": 0, "row": 0, "column": 0, **arguments})
