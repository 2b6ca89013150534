"""Paths against the engine's gradients, and against paths that are written out one by one."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.analysis.networks import NETWORKS, OUT, plane, simulation, weights
from tests.analysis.test_chain_rule import chosen, tolerance
from tests.engine.networks import jiggled
from tests.engine.strategies import examples, scenarios
from vgtui.analysis.chain_rule import chain_rule
from vgtui.analysis.paths import Path, paths
from vgtui.engine.simulation import Simulation
from vgtui.scenario.library import load_scenario
from vgtui.scenario.model import Dense, Scenario

ALL = 10**6


def product_of(path: Path) -> float:
    """The factors of a path, multiplied out."""
    return path.activation * math.prod(step.factor for step in path.steps) * path.loss_slope


@pytest.mark.parametrize("name", NETWORKS)
def test_every_path_written_out_adds_up_to_the_gradient_its_size_and_its_count(name: str) -> None:
    sim = simulation(name)
    for layer, row, column in weights(sim, 4):
        gradient = sim.weight_matrix(layer, sim.gradients)[row, column]
        found = paths(sim, layer, row, column, strongest=ALL)
        products = [path.contribution for path in found.strongest]
        assert math.isclose(found.total, gradient, rel_tol=1e-9, abs_tol=1e-15)
        assert math.isclose(math.fsum(products), gradient, rel_tol=1e-9, abs_tol=1e-15)
        sizes = math.fsum(map(abs, products))
        if not sizes:
            assert (found.alive, found.absolute_log10) == (0.0, -math.inf)
            continue
        assert math.isclose(found.absolute_log10, math.log10(sizes), abs_tol=1e-9)
        assert math.isclose(found.cancellation, abs(gradient) / sizes, rel_tol=1e-6, abs_tol=1e-12)
        assert math.isclose(found.alive * found.count, len(products), rel_tol=1e-9)
        assert math.isclose(sum(path.share for path in found.strongest), 1.0, rel_tol=1e-9)
        assert sorted(map(abs, products), reverse=True) == pytest.approx(
            [abs(p) for p in products], rel=1e-12
        )
        assert len({(p.start, p.steps) for p in found.strongest}) == len(products)
        for path in found.strongest:
            assert math.isclose(product_of(path), path.contribution, rel_tol=1e-12)
            assert path.sign == np.sign(path.contribution)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_paths_of_one_sample_are_the_gradient_of_its_own_loss(name: str) -> None:
    sim = simulation(name)
    for layer, row, column in weights(sim, 3, seed=2):
        for sample in range(sim.batch_rows):
            found = paths(sim, layer, row, column, sample, strongest=3)
            rule = chain_rule(sim, layer, row, column, sample)
            assert math.isclose(found.total, rule.product, rel_tol=1e-9, abs_tol=1e-15)
            everything = paths(sim, layer, row, column, sample, strongest=ALL)
            assert [p.contribution for p in found.strongest] == [
                p.contribution for p in everything.strongest[:3]
            ]
            if "norm" not in name:
                assert {path.sample for path in everything.strongest} <= {sample}


def by_hand(sim: Simulation, row: int, column: int, sample: int) -> list[float]:
    """Every path of a weight in layer 0 of three tanh layers and a linear one, in plain loops."""
    p = sim.parameters
    x = sim.batch[0][sample]
    weight = [p[f"{n}.weight"] for n in range(4)]
    signals, slopes = [x], []
    for n in range(4):
        z = weight[n] @ signals[-1] + p[f"{n}.bias"]
        signals.append(np.tanh(z) if n < 3 else z)
        slopes.append(1 - signals[-1] ** 2 if n < 3 else np.ones_like(z))
    error = 2 * (signals[-1] - sim.batch[1][sample])[0]
    products = []
    for second, third in itertools.product(range(len(weight[1])), range(len(weight[2]))):
        way = slopes[0][row] * weight[1][second, row] * slopes[1][second]
        way *= weight[2][third, second] * slopes[2][third] * weight[3][0, third]
        products.append(x[column] * way * error)
    return products


def test_paths_of_a_tanh_network_against_plain_loops() -> None:
    sim = Simulation(plane(Dense(units=4, activation="tanh", repeat=3), OUT))
    truth = sorted(by_hand(sim, 2, 1, 1), key=abs, reverse=True)
    found = paths(sim, 0, 2, 1, 1, strongest=5)
    assert found.count == 16
    assert found.weight == sim.parameters["0.weight"][2, 1]
    assert [path.contribution for path in found.strongest] == pytest.approx(truth[:5], rel=1e-12)
    assert found.strongest[0].share == pytest.approx(abs(truth[0]) / sum(map(abs, truth)))
    roles = ["slope", "weight"] * 3 + ["slope"]
    assert [step.role for step in found.strongest[0].steps] == roles
    assert [step.layer for step in found.strongest[0].steps] == [0, 1, 1, 2, 2, 3, 3]
    units = [step.unit for step in found.strongest[0].steps if step.role == "weight"]
    w = sim.parameters
    assert found.strongest[0].steps[1].factor == w["1.weight"][units[0], 2]
    assert found.strongest[0].steps[3].factor == w["2.weight"][units[1], units[0]]


def test_a_batch_is_the_sum_over_its_samples_of_their_share_of_the_mean() -> None:
    sim = Simulation(plane(Dense(units=4, activation="tanh", repeat=3), OUT))
    truth = [product / 4 for sample in range(4) for product in by_hand(sim, 0, 0, sample)]
    found = paths(sim, 0, 0, 0, strongest=ALL)
    assert found.count == 64
    assert sorted(p.contribution for p in found.strongest) == pytest.approx(sorted(truth), rel=1e-12)


def test_the_default_preset_has_ten_million_paths_a_sample_from_its_first_layer() -> None:
    sim = Simulation(load_scenario("keras-moons"))
    assert paths(sim, 0, 0, 1, sample=0).count == 10**7
    assert paths(sim, 0, 0, 1).count == 32 * 10**7
    assert paths(sim, 8, 0, 1).count == 32


def test_dead_units_leave_only_the_paths_around_them() -> None:
    sim = Simulation(plane(Dense(units=3, activation="relu", repeat=2), OUT))
    sim.set_parameters({"0.bias": np.full(3, 1e3), "1.bias": np.array([-1e6, 1e6, 1e6])})
    found = paths(sim, 0, 0, 0, 0)
    assert (found.count, len(found.strongest)) == (3, 2)
    assert found.alive == pytest.approx(2 / 3)


def test_a_gradient_far_below_the_range_of_float64_is_told_in_full() -> None:
    sim = Simulation(plane(Dense(units=2, activation="sigmoid", gain=1e-3, repeat=200), OUT))
    found = paths(sim, 0, 1, 1)
    rule = chain_rule(sim, 0, 1, 1)
    assert rule.log10 < -600
    assert found.log10 == pytest.approx(rule.log10, rel=1e-12)
    assert (found.sign, found.total) == (rule.sign, 0.0)
    assert found.count == 4 * 2**199
    assert found.strongest[0].log10 <= found.absolute_log10
    assert found.strongest[0].share > 0.0


@given(scenarios(), st.integers(0, 2**32))
@examples(25)
def test_the_paths_add_up_to_the_gradient_of_any_network(scenario: Scenario, seed: int) -> None:
    sim = jiggled(scenario, seed)
    layer, row, column = chosen(sim, seed)
    sample = seed % sim.batch_rows if seed % 2 else None
    found = paths(sim, layer, row, column, sample)
    rule = chain_rule(sim, layer, row, column, sample)
    sizes = 10.0**found.absolute_log10
    assert abs(found.total - rule.product) <= max(tolerance(sim, rule, rule.product), 1e-12 * sizes)
    assert all(p.contribution for p in found.strongest) or found.absolute_log10 < -300
    assert 0.0 <= found.alive <= 1.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"layer": 5}, "there is no layer 5"),
        ({"sample": 7}, "the batch has no sample 7"),
        ({"strongest": -1}, "strongest must be 0 or more, not -1"),
    ],
)
def test_what_is_not_there_is_said(arguments: dict[str, int], said: str) -> None:
    sim = Simulation(plane(Dense(units=2), OUT))
    with pytest.raises(ValueError, match=said):
        paths(sim, **{"layer": 0, "row": 0, "column": 0, **arguments})
