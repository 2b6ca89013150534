"""Gradients against nothing but the loss: a parameter is moved a little either way, and the loss is watched."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.networks import jiggled
from tests.engine.strategies import SMOOTH, examples, scenarios
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import ACTIVATIONS, Data, Dense, Scenario, Training

SMOOTH_LOSSES = ("mean_squared_error", "binary_cross_entropy", "cross_entropy")
STEP = 1e-3
ENTRIES = 6


def losses_beside(sim: Simulation, name: str, index: tuple[int, ...], moves: list[float]) -> list[float]:
    """The batch loss with one entry moved by each of `moves`; the parameters are put back."""
    whole = sim.parameters[name]
    losses = []
    for move in moves:
        moved = whole.copy()
        moved[index] += move
        sim.set_parameters({name: moved})
        losses.append(sim.measure().loss)
    sim.set_parameters({name: whole})
    return losses


def slope_by_differences(sim: Simulation, name: str, index: tuple[int, ...], h: float) -> float:
    """Six-point central difference, exact to h^6."""
    f = losses_beside(sim, name, index, [h * k for k in (-3, -2, -1, 1, 2, 3)])
    return (45 * (f[3] - f[2]) - 9 * (f[4] - f[1]) + (f[5] - f[0])) / (60 * h)


def some_entries(sim: Simulation, seed: int) -> list[tuple[str, tuple[int, ...]]]:
    """A few entries of the parameters, drawn at random."""
    random = np.random.default_rng(seed)
    shapes = {name: values.shape for name, values in sim.parameters.items()}
    names = random.choice(list(shapes), ENTRIES)
    return [(str(n), tuple(int(random.integers(size)) for size in shapes[n])) for n in names]


@given(scenarios(hidden=SMOOTH, losses=SMOOTH_LOSSES), st.integers(0, 2**32))
@examples(50)
def test_the_gradient_of_a_smooth_network_is_the_limit_of_the_difference_quotient(
    scenario: Scenario, seed: int
) -> None:
    sim = jiggled(scenario, seed, 0.1)
    gradients = sim.gradients
    for name, index in some_entries(sim, seed):
        coarse, fine = (slope_by_differences(sim, name, index, h) for h in (STEP, STEP / 2))
        trust = 4 * abs(coarse - fine) + 1e-7 * abs(fine) + 1e-9 * max(1.0, sim.measure().loss)
        assert abs(gradients[name][index] - fine) <= trust, (name, index)


def kinked(activation: str, normalization: str, loss: str = "mean_squared_error") -> Scenario:
    return Scenario(
        seed=11,
        data=Data(source="plane", samples=24, noise=0.3),
        layers=(
            Dense(units=5, activation=activation, normalization=normalization, bias_init="normal"),
            Dense(units=5, activation=activation, init="orthogonal", gain=2.0, skip=1, skip_scale=0.7),
            Dense(units=1, activation="linear"),
        ),
        training=Training(loss=loss, batch_size="full"),
    )


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "softmax"])
@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error"])
def test_away_from_kinks_every_activation_agrees_with_both_one_sided_differences(
    activation: str, normalization: str, loss: str
) -> None:
    sim = Simulation(kinked(activation, normalization, loss))
    gradients = sim.gradients
    h, compared, entries = 1e-6, 0, 0
    here = sim.measure().loss
    for name, values in sim.parameters.items():
        for index in np.ndindex(values.shape):
            below, above = losses_beside(sim, name, index, [-h, h])
            left, right = (here - below) / h, (above - here) / h
            entries += 1
            if abs(left - right) > 1e-4 * (1.0 + abs(left)):
                continue  # a kink lies within h
            compared += 1
            found = gradients[name][index]
            assert math.isclose(found, (left + right) / 2, rel_tol=2e-6, abs_tol=2e-8), (name, index)
    assert compared >= 0.9 * entries
