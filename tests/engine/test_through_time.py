"""What recurrent layers measure step by step, against closed forms; gradients far beyond float64."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.sequences import KINDS, OUT, jiggled, scenario
from tests.reference.recurrent import run_layer
from vgtui import chain_rule
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Data, Dense, Lstm, Rnn, Scenario, Training

# -- closed forms -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [0.5, 0.9, 1.0, 1.3, 2.0])
def test_the_gradient_of_an_orthogonal_linear_state_goes_as_rho_to_the_steps_far_beyond_float64(
    rho: float,
) -> None:
    cell = Rnn(units=6, activation="linear", init="zeros", recurrent_gain=rho)
    record = Simulation(scenario(cell, OUT, length=3000, rows=4)).measure()
    hidden = record.times[0].hidden_log10
    back = np.arange(2999, -1, -1)
    np.testing.assert_allclose(hidden, hidden[-1] + back * math.log10(rho), rtol=1e-10, atol=1e-10)
    assert math.isfinite(record.layers[0].weight_grad_log10)
    assert (record.layers[0].weight_grad_log10 > 800) == (rho == 2.0)


def test_a_layer_below_gets_what_arrives_at_every_step() -> None:
    """dL/dh1_t = the sum over s >= t of 0.99^(s - t) w 0.5^(T - s) dL/dh_T, over 1500 steps."""
    below, above = (
        Rnn(
            units=1,
            activation="linear",
            recurrent_init="identity",
            recurrent_gain=rho,
            return_sequences=rho > 0.9,
        )
        for rho in (0.99, 0.5)
    )
    sim = Simulation(scenario(below, above, OUT, length=1500, rows=4))
    lower, upper = sim.measure().times
    back = np.arange(1500)
    powers = [np.sum(0.99 ** (n - back[: n + 1]) * 0.5 ** back[: n + 1]) for n in back]
    weight = abs(sim.parameters["1.weight_ih"].item())
    wanted = upper.hidden_log10[-1] + np.log10(weight * np.array(powers)[::-1])
    np.testing.assert_allclose(lower.hidden_log10, wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("rho", "steps"), [(0.5, 900), (2.0, 400)])
def test_a_sum_over_steps_of_very_different_size_is_true(rho: float, steps: int) -> None:
    """The answer is the sum of rho^(T - t) w x_t, and dL/dw that of rho^(T - t) x_t, times the slope of the loss."""
    cell = Rnn(units=1, activation="linear", recurrent_init="constant", init_scale=rho, init="constant")
    sim = Simulation(scenario(cell, OUT, length=steps, rows=4, source="adding"))
    sim.measure()
    record = sim.record
    assert record is not None
    inputs, targets = sim.batch
    weights = sim.parameters
    powers = rho ** np.arange(steps - 1, -1, -1.0)
    sequence = inputs.reshape(4, steps, 2)
    answer = (sequence @ weights["0.weight_ih"][0] * powers).sum(1) * weights["1.weight"].item()
    slope = 2 * (answer - targets[:, 0]) / 4 * weights["1.weight"].item()
    np.testing.assert_allclose(
        sim.gradients["0.weight_ih"][0], np.einsum("r,rtc,t->c", slope, sequence, powers), rtol=1e-10
    )


def test_where_nothing_more_arrives_from_above_the_gradient_below_stays_true_far_beyond_float64() -> None:
    below, above = (
        Rnn(units=1, activation="linear", recurrent_init="identity", recurrent_gain=0.5, **facts)
        for facts in ({"return_sequences": True}, {"truncate": 2})
    )
    hidden = Simulation(scenario(below, above, OUT, length=1500, rows=4)).measure().times[0].hidden_log10
    np.testing.assert_allclose(np.diff(hidden[:-2]), math.log10(2.0), rtol=1e-9)


@pytest.mark.parametrize("bias", [0.0, 1.0, 2.0, 3.0, 5.0])
def test_without_weights_a_forget_bias_keeps_sigma_of_it_a_step(bias: float) -> None:
    cell = Lstm(units=4, init="zeros", recurrent_init="zeros", forget_bias=bias)
    times = Simulation(scenario(cell, OUT, length=60)).measure().times[0]
    kept = 1 / (1 + math.exp(-bias))
    assert times.forget_product is not None
    assert times.cell_log10 is not None
    np.testing.assert_allclose(times.forget_product, kept ** np.arange(60, 0, -1.0), rtol=1e-12)
    np.testing.assert_allclose(np.diff(times.cell_log10), -math.log10(kept), rtol=1e-9)
    np.testing.assert_allclose(times.gates["forget"], kept, rtol=1e-14)
    assert np.isneginf(times.hidden_log10[:-1]).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("k", [1, 3, 7])
def test_truncation_ends_the_gradient_k_steps_back(kind: str, k: int) -> None:
    whole = jiggled(scenario(KINDS[kind](units=4), OUT, length=20)).measure().times[0].hidden_log10
    cut = jiggled(scenario(KINDS[kind](units=4, truncate=k), OUT, length=20)).measure().times[0].hidden_log10
    assert np.isneginf(cut[:-k]).all()
    np.testing.assert_array_equal(cut[-k:], whole[-k:])


# -- what is measured ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_states_gates_and_slopes_are_measured_over_all_steps(kind: str) -> None:
    layer = KINDS[kind](units=3)
    sim = jiggled(scenario(layer, OUT, length=9))
    record = sim.measure()
    inputs, _ = sim.batch
    states = run_layer(layer, 0, sim.parameters, inputs.reshape(len(inputs), *sim.dataset.input_shape))
    measured = record.layers[0]
    assert measured.activation_mean == pytest.approx(states.mean(), rel=1e-10)
    assert measured.activation_std == pytest.approx(states.std(), rel=1e-10)
    assert measured.delta_log10 == pytest.approx(record.times[0].hidden_log10[-1], rel=1e-12)
    if kind == "rnn":
        assert measured.slope_mean == pytest.approx((1 - states**2).mean(), rel=1e-10)
        assert measured.saturated == ((1 - states**2) < 0.05).mean()
    assert (
        set(record.times[0].gates)
        == {
            "rnn": set(),
            "lstm": {"input", "forget", "cell", "output"},
            "gru": {"reset", "update", "new"},
        }[kind]
    )
    assert record.times[0].kind == kind
    for values in (record.times[0].hidden_log10, *record.times[0].gates.values()):
        assert values.shape == (9,)
        assert not values.flags.writeable


def test_a_records_steps_stay_as_they_were_when_training_goes_on() -> None:
    sim = Simulation(scenario(Lstm(units=3), OUT))
    first = sim.step().times[0]
    before = first.hidden_log10.copy()
    sim.step(20)
    np.testing.assert_array_equal(first.hidden_log10, before)
    assert sim.record is not None
    assert not np.array_equal(sim.record.times[0].hidden_log10, before)


def test_where_the_states_have_left_float64_the_chain_says_so_instead_of_failing() -> None:
    cell = Rnn(units=2, activation="linear", recurrent_init="identity", recurrent_gain=3.0)
    sim = Simulation(scenario(cell, OUT, length=900))
    rule = chain_rule(sim, 0, 0, 0)
    assert not math.isfinite(rule.product)


def test_a_weight_whose_effect_is_far_below_the_root_of_the_smallest_number_still_has_a_product() -> None:
    """The pulse of the first step reaches the last as 0.3^400, whose square is no number any more."""
    cell = Rnn(units=2, activation="linear", recurrent_init="identity", recurrent_gain=0.3, init="zeros")
    sim = Simulation(scenario(cell, OUT, length=401))
    sim.set_parameters({"0.bias_ih": np.array([1e-210, 0.0])})
    sim.measure()
    rule, entry = chain_rule(sim, 0, 0, 1), sim.gradients["0.weight_hh"][0, 0]
    assert 0 < abs(entry) < 1e-200
    assert rule.product == pytest.approx(entry, rel=1e-9)


@pytest.mark.parametrize("below", [False, True])
def test_what_the_first_symbol_of_thousands_does_is_told_however_little_is_left(below: bool) -> None:
    """Through one layer, or through it from a layer below that hands on at once and remembers nothing."""
    steps = 3000
    fading = Rnn(units=2, activation="linear", recurrent_init="identity", recurrent_gain=0.5)
    first = (Rnn(units=2, activation="linear", return_sequences=True),) if below else ()
    sim = Simulation(
        Scenario(
            data=Data(source="recall", samples=4, length=steps, test_fraction=0.0),
            layers=(*first, fading, Dense(units=4, activation="softmax")),
            training=Training(loss="cross_entropy", batch_size="full"),
        )
    )
    if below:
        sim.set_parameters({"0.weight_hh": np.zeros((2, 2))})
    inputs, targets = sim.batch
    symbol = int(np.argmax(inputs[0].reshape(steps, -1)[0]))
    parameters = sim.parameters
    seen = parameters["1.weight_ih"][:, 0] if below else np.array([1.0, 0.0])
    slope = (sim.predict(inputs)[0] - targets[0]) @ parameters[f"{len(first) + 1}.weight"] @ seen
    wanted = math.log10(abs(slope)) - (steps - 1) * math.log10(2.0)
    assert chain_rule(sim, 0, 0, symbol, sample=0).log10 == pytest.approx(wanted, rel=1e-12)
