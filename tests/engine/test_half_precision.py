"""float16 and bfloat16: what is stored is rounded, what is too small is gone, and loss scaling brings it back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.networks import LINEAR_OUT, SIGMOID_OUT, scenario
from tests.engine.sequences import OUT as SEQUENCE_OUT
from tests.engine.sequences import scenario as sequence
from tests.engine.test_precision import images, in_precision
from tests.engine.test_rounding import nearest_bfloat16
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Dense, Gru, Lstm, Pool, Rnn, Scenario

UNIT = {"float16": 2.0**-11, "bfloat16": 2.0**-8}

NETWORKS = {
    "dense": scenario(Dense(units=6, activation="tanh", repeat=3), LINEAR_OUT),
    "normalised": scenario(Dense(units=6, normalization="batch", repeat=2), LINEAR_OUT),
    "conv": images(Conv(filters=5), Pool(kind="max"), Conv(filters=4), Pool(kind="global_average")),
    "rnn": sequence(Rnn(units=5), SEQUENCE_OUT),
    "lstm": sequence(Lstm(units=5), SEQUENCE_OUT),
    "gru": sequence(Gru(units=5), SEQUENCE_OUT),
}


def rounded(values: np.ndarray, precision: str) -> np.ndarray:
    """As the format stores them."""
    single = values.astype(np.float32)
    stored = single.astype(np.float16) if precision == "float16" else nearest_bfloat16(single)
    return stored.astype(np.float64)


def sigmoids(depth: int) -> Scenario:
    """A stack that loses a decade in less than two layers."""
    tall = Dense(units=3, activation="sigmoid", init="glorot_uniform", repeat=depth)
    return scenario(tall, SIGMOID_OUT, source="moons", data={"samples": 4})


@pytest.mark.parametrize("precision", UNIT)
@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_are_those_of_float64_within_what_the_format_rounds(name: str, precision: str) -> None:
    true = Simulation(NETWORKS[name])
    found = Simulation(in_precision(NETWORKS[name], precision, loss_scale=256.0))
    true.set_parameters(found.parameters)
    assert found.measure().loss == pytest.approx(true.measure().loss, rel=30 * UNIT[precision])
    scale = max(np.abs(values).max() for values in true.gradients.values())
    for key, values in true.gradients.items():
        np.testing.assert_allclose(
            found.gradients[key], values, rtol=0, atol=60 * UNIT[precision] * scale, err_msg=key
        )


@pytest.mark.parametrize("precision", UNIT)
def test_stored_gradients_are_numbers_of_the_format_and_the_weights_that_learn_are_not(
    precision: str,
) -> None:
    sim = Simulation(in_precision(NETWORKS["dense"], precision, optimizer="adam"))
    sim.step(3)
    for key, values in sim.gradients.items():
        assert np.array_equal(values, rounded(values, precision)), key
    weight = sim.parameters["1.weight"]
    assert not np.array_equal(weight, rounded(weight, precision))
    assert np.array_equal(weight, weight.astype(np.float32))


@pytest.mark.parametrize("precision", UNIT)
def test_a_dense_layer_answers_as_its_rounded_weights_do(precision: str) -> None:
    sim = Simulation(in_precision(scenario(Dense(units=1, activation="linear")), precision))
    inputs = sim.train_data[0]
    weight, bias = (rounded(sim.parameters[name], precision) for name in ("0.weight", "0.bias"))
    exact = rounded(inputs, precision) @ weight.T + bias
    np.testing.assert_allclose(sim.predict(inputs), rounded(exact, precision), rtol=UNIT[precision], atol=0)


def test_float16_loses_what_float32_holds_and_bfloat16_does_too() -> None:
    chosen = sigmoids(16)
    grads = {name: Simulation(in_precision(chosen, name)).measure() for name in ("float32", *UNIT)}
    assert -14 < grads["float32"].layers[0].weight_grad_log10 < -8
    assert grads["float32"].layers[0].zero_gradient == 0.0
    assert grads["bfloat16"].layers[0].zero_gradient == 0.0
    first = grads["float16"].layers[0]
    assert first.zero_gradient == 1.0
    assert first.delta_log10 == -math.inf
    assert first.weight_grad_log10 == -math.inf
    assert grads["float16"].layers[-1].zero_gradient == 0.0


@pytest.mark.parametrize("precision", ["float64", "float32", "bfloat16"])
def test_a_power_of_two_that_nothing_overflows_by_leaves_every_bit(precision: str) -> None:
    plain = Simulation(in_precision(NETWORKS["dense"], precision, optimizer="adam"))
    scaled = Simulation(in_precision(NETWORKS["dense"], precision, optimizer="adam", loss_scale=1024.0))
    for _ in range(4):
        before, after = plain.step(), scaled.step()
        assert (before.loss_scale, after.loss_scale) == (1.0, 1024.0)
        np.testing.assert_allclose(after.measures, before.measures, rtol=1e-12, atol=1e-12)
        for key, values in plain.gradients.items():
            assert np.array_equal(values, scaled.gradients[key]), key


def test_scaling_brings_back_what_float16_lost() -> None:
    chosen = sigmoids(12)
    true = Simulation(chosen).measure().column("weight_grad_log10")
    lost = Simulation(in_precision(chosen, "float16")).measure()
    found = Simulation(in_precision(chosen, "float16", loss_scale=2.0**15)).measure()
    assert lost.layers[0].zero_gradient > 0.0
    assert not found.column("zero_gradient").any()
    np.testing.assert_allclose(found.column("weight_grad_log10"), true, rtol=0, atol=0.05)


def overflowing(interval: int = 3) -> Scenario:
    """A network whose loss slope float16 holds times 2^11, but not times 2^16."""
    chosen = scenario(
        Dense(units=1, activation="linear"), data={"noise": 0.0}, optimizer="sgd", learning_rate=1e-3
    )
    return in_precision(chosen, "float16", loss_scale="dynamic", growth_interval=interval)


def gradient_overflows(sim: Simulation, scale: float) -> bool:
    """Whether a gradient of this network, times the scale, is more than float16 holds; from float64."""
    twin = Simulation(in_precision(sim.scenario, "float64", loss_scale=1.0))
    twin.set_parameters(sim.parameters)
    sizes = [np.abs(values).max() for values in twin.gradients.values()]
    return max(sizes) * scale > 65519.0


def test_a_scale_given_as_a_number_leaves_no_update_out() -> None:
    """As with a loss multiplied by hand in PyTorch: there is no scaler that would look at the gradients."""
    sim = Simulation(in_precision(overflowing(), "float16", loss_scale=65536.0))
    sim.set_parameters({key: 40.0 * np.ones_like(values) for key, values in sim.parameters.items()})
    assert gradient_overflows(sim, 65536.0)
    record = sim.step()
    assert (record.skipped, record.loss_scale) == (0, 65536.0)
    assert not np.isfinite(sim.parameters["0.weight"]).all()
    assert sim.step().loss_scale == 65536.0


def test_a_dynamic_scale_follows_the_gradients_step_by_step() -> None:
    sim = Simulation(overflowing())
    start = {key: 40.0 * np.ones_like(values) for key, values in sim.parameters.items()}
    sim.set_parameters(start)
    scale, good, skipped, seen = 65536.0, 0, 0, set()
    for _ in range(25):
        before, overflows = sim.parameters, gradient_overflows(sim, scale)
        seen.add(overflows)
        record = sim.step()
        assert record.loss_scale == scale
        if overflows:
            scale, good, skipped = scale / 2, 0, skipped + 1
            assert all(np.array_equal(before[key], values) for key, values in sim.parameters.items())
            assert np.isnan(record.layers[0].update_ratio)
        else:
            good += 1
            assert any(not np.array_equal(before[key], values) for key, values in sim.parameters.items())
            if good == 3:
                scale, good = scale * 2, 0
        assert record.skipped == skipped
    assert seen == {True, False}


def test_skipped_updates_do_not_count_for_adam() -> None:
    sim = Simulation(in_precision(overflowing(1000), "float16", optimizer="adam"))
    sim.set_parameters({key: 40.0 * np.ones_like(values) for key, values in sim.parameters.items()})
    before = sim.parameters
    while sim.step().layers[0].update_ratio != sim.record.layers[0].update_ratio:
        assert sim.record.skipped == sim.step_index
    assert sim.record.skipped > 2
    rate = sim.record.learning_rate  # Adam's first step: the rate, whatever the gradient
    for key, values in sim.parameters.items():
        np.testing.assert_allclose(np.abs(values - before[key]), rate, rtol=2e-2)


def test_the_scale_is_part_of_the_state(tmp_path) -> None:
    sim = Simulation(overflowing())
    sim.set_parameters({key: 40.0 * np.ones_like(values) for key, values in sim.parameters.items()})
    one_by_one = [sim.step() for _ in range(20)]
    there = sim.parameters
    sim.save(tmp_path / "scaled.vgtui")
    loaded = Simulation.load(tmp_path / "scaled.vgtui")
    for other in (sim, loaded):
        other.back(13)
        for place in (7, 12, 20):
            record = other.seek(place) if place > other.step_index else other.record
            assert record is not None
            expected = one_by_one[place - 1]
            assert (record.loss, record.loss_scale, record.skipped) == (
                expected.loss,
                expected.loss_scale,
                expected.skipped,
            )
        for key, values in other.parameters.items():
            assert np.array_equal(values, there[key]), key


def test_an_edit_keeps_the_scale_and_a_new_scale_begins_anew() -> None:
    sim = Simulation(overflowing())
    sim.set_parameters({key: 40.0 * np.ones_like(values) for key, values in sim.parameters.items()})
    reached = sim.step(8)
    assert reached.skipped > 0
    sim.apply(in_precision(sim.scenario, "float16", learning_rate=2e-3))
    assert sim.measure().loss_scale == sim.step().loss_scale < 65536.0
    sim.apply(in_precision(sim.scenario, "float16", loss_scale=8.0))
    record = sim.measure()
    assert record.loss_scale == 8.0
    assert record.skipped >= reached.skipped
