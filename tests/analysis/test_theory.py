"""Mean-field theory: the published values, closed forms, and the engine's own networks."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from vgtui.analysis.ensemble import ensemble, reseeded
from vgtui.analysis.stopping import StoppedError
from vgtui.analysis.theory import FlowPrediction, predict_flow
from vgtui.analysis.theory.pairs import respond
from vgtui.analysis.theory.phases import phase
from vgtui.engine.simulation import Simulation
from vgtui.scenario.model import Conv, Data, Dense, Gru, Lstm, Pool, Rnn, Scenario, Training

OUT = Dense(units=1, activation="sigmoid")
LINEAR = Dense(units=1, activation="linear", init="lecun_normal")


def scenario(*layers: Any, source: str = "moons", samples: int = 40, **training: Any) -> Scenario:
    loss = {"moons": "binary_cross_entropy", "plane": "mean_squared_error", "digits": "cross_entropy"}[source]
    data = Data(source=source, samples=samples, noise=0.05, test_fraction=0.0)
    return Scenario(
        seed=1, data=data, layers=layers, training=Training(**{"loss": loss, "batch_size": 16, **training})
    )


def one_sample(layer: Dense) -> Scenario:
    return scenario(layer, LINEAR, source="plane", batch_size=1)


def variance(spread: float) -> float:
    """Of the natural logarithm of a norm's square, from the standard deviation of the norm's log10."""
    return (2.0 * math.log(10.0) * spread) ** 2


# ---- published values


@pytest.mark.parametrize("weight_variance", [0.5, 1.0, 2.0, 3.0])
def test_a_relu_s_chi_is_half_the_weight_variance_and_he_s_is_critical(weight_variance: float) -> None:
    found = phase(0, "relu", 0.0, weight_variance, 0.0)
    assert found.chi_1 == pytest.approx(weight_variance / 2.0, rel=1e-12)
    assert found.name == {0.5: "ordered", 1.0: "ordered", 2.0: "critical", 3.0: "chaotic"}[weight_variance]


@pytest.mark.parametrize("alpha", [0.01, 0.25, -0.5])
def test_a_leaky_relu_s_chi_counts_both_sides(alpha: float) -> None:
    found = phase(0, "leaky_relu", alpha, 1.5, 0.0)
    assert found.chi_1 == pytest.approx(1.5 * (1.0 + alpha**2) / 2.0, rel=1e-12)


def test_tanh_is_critical_at_the_published_point() -> None:
    """Schoenholz et al. 2017: sigma_b^2 = 0.05, sigma_w^2 = 1.76095."""
    found = phase(0, "tanh", 0.0, 1.76095, 0.05)
    assert found.q_star == pytest.approx(0.5701, abs=1e-4)
    assert found.chi_1 == pytest.approx(1.0, abs=2e-6)
    assert (found.name, found.c_star) == ("critical", 1.0)


def test_a_sigmoid_s_chi_at_weight_variance_one() -> None:
    assert phase(0, "sigmoid", 0.0, 1.0, 0.0).chi_1 == pytest.approx(0.05572, abs=5e-6)


def test_chaos_drives_two_samples_apart_to_a_correlation_below_one() -> None:
    """Poole et al. 2016: without bias tanh's correlation falls to 0, with one it stops on the way."""
    free, biased = phase(0, "tanh", 0.0, 4.0, 0.0), phase(0, "tanh", 0.0, 4.0, 0.3)
    assert free.c_star == pytest.approx(0.0, abs=1e-9)
    assert 0.05 < biased.c_star < 0.95
    assert free.name == biased.name == "chaotic"
    assert 0.0 < biased.correlation_depth < math.inf


def test_the_variance_of_critical_tanh_without_bias_falls_as_one_over_twice_the_depth() -> None:
    deep = Dense(units=3, activation="tanh", init="lecun_normal", repeat=100)
    q = predict_flow(scenario(deep, OUT, samples=6)).column("q")
    assert q[99] * 2 * 100 == pytest.approx(1.0, abs=0.05)
    assert abs(q[99] * 200 - 1.0) < abs(q[40] * 82 - 1.0)


def test_the_classic_uniform_draw_loses_two_thirds_a_layer_while_weight_gradients_stay_equal() -> None:
    """Glorot & Bengio 2010, section 4.2.1: U(-1/sqrt(n), 1/sqrt(n)), linear regime."""
    n = 400
    layer = Dense(units=n, activation="linear", init="uniform", init_scale=n**-0.5, repeat=8)
    found = predict_flow(scenario(layer, LINEAR, source="plane"))
    delta, weight = 2.0 * found.column("delta_log10"), 2.0 * found.column("weight_grad_log10")
    np.testing.assert_allclose(np.diff(delta)[:-1], math.log10(3.0), atol=0.01)
    np.testing.assert_allclose(np.diff(weight)[1:-1], 0.0, atol=0.005)


def test_ten_he_layers_of_fifty_units_scatter_a_gradient_by_one_and_lower_it_by_half() -> None:
    """Hanin & Nica 2018: log |J v|^2 is near normal, mean -5/2 sum 1/n, variance 5 sum 1/n; here -0.5 and 1."""
    layer = Dense(units=50, activation="relu", init="he_normal", repeat=10)
    found = predict_flow(one_sample(layer)).layers
    assert variance(found[0].delta_spread) - variance(found[-1].delta_spread) == pytest.approx(1.0, rel=1e-6)
    # the last weight hands on 50 of its 1/50, He's 2 and half the slopes keep the mean: all that falls is the median
    fall = 2.0 * math.log(10.0) * (found[0].delta_log10 - found[-1].delta_log10)
    assert fall == pytest.approx(-0.5 + math.log(0.5), abs=1e-6)
    random = np.random.default_rng(0)
    v = np.ones((1000, 50)) / math.sqrt(50)
    x = random.standard_normal((1000, 50))
    for _ in range(10):
        w = random.standard_normal((1000, 50, 50)) * math.sqrt(2 / 50)
        z = np.einsum("nij,nj->ni", w, x)
        v, x = np.einsum("nij,nj->ni", w, v) * (z > 0), np.maximum(z, 0)
    logs = np.log((v**2).sum(axis=1))
    assert logs.mean() == pytest.approx(-0.5, abs=0.12)
    assert logs.var() == pytest.approx(1.0, abs=0.15)


def test_one_relu_layer_adds_exactly_five_over_its_width() -> None:
    for units in (10, 64):
        layer = Dense(units=units, activation="relu", init="he_normal")
        found = predict_flow(one_sample(layer)).layers
        added = variance(found[0].delta_spread) - variance(found[1].delta_spread)
        assert added == pytest.approx(5.0 / units, rel=1e-9)


def test_orthogonal_linear_networks_keep_every_singular_value_at_one() -> None:
    layers = (Dense(units=32, activation="linear", init="orthogonal", repeat=30), LINEAR)
    deep = scenario(*layers, source="plane")
    found = predict_flow(deep)
    np.testing.assert_allclose(found.column("chi")[1:-1], 1.0, rtol=1e-8)
    np.testing.assert_allclose(np.diff(found.column("delta_log10"))[:-1], 0.0, atol=1e-8)
    np.testing.assert_allclose(np.diff(found.column("delta_spread"))[:-1], 0.0, atol=1e-8)
    parameters = Simulation(deep).parameters
    product = np.linalg.multi_dot([parameters[f"{number}.weight"] for number in range(1, 30)])
    np.testing.assert_allclose(np.linalg.svd(product, compute_uv=False), 1.0, rtol=1e-12)


# ---- means over pairs

FUNCTIONS = {
    "relu": lambda z: np.maximum(z, 0.0),
    "hard_tanh": lambda z: np.clip(z, -1.0, 1.0),
    "selu": lambda z: 1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(z)),
    "tanh": np.tanh,
    "sigmoid": lambda z: 1.0 / (1.0 + np.exp(-z)),
}


@pytest.mark.parametrize("activation", FUNCTIONS)
@pytest.mark.parametrize("rho", [-0.6, 0.3, 0.95])
def test_means_over_two_correlated_numbers_match_a_plain_sum_over_the_plane(
    activation: str, rho: float
) -> None:
    covariance = np.array([[2.0, rho * math.sqrt(2.0 * 0.7)], [rho * math.sqrt(2.0 * 0.7), 0.7]])
    grid = np.linspace(-7.0, 7.0, 701)
    u, w = np.meshgrid(grid, grid, indexing="ij")
    density = np.exp(-0.5 * (u * u + w * w))
    density /= density.sum()
    first = math.sqrt(2.0) * u
    second = math.sqrt(0.7) * (rho * u + math.sqrt(1.0 - rho * rho) * w)
    phi = FUNCTIONS[activation]
    h = 1e-6
    slopes = [(phi(z + h) - phi(z - h)) / (2.0 * h) for z in (first, second)]
    found = respond(activation, 0.0, covariance)
    assert found.values[0, 1] == pytest.approx(float(np.sum(density * phi(first) * phi(second))), abs=5e-4)
    assert found.slopes[0, 1] == pytest.approx(float(np.sum(density * slopes[0] * slopes[1])), abs=3e-3)
    assert found.means == pytest.approx([np.sum(density * phi(z)) for z in (first, second)], abs=1e-4)
    fourth = float(np.sum(density * slopes[0] ** 2 * slopes[1] ** 2))
    assert found.fourth_slopes[0, 1] == pytest.approx(fourth, rel=0.05, abs=0.01)


# ---- theory meets the engine

DEEP = 14
WIDE = 128


def stack(activation: str, init: str, **settings: Any) -> Scenario:
    first = {name: value for name, value in settings.items() if name != "skip"}
    layers = (
        Dense(units=WIDE, activation=activation, init=init, **first),
        Dense(units=WIDE, activation=activation, init=init, repeat=DEEP - 1, **settings),
        OUT,
    )
    return scenario(*layers)


NETWORKS = {
    "relu": stack("relu", "he_normal"),
    "relu, orthogonal": stack("relu", "orthogonal", gain=math.sqrt(2.0)),
    "tanh at the edge of chaos": stack("tanh", "critical"),
    "chaotic tanh": stack("tanh", "lecun_normal", gain=2.0),
    "sigmoid": stack("sigmoid", "glorot_uniform"),
    "hard tanh": stack("hard_tanh", "he_uniform", bias_init="normal", bias_scale=0.3),
    "selu": stack("selu", "lecun_normal"),
    "constant bias": stack("elu", "lecun_uniform", bias_init="constant", bias_scale=0.2),
    "layer normalisation": stack("gelu", "he_normal", normalization="layer"),
    "batch normalisation": stack("relu", "he_normal", normalization="batch"),
    "skips": stack("tanh", "lecun_normal", skip=1, skip_scale=0.5),
    "LSUV": stack("tanh", "lsuv"),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_the_median_over_networks_lies_where_theory_says(network: str) -> None:
    """Within what five networks leave of the predicted spread, plus a tenth of a decade for the first order."""
    deep = NETWORKS[network]
    predicted, drawn = predict_flow(deep), ensemble(deep, 5)
    for measure in ("delta", "weight_grad"):
        median = drawn.quartiles(f"{measure}_log10")[1]
        room = 2.0 * predicted.column(f"{measure}_spread") + 0.1
        off = np.abs(predicted.column(f"{measure}_log10") - median) / room
        assert off[2:].max() <= 1.0, (measure, off)
        assert off.max() <= 2.0, (measure, off)  # two inputs make the first layer's z no normal one


def agree(network: Scenario) -> FlowPrediction:
    """The prediction, once it is where five networks are."""
    predicted, drawn = predict_flow(network), ensemble(network, 5)
    for measure in ("delta", "weight_grad"):
        median = drawn.quartiles(f"{measure}_log10")[1]
        known = ~np.isnan(median)
        room = 2.0 * predicted.column(f"{measure}_spread") + 0.1
        off = np.abs(predicted.column(f"{measure}_log10") - median) / room
        assert known.any()
        assert (off[known] <= 1.0).all(), (measure, off)
    return predicted


@pytest.mark.parametrize("normalization", ["none", "batch"])
def test_dropout_is_in_the_prediction(normalization: str) -> None:
    """Half of the units of eight ReLU layers: the squares of signal and gradient double a layer, as masks tell."""
    layer = Dense(units=60, activation="relu", init="he_normal", normalization=normalization, repeat=8)
    whole = scenario(layer, OUT)
    thinned = scenario(msgspec.structs.replace(layer, dropout=0.5), OUT)
    found = agree(thinned)
    if normalization == "none":
        assert found.phase is None
        assert found.layers[1].chi == pytest.approx(2.0 * predict_flow(whole).layers[1].chi, rel=1e-6)


def test_penalties_are_in_the_gradient_that_is_predicted() -> None:
    """Where a sigmoid stack's own gradient has vanished, the first layers' is the penalty's: 2 l2 |W|."""
    layer = Dense(units=40, activation="sigmoid", init="glorot_uniform", repeat=6)
    found = agree(scenario(layer, OUT, l2=1e-3))
    entries, variance_of_one = 40 * 40, 2.0 / 80.0
    penalty = 2e-3 * math.sqrt(entries * variance_of_one)
    assert found.layers[1].weight_grad_log10 == pytest.approx(math.log10(penalty), abs=0.02)
    agree(scenario(layer, OUT, l1=1e-3, l2=1e-2))


def test_batch_normalisation_of_relus_explodes_at_the_published_rate() -> None:
    """Yang et al. 2019: pi / (pi - 1) = 1.467 a layer for the gradient's square, in large batches."""
    layer = Dense(units=30, activation="relu", init="he_normal", normalization="batch", repeat=30)
    found = predict_flow(scenario(layer, OUT, samples=200, batch_size=64))
    rates = found.column("chi")[16:26]
    assert rates.mean() == pytest.approx(math.pi / (math.pi - 1.0), rel=0.04)


def test_convolutions_are_predicted_with_their_padding() -> None:
    layers = (
        Conv(filters=24, kernel=3, activation="tanh", init="lecun_normal", gain=1.1, repeat=4),
        Conv(filters=24, kernel=3, stride=2, padding="valid", activation="relu", init="he_normal"),
        Dense(units=10, activation="softmax"),
    )
    images = scenario(*layers, source="digits", samples=60)
    agree(images)


@pytest.mark.parametrize("kind", ["max", "average", "global_average"])
def test_pools_are_predicted(kind: str) -> None:
    layers = (
        Conv(filters=32, kernel=3, activation="relu", init="he_normal", repeat=2),
        Pool(kind=kind),
        Dense(units=32, activation="tanh", init="lecun_normal"),
        Dense(units=10, activation="softmax"),
    )
    agree(scenario(*layers, source="digits", samples=60))


@pytest.mark.parametrize("sequences", [False, True])
def test_a_plain_recurrent_layer_is_predicted_step_by_step(sequences: bool) -> None:
    layers: list[Any] = [
        Rnn(units=100, recurrent_init="lecun_normal", recurrent_gain=1.2, return_sequences=sequences)
    ]
    if sequences:
        layers.append(Rnn(units=80, activation="relu", recurrent_init="he_normal", recurrent_gain=0.8))
    data = Data(source="recall", samples=40, length=10, test_fraction=0.0)
    network = Scenario(
        data=data,
        layers=(*layers, Dense(units=4, activation="softmax")),
        training=Training(loss="cross_entropy", batch_size=16),
    )
    predicted = agree(network)
    drawn = [Simulation(reseeded(network, seed)).measure().times for seed in range(5)]
    for place, times in enumerate(predicted.times):
        median = np.median([record[place].hidden_log10 for record in drawn], axis=0)
        np.testing.assert_allclose(times.hidden_log10, median, atol=0.25)


def test_truncation_ends_the_gradient_through_time() -> None:
    layers = (Rnn(units=20, truncate=3), Dense(units=4, activation="softmax"))
    data = Data(source="recall", samples=40, length=8, test_fraction=0.0)
    network = Scenario(data=data, layers=layers, training=Training(loss="cross_entropy"))
    found, record = predict_flow(network).times[0].hidden_log10, Simulation(network).measure().times[0]
    np.testing.assert_array_equal(np.isinf(found), np.isinf(record.hidden_log10))
    assert np.isfinite(found).sum() == 3


@pytest.mark.parametrize(
    ("layer", "kept"),
    [
        (Lstm(units=8), math.log10(0.5)),
        (Lstm(units=8, forget_bias=1.0), -math.log10(1.0 + math.exp(-1.0))),
        (Gru(units=8, bias_init="constant", bias_scale=2.0), -math.log10(1.0 + math.exp(-2.0))),
    ],
)
def test_of_gated_layers_only_what_they_keep_at_rest_is_told(layer: Any, kept: float) -> None:
    data = Data(source="recall", samples=40, length=8, test_fraction=0.0)
    layers = (layer, Dense(units=4, activation="softmax"))
    found = predict_flow(Scenario(data=data, layers=layers, training=Training(loss="cross_entropy")))
    assert "gates" in found.silence
    assert found.times[0].forget_log10 == pytest.approx(kept, rel=1e-9)


# ---- what there is no theory of, and ends


def test_one_constant_for_all_weights_is_no_random_network() -> None:
    found = predict_flow(scenario(Dense(units=4, init="constant"), OUT))
    assert "constant" in found.silence
    assert np.isnan(found.column("delta_log10")).all()
    assert [layer.name for layer in found.layers] == ["4 relu", "1 sigmoid"]


def test_no_weights_no_gradient() -> None:
    found = predict_flow(scenario(Dense(units=4, activation="tanh", init="zeros", repeat=2), OUT))
    assert found.column("delta_log10")[0] == -math.inf
    assert found.silence == ""


def test_a_gradient_far_below_the_range_of_float64_is_predicted() -> None:
    found = predict_flow(scenario(Dense(units=4, activation="sigmoid", gain=1e-4, repeat=80), OUT, samples=6))
    fall = np.diff(2.0 * found.column("delta_log10"))
    assert found.column("delta_log10")[0] < -330.0
    chi = 1e-8 * (0.25**2)  # at rest a sigmoid's slope is 1/4
    assert fall[20:60] == pytest.approx(-math.log10(chi), abs=0.2)


@pytest.mark.parametrize("asked", [1, 7, 14, 21])
def test_a_prediction_that_nobody_waits_for_ends_at_the_next_layer(asked: int) -> None:
    times = 0

    def go_on() -> bool:
        nonlocal times
        times += 1
        return times < asked

    with pytest.raises(StoppedError):
        predict_flow(scenario(*[Dense(units=4)] * 6, OUT), go_on=go_on)
    assert times == asked, "on the way forward, on the way back and while it is told"
