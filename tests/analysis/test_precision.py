"""One network in every precision: what is compared, and where each format loses the gradient."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import SIGMOID_OUT, scenario
from vgtui.analysis.precision import PrecisionComparison, PrecisionFlow, compare_precisions
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Dense, Scenario

DEPTH = 16


def sigmoids(depth: int = DEPTH) -> Scenario:
    tall = Dense(units=3, activation="sigmoid", init="glorot_uniform", repeat=depth)
    return scenario(tall, SIGMOID_OUT, source="moons", data={"samples": 4})


@pytest.fixture(scope="module")
def comparison() -> PrecisionComparison:
    return compare_precisions(sigmoids())


def flow(comparison: PrecisionComparison, precision: str, scale: float | str = 1.0) -> PrecisionFlow:
    return next(f for f in comparison.flows if (f.precision, f.loss_scale) == (precision, scale))


def test_four_formats_are_compared_and_float16_with_its_cure(comparison: PrecisionComparison) -> None:
    told = [(f.precision, f.loss_scale, f.scale_now) for f in comparison.flows]
    plain = [(name, 1.0, 1.0) for name in ("float64", "float32", "float16", "bfloat16")]
    assert told == [*plain, ("float16", "dynamic", 65536.0)]
    assert len(comparison.names) == DEPTH + 1


def test_float16_alone_loses_the_gradient_and_at_the_layer_where_its_numbers_end(
    comparison: PrecisionComparison,
) -> None:
    assert [f.underflows_at is None for f in comparison.flows][:2] == [True, True]
    assert flow(comparison, "bfloat16").underflows_at is None
    half = flow(comparison, "float16")
    assert half.underflows_at is not None
    assert half.weight_grad_log10[0] == -math.inf
    assert half.zero_gradient[0] == 1.0
    true = flow(comparison, "float64").weight_grad_log10
    assert true[half.underflows_at] > math.log10(
        2.0**-25
    )  # nine entries: some are still above half the least number
    assert not half.zero_gradient[half.underflows_at + 1 :].any()
    saved = flow(comparison, "float16", "dynamic").underflows_at
    assert saved is not None
    assert saved < half.underflows_at


def test_gradients_agree_where_nothing_is_lost(comparison: PrecisionComparison) -> None:
    true = flow(comparison, "float64").weight_grad_log10
    np.testing.assert_allclose(flow(comparison, "float32").weight_grad_log10, true, rtol=0, atol=1e-4)
    np.testing.assert_allclose(flow(comparison, "bfloat16").weight_grad_log10, true, rtol=0, atol=0.1)


def test_float64_underflows_in_its_turn() -> None:
    deep = compare_precisions(sigmoids(520))
    ends = {f.precision: f.underflows_at for f in deep.flows if f.loss_scale == 1.0}
    assert ends["float64"] is not None
    assert ends["float64"] < ends["float32"] < ends["float16"] < 520  # type: ignore[operator]
    assert flow(deep, "float64").weight_grad_log10[0] < -324.0


def test_a_simulation_is_compared_as_it_stands_and_left_alone() -> None:
    sim = Simulation(sigmoids(3))
    sim.step(5)
    before = sim.parameters
    found = compare_precisions(sim, steps=2)
    assert sim.step_index == 5
    for name, values in sim.parameters.items():
        assert np.array_equal(values, before[name])
    twin = Simulation(sim.scenario)
    twin.set_parameters(before)
    twin.step(2)
    assert flow(found, "float64").loss == twin.measure().loss
    assert found.steps == 2


def test_less_than_no_steps_are_refused() -> None:
    with pytest.raises(ValueError, match="steps must be at least 0, not -1"):
        compare_precisions(sigmoids(), -1)
